//! The guides keep up with the code: what a reader looks up is there.

use domain::agent::event::AgentEvent;
use domain::call::event::CallEvent;
use domain::contact::event::ContactEvent;
use domain::quarantine::event::QuarantineEvent;
use infra::config::Settings;
use std::path::Path;

fn guide(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_event_type_is_in_the_catalogue() {
    let catalogue = guide("events.md");
    for name in [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        ContactEvent::TYPES,
        QuarantineEvent::TYPES,
    ]
    .concat()
    {
        assert!(
            catalogue.contains(&format!("`{name}`")),
            "docs/events.md does not name {name}"
        );
    }
}

#[test]
fn the_catalogue_names_no_event_that_is_not() {
    let types = [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        ContactEvent::TYPES,
        QuarantineEvent::TYPES,
    ]
    .concat();
    let catalogue = guide("events.md");
    // In the tables, the first cell of a line is the event's type.
    for line in catalogue.lines().filter(|line| line.starts_with("| `")) {
        let name = line.split('`').nth(1).unwrap();
        assert!(
            types.contains(&name),
            "docs/events.md names {name}, and there is no such event"
        );
    }
}

#[test]
fn every_setting_is_in_the_operators_guide() {
    let operators = guide("operators.md");
    for variable in Settings::VARIABLES {
        assert!(
            operators.contains(&format!("`{variable}`")),
            "docs/operators.md does not name {variable}"
        );
    }
}

#[test]
fn the_dashboards_client_is_made_of_todays_document() {
    let printed = std::process::Command::new(harness::binaries::call_ledger())
        .arg("openapi")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/openapi.json");
    let known: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        document == known,
        "the API has changed: `call-ledger openapi > web/openapi.json`, then `npm run api` in web/"
    );
}
