//! The schemas of events are true: what the service sends of generated events matches them, and nothing is left
//! undescribed.

use super::checker::check;
use super::generator::Generator;
use crate::active_calls::list::participants;
use crate::call_logs::history::{HistoryEvent, state_after};
use crate::live::{Notice, render};
use domain::Timestamp;
use domain::agent::AgentEvent;
use domain::call::CallEvent;
use domain::call::view::CallView;
use domain::callee::CalleeEvent;
use domain::contact::ContactEvent;
use domain::ledger::LedgerEvent;
use domain::phone_number::PhoneNumberEvent;
use domain::quarantine::QuarantineEvent;
use domain::tenant_settings::TenantSettingsEvent;
use domain::user::UserEvent;
use infra::event_store::{Actor, Event, Metadata, Recorded, StreamId};
use projections::runner::{RebuildStatus, Stage};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Generated events of each type: enough that each optional field is absent in one and present in another.
const PER_TYPE: u64 = 20;

fn document() -> Value {
    serde_json::to_value(crate::openapi_document()).expect("serializes")
}

fn recorded(stream: &str, event_type: &str, event: Event) -> Recorded {
    Recorded {
        position: 7,
        stream: StreamId::new(stream, "1"),
        sequence: 3,
        event_type: event_type.to_owned(),
        event_version: "1.0".to_owned(),
        recorded_at: Timestamp::from_seconds(1_780_000_000),
        metadata: Metadata::new("default", Actor::Twilio, "request"),
        event,
        size: 0,
    }
}

/// Generated events of every type of a stream.
fn generated<E: for<'de> Deserialize<'de> + Into<Event>>(stream: &str, types: &[&str]) -> Vec<Recorded> {
    let each = types.iter().enumerate().flat_map(|(variant, event_type)| {
        (1..=PER_TYPE).map(move |seed| {
            let event = E::deserialize(&mut Generator::of_variant(variant, seed));
            let event = event.unwrap_or_else(|error| panic!("{event_type}: {error}"));
            recorded(stream, event_type, event.into())
        })
    });
    each.collect()
}

fn message(event: &Recorded) -> Value {
    serde_json::from_str(&render(event).expect("renders")).expect("is JSON")
}

/// Checks the message of the feed for each event against the schema of its stream, and one of each type against that of
/// any message, which has every type of every stream.
fn check_messages(schema: &str, events: &[Recorded]) {
    let document = document();
    let mut seen = BTreeSet::new();
    for event in events {
        let message = message(event);
        let is_first = seen.insert(&event.event_type);
        for schema in [Some(schema), is_first.then_some("FeedMessage")].into_iter().flatten() {
            check(&document, schema, &message).unwrap_or_else(|problem| panic!("{problem}\n{message:#}"));
        }
    }
}

#[test]
fn messages_of_call_events_match_their_schema() {
    check_messages("CallFeedEvent", &generated::<CallEvent>("call", CallEvent::TYPES));
}

#[test]
fn messages_of_other_events_match_their_schema() {
    check_messages("AgentFeedEvent", &generated::<AgentEvent>("agent", AgentEvent::TYPES));
    check_messages(
        "ContactFeedEvent",
        &generated::<ContactEvent>("contact", ContactEvent::TYPES),
    );
    check_messages(
        "CalleeFeedEvent",
        &generated::<CalleeEvent>("callee", CalleeEvent::TYPES),
    );
    check_messages(
        "PhoneNumberFeedEvent",
        &generated::<PhoneNumberEvent>("phone_number", PhoneNumberEvent::TYPES),
    );
    check_messages(
        "TenantSettingsFeedEvent",
        &generated::<TenantSettingsEvent>("tenant_settings", TenantSettingsEvent::TYPES),
    );
    check_messages(
        "QuarantineFeedEvent",
        &generated::<QuarantineEvent>("quarantine", QuarantineEvent::TYPES),
    );
    check_messages("UserFeedEvent", &generated::<UserEvent>("user", UserEvent::TYPES));
    check_messages(
        "LedgerFeedEvent",
        &generated::<LedgerEvent>("ledger", LedgerEvent::TYPES),
    );
}

