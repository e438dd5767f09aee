//! The documents match the code.

use domain::agent::event::AgentEvent;
use domain::call::event::CallEvent;
use domain::contact::event::ContactEvent;
use domain::ledger::LedgerEvent;
use domain::quarantine::event::QuarantineEvent;
use infra::config::Settings;
use std::path::Path;

fn guide(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_event_type_is_documented() {
    let catalogue = guide("events.md");
    for name in [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        ContactEvent::TYPES,
        LedgerEvent::TYPES,
        QuarantineEvent::TYPES,
    ]
    .concat()
    {
        assert!(
            catalogue.contains(&format!("`{name}`")),
            "docs/events.md does not list {name}"
        );
    }
}

#[test]
fn documented_event_types_exist() {
    let types = [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        ContactEvent::TYPES,
        LedgerEvent::TYPES,
        QuarantineEvent::TYPES,
    ]
    .concat();
    let catalogue = guide("events.md");
    // In the tables, the first cell of a row is the event type.
    for line in catalogue.lines().filter(|line| line.starts_with("| `")) {
        let name = line.split('`').nth(1).unwrap();
        assert!(
            types.contains(&name),
            "docs/events.md lists {name}, which does not exist"
        );
    }
}

#[test]
fn every_setting_is_documented() {
    let operators = guide("operators.md");
    for variable in Settings::VARIABLES {
        assert!(
            operators.contains(&format!("`{variable}`")),
            "docs/operators.md does not list {variable}"
        );
    }
}

#[test]
fn openapi_document_of_the_dashboard_is_current() {
    let printed = std::process::Command::new(harness::binaries::call_ledger())
        .arg("openapi")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/openapi.json");
    let known: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        document == known,
        "the API has changed: run `call-ledger openapi > web/openapi.json`, then `npm run api` in web/"
    );
}
