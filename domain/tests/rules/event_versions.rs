//! Events that were written by an older or a newer version of the service.

use crate::fixtures::{OUR_NUMBER, USER, started};
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

/// Applies the upcasters as a store does.
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
fn older_version_is_upcast_to_the_current_one() {
    // Invented for this test: a version in which a grade was a boolean.
    let from_boolean = SemanticVersionEventUpcaster::new(
        "Graded",
        CallEvent::VERSION,
        Box::new(|mut payload| {
            let graded = &mut payload["Graded"];
            let good = graded["good"].as_bool() == Some(true);
            graded["grade"] = json!(if good { "good" } else { "needs_improvement" });
            payload
        }),
    );
    let upcasters: Vec<Box<dyn EventUpcaster>> = vec![Box::new(from_boolean)];
    let old = stored("Graded", "0.9", json!({"Graded": {"at": 5, "good": true, "by": USER}}));
    let event: CallEvent = serde_json::from_value(upcast(&upcasters, old).payload).expect("parses");
    assert!(matches!(
        event,
        CallEvent::Graded {
            grade: domain::call::value::Grade::Good,
            ..
        }
    ));
}

#[test]
fn current_version_passes_the_upcasters_unchanged() {
    let payload = serde_json::to_value(started()).expect("serializes");
    let event = stored("CallStarted", CallEvent::VERSION, payload.clone());
    assert_eq!(upcast(&Call::upcasters(), event).payload, payload);
}

#[test]
fn unknown_field_is_ignored() {
    let json = json!({"Reopened": {"at": 5, "by": USER, "because": {"of": [1, 2]}}});
    let event: CallEvent = serde_json::from_value(json).expect("parses");
    assert_eq!(event.name(), "Reopened");
}

#[test]
fn missing_optional_field_reads_as_absent() {
    let json = json!({"CallStarted": {
        "at": 5, "clock": "local", "call_sid": "CA1", "from": {"personal": "+12025550143"},
        "to": {"personal": OUR_NUMBER}, "inferred": false
    }});
    let event: CallEvent = serde_json::from_value(json).expect("parses");
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
fn unknown_event_type_is_an_error() {
    let json = json!({"CallTeleported": {"at": 5}});
    assert!(serde_json::from_value::<CallEvent>(json).is_err());
}

#[test]
fn join_without_a_conference_serializes_without_the_field() {
    let old = json!({"ParticipantJoined": {"at": 5, "clock": "provider", "call_sid": "CA1", "role": "caller"}});
    let event: CallEvent = serde_json::from_value(old.clone()).expect("parses");
    assert!(matches!(
        event,
        CallEvent::ParticipantJoined {
            conference_sid: None,
            ..
        }
    ));
    assert_eq!(serde_json::to_value(event).expect("serializes"), old);
}
