//! Every type of call event: it is produced or applied, serialized and parsed alike, and changes the state.

use crate::calls_queued::{attempt, enqueue, fail, permit, ruleset};
use crate::calls_reviewed::create;
use crate::fixtures::*;
use cqrs_es::DomainEvent;
use domain::Decide;
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{Call, CallEvent};
use std::collections::{BTreeMap, BTreeSet};

/// Number of commands in [`all_commands`] that are for a queued call.
const QUEUE_COMMANDS: usize = 5;

/// Commands that together produce every event type that a command produces. The first [`QUEUE_COMMANDS`] are for a queued
/// call, the rest for an inbound one.
#[expect(clippy::too_many_lines, reason = "it is a list")]
fn all_commands() -> Vec<CallCommand> {
    use CallCommand as C;
    let at = second(10);
    let user = || USER.to_owned();
    let by = user;
    let target = || "+12025550177".into();
    let sid = || RECORDING.to_owned();
    let conference = |event: &str| HandleConference {
        at,
        clock: ClockSource::Provider,
        event: event.into(),
        conference_sid: "CF1".into(),
        call_sid: Some(CALL.into()),
        role: None,
        sequence_number: None,
        origin: Origin::default(),
    };
    let team_member = |event: &str, seconds| HandleConference {
        at: second(seconds),
        call_sid: Some("CA3".into()),
        role: Some(ParticipantRole::TeamMember),
        ..conference(event)
    };
    let recording = |status| HandleRecording {
        at,
        phase: Phase::Ai,
        recording_sid: RECORDING.into(),
        status,
        url: Some("https://api.twilio.com/recordings/1".into()),
        duration_s: None,
        channels: None,
        origin: Origin::default(),
    };
    let segment = Segment {
        speaker: "ai".into(),
        text: "Hi.".into(),
        start_ms: None,
        end_ms: None,
        sentiment: None,
    };
    vec![
        C::RefuseDial {
            at,
            rule: "quiet hours".into(),
            reason: "outside 9:00-20:00".into(),
            ruleset: ruleset(),
            because: BTreeMap::from([("local_time".into(), "22:10".into())]),
            r#final: false,
        },
        permit(),
        fail(1, Some(second(90))),
        attempt(2),
        C::CancelQueued {
            at,
            reason: "no longer wanted".into(),
            by: by(),
        },
    ]
    .into_iter()
    .chain(vec![
        handle_status("initiated", 1).into(),
        handle_status("ringing", 2).into(),
        handle_status("in-progress", 3).into(),
        HandleCallerTurn {
            at,
            turn: None,
            text: "Hello?".into(),
            confidence: None,
            started_at: None,
            ended_at: None,
            source: "typed".into(),
            origin: Origin::default(),
        }
        .into(),
        C::SpeakAi {
            at,
            turn: None,
            text: "Good day.".into(),
            persona_version: 1,
            model: Some("llama3".into()),
            latency_ms: Some(300),
            tokens: Some(TokenCount { input: 10, output: 3 }),
            asks_to_confirm: None,
        },
        C::InterruptAi {
            at,
            turn: 1,
            heard_ms: 100,
            heard_text: "Good".into(),
        },
        C::DiscloseAi {
            at,
            text: "You are speaking with an AI.".into(),
        },
        C::PlayConsentNotice {
            at,
            text: "This call is recorded.".into(),
        },
        C::ReportUnclearSpeech { at, confidence: 0.2 },
        C::PromptSilence { at },
        C::CollectField {
            at,
            field: "email".into(),
            value: "ada@example.org".into(),
            valid: true,
        },
        C::TriggerEscalation {
            at,
            rule: "asked for a person".into(),
        },
        C::TripGuardrail {
            at,
            rule: "profanity".into(),
        },
        C::ReportAiFailure {
            at,
            provider: "ollama".into(),
            reason: "time-out".into(),
        },
        C::JoinListener { at, user: user() },
        C::CallParticipant {
            at,
            call_sid: "CA2".into(),
            participant: 1,
        },
        C::LeaveListener { at, user: user() },
        C::RequestTakeover { at, user: user() },
        C::AcceptTakeover { at, user: user() },
        C::DeclineTakeover { at, user: user() },
        C::AcceptTakeover { at, user: user() },
        C::CallParticipant {
            at,
            call_sid: "CA3".into(),
            participant: 3,
        },
        team_member("participant-join", 11).into(),
        C::TakeOver { at, user: user() },
        team_member("participant-leave", 12).into(),
        C::FailTakeover {
            at,
            user: user(),
            reason: "hung up".into(),
        },
        C::PutOnHold { at, user: user() },
        C::TakeOffHold { at, user: user() },
        conference("conference-start").into(),
        HandleConference {
            role: Some(ParticipantRole::Caller),
            ..conference("participant-join")
        }
        .into(),
        C::StartTransfer { at, to: target() },
        C::FailTransfer {
            at,
            to: target(),
            reason: "busy".into(),
        },
        C::StartTransfer { at, to: target() },
        C::CompleteTransfer { at, to: target() },
        C::SendDigits {
            at,
            digits: "1#".into(),
        },
        HandleStatus {
            call_sid: "CA2".into(),
            leg: Leg::Participant(ParticipantRole::Listener),
            ..handle_status("no-answer", 9)
        }
        .into(),
        conference("participant-leave").into(),
        conference("conference-end").into(),
        HandleAmd {
            at,
            call_sid: CALL.into(),
            answered_by: AnsweredBy::Human,
            origin: Origin::default(),
        }
        .into(),
        C::RouteToVoicemail {
            at,
            reason: VoicemailReason::NoAnswer,
        },
        C::StartRecording {
            at,
            phase: Phase::Ai,
            recording_sid: sid(),
        },
        C::PauseRecording {
            at,
            phase: Phase::Ai,
            recording_sid: sid(),
        },
        C::ResumeRecording {
            at,
            phase: Phase::Ai,
            recording_sid: sid(),
        },
        recording(RecordingStatus::Completed).into(),
        recording(RecordingStatus::Failed).into(),
        C::ArchiveRecording {
            at,
            phase: Phase::Ai,
            recording_sid: sid(),
            key: "calls/1/ai.wav".into(),
            bytes: 12,
            sha256: "0".repeat(64),
            content_type: "audio/wav".into(),
        },
        C::GiveUpRecording {
            at,
            phase: Phase::Human,
            recording_sid: None,
            reason: "404".into(),
            attempts: 5,
        },
        C::StoreTranscript {
            at,
            phase: Phase::Ai,
            segments: vec![segment].into(),
            engine: "conversation".into(),
        },
        C::RequestTranscription {
            at,
            phase: Phase::Ai,
            by: by(),
        },
        C::FailEffect {
            at,
            effect: "transcribe".into(),
            item: sid(),
            reason: "too large".into(),
            attempt: 1,
            retry_at: None,
        },
        C::RetryEffect {
            at,
            effect: "transcribe".into(),
            item: sid(),
            by: by(),
        },
        C::FailTranscription {
            at,
            phase: Phase::Human,
            reason: "empty".into(),
        },
        C::PlayRecording {
            at,
            phase: Phase::Ai,
            by: by(),
        },
        handle_status("completed", 60).into(),
        C::EndCall {
            at,
            outcome: None,
            ended_by: EndedBy::TeamMember,
            duration_s: None,
            reason: None,
        },
        C::EndFromRecord {
            at,
            clock: ClockSource::Provider,
            outcome: Some(Outcome::Completed),
            duration_s: Some(60),
            reason: None,
            from: "Calls".into(),
        },
        C::Summarize {
            at,
            summary: "Wants an appointment.".into(),
            outcome: "appointment".into(),
            interest: None,
            next_action: None,
            goal_achieved: None,
            lead_score: None,
            sentiment: Some(Sentiment::Positive),
            model: "llama3".into(),
        },
        C::RequestDoNotCall { at },
        C::HonorOptOut { at, suppressed: true },
        C::IncurCost {
            at,
            item: "carrier_minutes".into(),
            quantity: 1.0,
            unit: "minute".into(),
            amount_micros: 8_500,
            currency: "USD".into(),
            price_list: "2026-01".into(),
            provisional: false,
        },
        C::Grade {
            at,
            grade: Grade::Good,
            by: by(),
        },
        C::ClearGrade { at, by: by() },
        C::NoteCorrection {
            at,
            note: "Say your name.".into(),
            turn: Some(1),
            by: by(),
        },
        C::WithdrawCorrection {
            at,
            correction: 1,
            by: by(),
        },
        C::Resolve {
            at,
            disposition: "resolved".into(),
            label: None,
            by: by(),
        },
        C::Reopen { at, by: by() },
        C::EditDetails {
            at,
            caller_name: Some("Ada".into()),
            caller_number: None,
            notes: None,
            by: by(),
        },
        C::Hide { at, by: by() },
        C::Reconcile {
            at,
            complete: false,
            missing: vec!["recording".into()],
        },
        C::FailEffect {
            at,
            effect: "summarize".into(),
            item: String::new(),
            reason: "no answer in time".into(),
            attempt: 1,
            retry_at: Some(at),
        },
        C::RecordRepetition {
            at,
            kind: "inbound".into(),
        },
        C::RepairGap {
            at,
            from: "Events.json".into(),
        },
        C::Erase {
            at,
            ground: "request 7".into(),
            by: by(),
        },
    ])
    .collect()
}

