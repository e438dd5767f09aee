//! What a call looks like after each step of the fixtures in `tests/fixtures`. The dashboard's own fold of live calls is
//! tested against the same files. With `UPDATE_GOLDEN=1`, the test writes what it finds into the files.

use crate::golden::is_update;
use domain::call::CallEvent;
use domain::call::value::{AnsweredBy, ClockSource, Outcome};
use domain::call::view::CallView;
use domain::{Tenant, Timestamp};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A fixture: steps of one call.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    about: String,
    steps: Vec<Step>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Step {
    events: Vec<CallEvent>,
    /// The values that the events change.
    view: Map<String, Value>,
}

/// The values that the fixtures name, as the live call shows them.
fn shown(view: &CallView) -> Map<String, Value> {
    let shown = json!({
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
        "participants": view.participants,
        "start_reported": view.is_start_reported(),
        "caller_number_edited": view.review.caller_number.is_some(),
        "caller_name_edited": view.review.caller_name.is_some(),
    });
    match shown {
        Value::Object(values) => values,
        _ => Map::new(),
    }
}

proptest! {
    /// The answer and the end are reported in any order, by any clock: a call is never answered after its end.
    #[test]
    fn call_is_answered_before_it_ends(
        (answered, ended) in (1_000..2_000_i64, 1_000..2_000_i64),
        (of_answer, of_end) in (clock(), clock()),
        duration_s in proptest::option::of(0..500_u32),
        is_late in any::<bool>(),
    ) {
        let mut events = [
            CallEvent::CallAnswered {
                at: Timestamp::from_seconds(answered),
                clock: of_answer,
                call_sid: "CA1".to_owned(),
                by: AnsweredBy::Human,
            },
            CallEvent::CallEnded {
                at: Timestamp::from_seconds(ended),
                clock: of_end,
                outcome: Outcome::Completed,
                ended_by: None,
                duration_s,
                reason: None,
            },
        ];
        if is_late {
            events.reverse();
        }
        let mut view = CallView::default();
        for event in &events {
            view.fold(&Tenant("default".to_owned()), event);
        }
        prop_assert!(view.answered_at().is_some());
        prop_assert!(view.answered_at() <= view.ended_at());
    }
}

fn clock() -> impl Strategy<Value = ClockSource> {
    proptest::sample::select(vec![ClockSource::Provider, ClockSource::Local])
}

#[test]
fn view_after_each_step_of_the_fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let mut fixture: Fixture =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut view = CallView::default();
        let mut expected = Map::new();
        for (n, step) in fixture.steps.iter_mut().enumerate() {
            for event in &step.events {
                view.fold(&Tenant("default".to_owned()), event);
            }
            let found = shown(&view);
            if is_update() {
                let changes = found.iter().filter(|(name, value)| expected.get(*name) != Some(value));
                step.view = changes.map(|(name, value)| (name.clone(), value.clone())).collect();
            }
            expected.extend(step.view.clone());
            assert_eq!(found, expected, "{}, step {n}: {}", path.display(), fixture.about);
        }
        if is_update() {
            let text = serde_json::to_string_pretty(&fixture).expect("serializes");
            std::fs::write(&path, format!("{text}\n")).expect("is writable");
        }
        fixtures += 1;
    }
    assert!(fixtures >= 10, "{fixtures} fixtures");
}
