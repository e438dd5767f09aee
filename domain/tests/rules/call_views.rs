//! What a call looks like after each step of the fixtures in `tests/fixtures`. The dashboard's own fold of live calls is
//! tested against the same files.

use domain::Tenant;
use domain::call::CallEvent;
use domain::call::view::CallView;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::Path;

/// A fixture: steps of one call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    about: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    events: Vec<CallEvent>,
    /// The values that the events change.
    view: Map<String, Value>,
}

/// The values that the fixtures name, as the live call shows them.
fn shown(view: &CallView) -> Value {
    json!({
        "status": view.status(),
        "holder": view.holder(),
        "direction": view.direction(),
        "agent": view.agent(),
        "number": view.number(),
        "caller_number": view.caller_number(),
        "caller_name": view.caller_name(),
        "called_number": view.called_number(),
        "taken_over_by": view.taken_over_by(),
        "on_hold_by": view.on_hold_by,
        "transferring": view.participants.transfer().is_some(),
        "escalated": view.is_escalated(),
        "listeners": view.participants.listeners(),
        "takeover_requests": view.participants.requests(),
        "takeovers_accepted": view.participants.accepted(),
    })
}

#[test]
fn view_after_each_step_of_the_fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let fixture: Fixture =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut view = CallView::default();
        let mut expected = Map::new();
        for (n, step) in fixture.steps.iter().enumerate() {
            for event in &step.events {
                view.fold(&Tenant("default".to_owned()), event);
            }
            expected.extend(step.view.clone());
            let expected = Value::Object(expected.clone());
            assert_eq!(
                shown(&view),
                expected,
                "{}, step {n}: {}",
                path.display(),
                fixture.about
            );
        }
        fixtures += 1;
    }
    assert!(fixtures >= 8, "{fixtures} fixtures");
}
