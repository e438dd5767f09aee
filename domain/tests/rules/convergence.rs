//! Property tests: one call's callbacks, in any order, repeated or delayed, lead to the same state and the same facts.

use crate::fixtures::{CALL, OTHER_LEG, handle_inbound, second};
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{Call, CallEvent};
use domain::{Decide, Personal, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn legs() -> impl Strategy<Value = String> {
    select(vec![CALL.to_owned(), OTHER_LEG.to_owned()])
}

fn times() -> impl Strategy<Value = (Timestamp, ClockSource)> {
    (0i64..6, select(ClockSource::ALL)).prop_map(|(seconds, clock)| (second(seconds), clock))
}

fn phases() -> impl Strategy<Value = Phase> {
    select(Phase::ALL)
}

fn roles() -> impl Strategy<Value = ParticipantRole> {
    select(ParticipantRole::ALL)
}

fn answerers() -> impl Strategy<Value = AnsweredBy> {
    select(AnsweredBy::ALL)
}

fn few(texts: &[&str]) -> impl Strategy<Value = String> + use<> {
    select(texts.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn origins() -> impl Strategy<Value = Origin> {
    let number = || prop::option::of(few(&["", "+12025550143", "+12025550144"]));
    (
        prop::option::of(legs()),
        prop::option::of(select(Direction::ALL)),
        number(),
        number(),
        prop::option::of(few(&["Ada", "Grace"])),
        prop::option::of(few(&["default", "sales"])),
        number(),
    )
        .prop_map(|(call_sid, direction, from, to, name, agent, number)| Origin {
            call_sid,
            direction,
            from: from.map(Personal::Known),
            to: to.map(Personal::Known),
            caller_name: name.map(Personal::Known),
            agent: agent.map(Into::into),
            number,
        })
}

fn statuses() -> impl Strategy<Value = CallCommand> {
    let leg = prop_oneof![
        Just(Leg::Conversation),
        Just(Leg::Attempt),
        roles().prop_map(Leg::Participant)
    ];
    let status = few(&[
        "initiated",
        "ringing",
        "in-progress",
        "completed",
        "busy",
        "no-answer",
        "failed",
        "canceled",
    ]);
    let required = (times(), legs(), leg, status, prop::option::of(0u32..3));
    let optional = (
        prop::option::of(answerers()),
        prop::option::of(0u32..90),
        prop::option::of(few(&["486", "503"])),
        origins(),
    );
    (required, optional).prop_map(
        |((when, call_sid, leg, status, number), (answered_by, duration_s, reason, origin))| {
            HandleStatus {
                at: when.0,
                clock: when.1,
                kind: "call-status".into(),
                call_sid,
                leg,
                status,
                sequence_number: number,
                answered_by,
                duration_s,
                reason,
                origin,
            }
            .into()
        },
    )
}

fn recordings_and_transcriptions() -> impl Strategy<Value = CallCommand> {
    use RecordingStatus as S;
    let status = select(vec![S::InProgress, S::Completed, S::Absent, S::Failed]);
    let recording = (
        phases(),
        few(&["RE1", "RE2"]),
        status,
        prop::option::of(few(&["https://a", "https://b"])),
    );
    let figures = (prop::option::of(0u32..90), prop::option::of(1u32..3), origins());
    let recordings = (recording, figures).prop_map(
        |((phase, recording_sid, status, url), (duration_s, channels, origin))| {
            let at = second(0);
            HandleRecording {
                at,
                phase,
                recording_sid,
                status,
                url,
                duration_s,
                channels,
                origin,
            }
            .into()
        },
    );
    let message =
        (few(&["RE1", "RE2"]), prop::option::of(0u32..60)).prop_map(|(recording_sid, duration_s)| VoicemailMessage {
            recording_sid,
            url: "https://a".into(),
            duration_s,
        });
    let voicemails = (
        prop::option::of(select(VoicemailReason::ALL)),
        prop::option::of(message),
        origins(),
    )
        .prop_map(|(reason, message, origin)| {
            HandleVoicemail {
                at: second(0),
                reason,
                message,
                origin,
            }
            .into()
        });
    let transcriptions = (
        phases(),
        few(&["completed", "failed"]),
        prop::option::of(few(&["", "Hello."])),
        origins(),
    )
        .prop_map(|(phase, status, text, origin)| {
            let text = text.map(Personal::Known);
            HandleTranscription {
                at: second(0),
                phase,
                status,
                text,
                origin,
            }
            .into()
        });
    prop_oneof![recordings, voicemails, transcriptions]
}

fn others() -> impl Strategy<Value = CallCommand> {
    let event = few(&[
        "conference-start",
        "conference-end",
        "participant-join",
        "participant-leave",
        "participant-mute",
    ]);
    let conferences = (
        times(),
        event,
        prop::option::of(legs()),
        prop::option::of(roles()),
        origins(),
    )
        .prop_map(|(when, event, call_sid, role, origin)| {
            HandleConference {
                at: when.0,
                clock: when.1,
                event,
                conference_sid: "CF1".into(),
                call_sid,
                role,
                sequence_number: None,
                origin,
            }
            .into()
        });
    let detections = (legs(), answerers(), origins()).prop_map(|(call_sid, answered_by, origin)| {
        HandleAmd {
            at: second(0),
            call_sid,
            answered_by,
            origin,
        }
        .into()
    });
    let turns = (2u32..6, few(&["Yes.", "No."]), origins()).prop_map(|(turn, text, origin)| {
        HandleCallerTurn {
            at: second(0),
            turn: Some(turn),
            text: text.into(),
            confidence: None,
            started_at: None,
            ended_at: None,
            source: "twilio_gather".into(),
            origin,
        }
        .into()
    });
    prop_oneof![conferences, detections, turns]
}

fn starts() -> impl Strategy<Value = CallCommand> {
    let outbound = HandleOutbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: "client:anna".into(),
        to: "+12025550143".into(),
        agent: None,
        number: None,
    };
    let closed = HandleInbound {
        routed: Routed::Voicemail(VoicemailReason::Closed),
        ..handle_inbound()
    };
    select(vec![handle_inbound().into(), closed.into(), outbound.into()])
}

/// One call's callbacks, in two orders, each callback at least once and perhaps again.
fn two_orders() -> impl Strategy<Value = (Vec<CallCommand>, Vec<CallCommand>)> {
    let callbacks = prop::collection::vec(
        prop_oneof![4 => statuses(), 2 => recordings_and_transcriptions(), 2 => others()],
        0..10,
    );
    (prop::option::of(starts()), callbacks)
        .prop_map(|(start, callbacks)| start.into_iter().chain(callbacks).collect::<Vec<_>>())
        .prop_flat_map(|callbacks| {
            let again = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
            let twice = (Just(callbacks.clone()), again).prop_map(|(mut all, again)| {
                if !all.is_empty() {
                    let repeated: Vec<_> = again.iter().map(|index| index.get(&all).clone()).collect();
                    all.extend(repeated);
                }
                all
            });
            (Just(callbacks), twice.prop_shuffle())
        })
}

/// The same callback, received at another time. A time that the provider stated does not change.
fn received_at(command: &CallCommand, now: Timestamp) -> CallCommand {
    let mut command = command.clone();
    match &mut command {
        CallCommand::HandleInbound(HandleInbound { at, clock, .. })
        | CallCommand::HandleOutbound(HandleOutbound { at, clock, .. })
        | CallCommand::HandleStatus(HandleStatus { at, clock, .. })
        | CallCommand::HandleConference(HandleConference { at, clock, .. }) => {
            if !clock.is_provider() {
                *at = now;
            }
        }
        CallCommand::HandleRecording(HandleRecording { at, .. })
        | CallCommand::HandleVoicemail(HandleVoicemail { at, .. })
        | CallCommand::HandleTranscription(HandleTranscription { at, .. })
        | CallCommand::HandleAmd(HandleAmd { at, .. })
        | CallCommand::HandleCallerTurn(HandleCallerTurn { at, .. }) => *at = now,
        other => panic!("{} is not a callback", other.name()),
    }
    command
}

fn handle_all(callbacks: &[CallCommand]) -> (Call, Vec<CallEvent>) {
    let mut call = Call::default();
    let mut events = Vec::new();
    for (index, callback) in callbacks.iter().enumerate() {
        let now = second(100 + i64::try_from(index).expect("is a small number"));
        let decided = call
            .decide(&received_at(callback, now))
            .expect("callbacks are never refused");
        for event in &decided {
            call.apply(event);
        }
        events.extend(decided);
    }
    (call, events)
}

/// Sets times of the local clock to 0: they say when a callback was received, which differs between the orders.
fn without_receipt_times(value: &mut Value) {
    if let Value::Object(map) = value {
        if map.get("clock") == Some(&json!("local")) || (map.contains_key("at") && !map.contains_key("clock")) {
            map.insert("at".into(), json!(0));
        }
        map.values_mut().for_each(without_receipt_times);
    } else if let Value::Array(values) = value {
        values.iter_mut().for_each(without_receipt_times);
    }
}

/// The state as JSON, without the separation of real and inferred start and without receipt times.
fn comparable(call: &Call) -> Value {
    let mut state = serde_json::to_value(call).expect("serializes");
    let map = state.as_object_mut().expect("a call is an object");
    map.remove("started");
    map.remove("inferred");
    map.insert("start".into(), serde_json::to_value(call.start()).expect("serializes"));
    map.insert("status".into(), json!(call.status().as_str()));
    without_receipt_times(&mut state);
    state
}

/// The events as text without receipt times, without inferred starts, and without `RoutedToVoicemail`: a weaker reason is
/// not recorded after a stronger one. Who joined or left a conference is reported by the leg too, without the conference: a
/// fact that the conference's event states as well, and that is not recorded after it.
fn facts(events: &[CallEvent]) -> BTreeSet<String> {
    let states_a_fact = |event: &&CallEvent| {
        !matches!(
            event,
            CallEvent::CallStarted { inferred: true, .. } | CallEvent::RoutedToVoicemail { .. }
        )
    };
    let facts = events.iter().filter(states_a_fact).map(|event| {
        let mut fact = serde_json::to_value(event).expect("serializes");
        without_receipt_times(&mut fact);
        fact
    });
    let facts: Vec<Value> = facts.collect();
    let of_legs: BTreeSet<_> = facts.iter().filter_map(without_conference).collect();
    let texts = facts.iter().map(Value::to_string);
    texts.filter(|fact| !of_legs.contains(fact)).collect()
}

/// What the leg reports of who joined or left a conference. `None` for other facts, and for those of a leg.
fn without_conference(fact: &Value) -> Option<String> {
    let mut fact = fact.clone();
    let event = ["ParticipantJoined", "ParticipantLeft"]
        .into_iter()
        .find(|name| fact.get(name).is_some())?;
    let fields = fact[event].as_object_mut()?;
    fields.remove("sequence_number");
    fields.remove("conference_sid")?;
    Some(fact.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn callbacks_in_any_order_and_repeated_lead_to_the_same_call((callbacks, shuffled) in two_orders()) {
        let (call, events) = handle_all(&callbacks);
        let (other, other_events) = handle_all(&shuffled);
        prop_assert_eq!(comparable(&call), comparable(&other));
        prop_assert_eq!(facts(&events), facts(&other_events));
    }

    #[test]
    fn call_is_rebuilt_from_its_events_and_from_its_json((callbacks, _) in two_orders()) {
        let (call, events) = handle_all(&callbacks);
        let mut replayed = Call::default();
        for event in &events {
            replayed.apply(event);
        }
        prop_assert_eq!(&replayed, &call);
        let json = serde_json::to_value(&call).expect("serializes");
        let read: Call = serde_json::from_value(json.clone()).expect("parses");
        prop_assert_eq!(serde_json::to_value(&read).expect("serializes"), json);
    }

    #[test]
    fn callback_repeated_has_no_effect((callbacks, _) in two_orders()) {
        let (call, _) = handle_all(&callbacks);
        for callback in &callbacks {
            let decided = call.decide(&received_at(callback, second(500))).expect("callbacks are never refused");
            prop_assert_eq!(decided, vec![], "{}", callback.name());
        }
    }
}
