//! Events that were written by an older house, or by a newer one.

use crate::given::{OURS, USER, started};
use cqrs_es::persist::{EventUpcaster, SemanticVersionEventUpcaster, SerializedEvent};
use domain::Decide;
use domain::call::{Call, CallEvent};
use serde_json::{Value, json};

fn stored(event_type: &str, version: &str, payload: Value) -> SerializedEvent {
    SerializedEvent::new(
        "CA1".into(),
        1,
        "call".into(),
        event_type.into(),
        version.into(),
        payload,
        json!({}),
    )
}

/// How a store brings an event to today's shape.
fn upcast(upcasters: &[Box<dyn EventUpcaster>], event: SerializedEvent) -> SerializedEvent {
    upcasters.iter().fold(event, |event, upcaster| {
        if upcaster.can_upcast(&event.event_type, &event.event_version) {
            upcaster.upcast(event)
        } else {
            event
        }
    })
}

#[test]
fn an_older_shape_is_read_as_todays() {
    // Invented for this test: a version in which a grade was a truth value.
    let from_truth_value = SemanticVersionEventUpcaster::new(
        "Graded",
        CallEvent::VERSION,
        Box::new(|mut payload| {
            let graded = &mut payload["Graded"];
            let good = graded["good"].as_bool() == Some(true);
            graded["grade"] = json!(if good { "good" } else { "needs_improvement" });
            payload
        }),
    );
    let upcasters: Vec<Box<dyn EventUpcaster>> = vec![Box::new(from_truth_value)];
    let old = stored("Graded", "0.9", json!({"Graded": {"at": 5, "good": true, "by": USER}}));
    let event: CallEvent = serde_json::from_value(upcast(&upcasters, old).payload).expect("reads");
    assert!(matches!(
        event,
        CallEvent::Graded {
            grade: domain::call::value::Grade::Good,
            ..
        }
    ));
}

#[test]
fn todays_events_pass_all_upcasters_unchanged() {
    let payload = serde_json::to_value(started()).expect("serialises");
    let event = stored("CallStarted", CallEvent::VERSION, payload.clone());
    assert_eq!(upcast(&Call::upcasters(), event).payload, payload);
}

#[test]
fn a_field_of_the_future_does_not_keep_an_event_from_being_read() {
    let json = json!({"Reopened": {"at": 5, "by": USER, "because": {"of": [1, 2]}}});
    let event: CallEvent = serde_json::from_value(json).expect("reads");
    assert_eq!(event.name(), "Reopened");
}

#[test]
fn an_optional_field_that_an_older_event_lacks_is_absent() {
    let json = json!({"CallStarted": {
        "at": 5, "told": false, "call_sid": "CA1", "from": {"personal": "+12025550143"},
        "to": {"personal": OURS}, "inferred": false
    }});
    let event: CallEvent = serde_json::from_value(json).expect("reads");
    assert!(matches!(
        event,
        CallEvent::CallStarted {
            direction: None,
            caller_name: None,
            ..
        }
    ));
}

#[test]
fn an_event_type_of_the_future_is_an_error() {
    let json = json!({"CallTeleported": {"at": 5}});
    assert!(serde_json::from_value::<CallEvent>(json).is_err());
}

#[test]
fn an_older_joining_names_no_conference_and_is_written_again_as_it_was() {
    let old = json!({"ParticipantJoined": {"at": 5, "told": true, "call_sid": "CA1", "role": "caller"}});
    let event: CallEvent = serde_json::from_value(old.clone()).expect("reads");
    assert!(matches!(
        event,
        CallEvent::ParticipantJoined {
            conference_sid: None,
            ..
        }
    ));
    assert_eq!(serde_json::to_value(event).expect("serialises"), old);
}