/// Event types that no command produces yet.
const WITHOUT_COMMAND: [&str; 8] = [
    "QueueEdited",
    "QueuePaused",
    "QueueResumed",
    "DialDeferred",
    "DialIntended",
    "DialUnresolved",
    "DuplicateDialDetected",
    "LegRefused",
];

/// The commands to a queued call and to an inbound call.
fn sequences() -> [Vec<CallCommand>; 2] {
    let mut queued = all_commands();
    let inbound = queued.split_off(QUEUE_COMMANDS);
    queued.insert(0, enqueue().into());
    [queued, [vec![handle_inbound().into()], inbound].concat()]
}

fn produced_events() -> Vec<CallEvent> {
    let [queued, inbound] = sequences();
    [after(queued).1, after(inbound).1, after([create().into()]).1].concat()
}

#[test]
fn every_event_type_is_produced_by_a_command() {
    let produced: BTreeSet<_> = produced_events().iter().map(CallEvent::name).collect();
    let mut expected: BTreeSet<_> = CallEvent::TYPES.iter().copied().collect();
    for name in WITHOUT_COMMAND {
        assert!(expected.remove(name), "{name} is an event type");
        assert!(
            CallEvent::UNRELEASED.contains(&name),
            "{name} is released, and no command produces it"
        );
    }
    assert_eq!(produced, expected);
}