#[test]
fn message_of_an_unreadable_event_matches_its_schema() {
    for event_type in ["CallStarted", "SomethingNew"] {
        let reason = "unknown field".to_owned();
        let event = recorded("call", event_type, Event::Unreadable { reason });
        check_messages("UnreadableFeedEvent", &[event]);
    }
}

#[test]
fn messages_without_a_position_match_their_schema() {
    let document = document();
    let presence = Notice::Presence {
        user_id: "user_1".to_owned(),
        here: true,
    };
    let status = RebuildStatus {
        stage: Stage::Loading,
        done: 1,
        total: 2,
        events_per_second: 0.5,
        seconds_left: None,
    };
    let rebuild = |status: Option<RebuildStatus>| Notice::Rebuild {
        name: "call_log",
        progress: status.map(Into::into),
    };
    for message in [json!(presence), json!(rebuild(Some(status))), json!(rebuild(None))] {
        check(&document, "FeedMessage", &message).unwrap_or_else(|problem| panic!("{problem}\n{message:#}"));
    }
}

#[test]
fn history_of_call_events_matches_its_schema() {
    let document = document();
    let reason = "unknown field".to_owned();
    let mut events = generated::<CallEvent>("call", CallEvent::TYPES);
    events.push(recorded("call", "SomethingNew", Event::Unreadable { reason }));
    for event in &events {
        let event = json!(HistoryEvent::of(event).expect("serializes"));
        check(&document, "HistoryEvent", &event).unwrap_or_else(|problem| panic!("{problem}\n{event:#}"));
    }
}

/// The stored examples of an event type: the golden files of the domain.
fn golden<E: for<'de> Deserialize<'de> + Into<Event>>(stream: &str, types: &[&str]) -> Vec<(Value, Recorded)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../domain/tests/golden")
        .join(stream);
    let read = |event_type: &&str| {
        let text = std::fs::read_to_string(folder.join(format!("{event_type}.json")));
        let examples: Vec<Value> = serde_json::from_str(&text.expect("a golden file")).expect("is JSON");
        assert!(!examples.is_empty(), "{event_type}");
        let event_type = (*event_type).to_owned();
        examples.into_iter().map(move |example| {
            let event = E::deserialize(&example).unwrap_or_else(|error| panic!("{event_type}: {error}"));
            (example, recorded(stream, &event_type, event.into()))
        })
    };
    types.iter().flat_map(read).collect()
}

/// The values that a check finds in JSON.
fn found<'a>(json: &'a Value, is_wanted: &dyn Fn(&Value) -> bool) -> Vec<&'a Value> {
    let inner: Vec<&Value> = match json {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        one if is_wanted(one) => return vec![one],
        _ => return vec![],
    };
    inner.into_iter().flat_map(|value| found(value, is_wanted)).collect()
}

/// Epoch microseconds (or milliseconds): no other number of an event is as large.
fn is_integer_time(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| number >= 1_000_000_000_000)
}

fn is_rfc3339(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| Timestamp::parse_rfc3339(text).is_some())
}

#[test]
fn every_time_of_every_event_type_is_rfc_3339_for_clients() {
    let mut events = golden::<CallEvent>("call", CallEvent::TYPES);
    events.extend(golden::<AgentEvent>("agent", AgentEvent::TYPES));
    events.extend(golden::<ContactEvent>("contact", ContactEvent::TYPES));
    events.extend(golden::<CalleeEvent>("callee", CalleeEvent::TYPES));
    events.extend(golden::<PhoneNumberEvent>("phone_number", PhoneNumberEvent::TYPES));
    events.extend(golden::<TenantSettingsEvent>(
        "tenant_settings",
        TenantSettingsEvent::TYPES,
    ));
    events.extend(golden::<QuarantineEvent>("quarantine", QuarantineEvent::TYPES));
    events.extend(golden::<LedgerEvent>("ledger", LedgerEvent::TYPES));
    for (stored, event) in events {
        let name = &event.event_type;
        let times = found(&stored, &is_integer_time).len();
        assert!(times > 0, "{name} has no time in {stored}");
        let history = HistoryEvent::of(&event).expect("serializes");
        let line = history.line();
        for sent in [json!(history), message(&event)] {
            assert_eq!(found(&sent, &is_integer_time), Vec::<&Value>::new(), "{name}: {sent:#}");
            assert_eq!(found(&sent["data"], &is_rfc3339).len(), times, "{name}: {sent:#}");
        }
        // The line of the command line ends with the event as JSON.
        let data = line.find('{').map_or("", |start| &line[start..]);
        let data: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(data, message(&event)["data"], "{line}");
    }
}