#[test]
fn event_json_is_tagged_with_the_type_and_parses_back() {
    for event in produced_events() {
        let json = serde_json::to_value(&event).expect("serializes");
        assert_eq!(
            json.as_object().map(|map| map.keys().collect::<Vec<_>>()),
            Some(vec![&event.event_type()])
        );
        assert_eq!(serde_json::from_value::<CallEvent>(json).expect("parses"), event);
    }
}

#[test]
fn every_produced_event_changes_the_state() {
    // The state does not hold who played a recording, and a repair shows in the events that it adds.
    let without_effect = ["RecordingPlayed", "GapRepaired"];
    for commands in sequences() {
        let mut call = Call::default();
        for command in commands {
            for event in call.decide(&command).expect("is accepted") {
                let before = call.clone();
                call.apply(&event);
                assert_eq!(
                    before == call,
                    without_effect.contains(&event.name()),
                    "{}",
                    event.name()
                );
            }
        }
    }
}

#[test]
fn event_type_names_are_unique() {
    let names: BTreeSet<_> = CallEvent::TYPES.iter().collect();
    assert_eq!(names.len(), CallEvent::TYPES.len());
}

#[test]
fn unreleased_event_types_exist() {
    for name in CallEvent::UNRELEASED {
        assert!(CallEvent::TYPES.contains(name), "{name}");
    }
}

#[test]
fn disclosure_and_consent_notice_record_the_spoken_text_once() {
    let again = [
        CallCommand::DiscloseAi {
            at: second(9),
            text: "I am an AI.".into(),
        },
        CallCommand::PlayConsentNotice {
            at: second(9),
            text: "We record.".into(),
        },
    ];
    let silent = HandleInbound {
        routed: Routed::Answered {
            greeting: "Hello.".into(),
            persona_version: 0,
            disclosure: None,
            consent_notice: None,
        },
        ..handle_inbound()
    };
    let texts = |events: &[CallEvent]| {
        let text = |event: &CallEvent| match event {
            CallEvent::AiDisclosed { text, .. } | CallEvent::ConsentNoticePlayed { text, .. } => Some(text.clone()),
            _ => None,
        };
        events.iter().filter_map(text).collect::<Vec<_>>()
    };
    let (_, events) = after([vec![silent.into()], again.to_vec(), again.to_vec()].concat());
    assert_eq!(texts(&events), ["I am an AI.", "We record."]);
    let (call, events) = after([vec![handle_inbound().into()], again.to_vec()].concat());
    assert_eq!(
        texts(&events),
        ["You are speaking with an AI.", "This call is recorded."]
    );
    assert!(call.dialogue.ai_disclosed && call.dialogue.consent_notice);
}

#[test]
fn state_serializes_with_readable_values_and_debug_hides_personal_ones() {
    let (call, _) = after([handle_inbound().into(), handle_status("completed", 60).into()]);
    let json = serde_json::to_value(&call).expect("serializes");
    assert_eq!(json["end"]["outcome"], "completed");
    assert!(
        json["dialogue"]["ai_turns"]["1"].is_null(),
        "turn 1, of unknown latency: {json}"
    );
    assert_eq!(
        json["dialogue"]["ai_turns"].as_object().map(serde_json::Map::len),
        Some(1)
    );
    assert_eq!(json["started"]["from"]["personal"], CALLER);
    assert!(!format!("{call:?}").contains(CALLER));
}