#[test]
fn times_in_the_state_of_a_call_are_rfc_3339() {
    let events: Vec<_> = golden::<CallEvent>("call", CallEvent::TYPES)
        .into_iter()
        .map(|(_, event)| event)
        .filter(|event| event.event_type != "CallErased")
        .collect();
    let state = state_after(&events).expect("a state");
    assert!(!found(&state["review"], &is_rfc3339).is_empty(), "{state:#}");
    assert_eq!(found(&state, &is_integer_time), Vec::<&Value>::new(), "{state:#}");
}

#[test]
fn times_of_the_participants_of_an_active_call_are_rfc_3339() {
    let mut view = CallView::default();
    for (_, event) in golden::<CallEvent>("call", CallEvent::TYPES) {
        if let Event::Call(event) = &event.event {
            view.fold(&"default".into(), event);
        }
    }
    // As the row of a live call holds them.
    let stored = json!(view.participants);
    let times = found(&stored, &is_integer_time).len();
    assert!(times > 0, "{stored:#}");
    let sent = participants(&stored.to_string());
    assert_eq!(found(&sent, &is_integer_time), Vec::<&Value>::new(), "{sent:#}");
    assert_eq!(found(&sent, &is_rfc3339).len(), times, "{sent:#}");
    check(&document(), "Participants", &sent).unwrap_or_else(|problem| panic!("{problem}\n{sent:#}"));
}

#[test]
fn state_of_a_call_with_any_events_matches_its_schema() {
    let document = document();
    let events = generated::<CallEvent>("call", CallEvent::TYPES);
    // Events of all types, and fewer, so that each field is present in one state and absent in another.
    for step in 1..=PER_TYPE {
        let some = events.iter().step_by(usize::try_from(step).expect("small")).cloned();
        let state = state_after(&some.collect::<Vec<_>>()).expect("a state");
        check(&document, "CallState", &state).unwrap_or_else(|problem| panic!("{problem}\n{state:#}"));
    }
    let state = state_after(&[]).expect("a state");
    check(&document, "CallState", &state).unwrap_or_else(|problem| panic!("{problem}\n{state:#}"));
}

#[test]
fn generated_events_have_known_and_erased_values_and_absent_fields() {
    let events = generated::<CallEvent>("call", CallEvent::TYPES);
    let values = |event_type: &str, field: &str| -> Vec<Option<Value>> {
        let events = events.iter().filter(|event| event.event_type == event_type);
        events.map(|event| message(event)["data"].get(field).cloned()).collect()
    };
    let texts = values("CallerTurn", "text");
    assert!(texts.iter().flatten().any(Value::is_string));
    assert!(texts.contains(&Some(json!({ "erased": true }))));
    let names = values("CallStarted", "caller_name");
    assert!(names.iter().flatten().any(Value::is_string));
    assert!(names.contains(&Some(json!({ "erased": true }))));
    assert!(names.contains(&None));
    let segments = values("TranscriptReady", "segments");
    assert!(
        segments
            .iter()
            .flatten()
            .any(|segments| segments[0]["speaker"].is_string())
    );
}

#[test]
fn event_with_an_undescribed_field_or_without_a_described_one_does_not_match() {
    let document = document();
    let event = &generated::<CallEvent>("call", &["CallQueued"])[0];
    let mut changed = message(event);
    changed["data"]["new"] = json!(1);
    assert!(check(&document, "CallFeedEvent", &changed).is_err());
    let mut changed = message(event);
    changed["data"].as_object_mut().expect("fields").remove("to");
    assert!(check(&document, "CallFeedEvent", &changed).is_err());
}
