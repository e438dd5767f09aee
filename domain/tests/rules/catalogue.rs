//! The catalogue of events is complete: every type can come about, is written and read alike, and changes what is known.

use crate::calls_placed::{attempt, enqueue};
use crate::calls_reviewed::create;
use crate::given::*;
use cqrs_es::DomainEvent;
use domain::Decide;
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{Call, CallEvent};
use std::collections::BTreeSet;

/// A long and eventful call, for which each command is given once.
#[expect(clippy::too_many_lines, reason = "it is a list")]
fn tour() -> Vec<CallCommand> {
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
    let of_taker = |event: &str, seconds| HandleConference {
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
            reason: "it is night".into(),
        },
        C::PermitDial {
            at,
            rules: vec!["quiet hours".into()],
        },
        C::FailDial {
            at,
            attempt: 1,
            reason: "busy".into(),
            retry_at: Some(second(90)),
        },
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
        },
        C::InterruptAi {
            at,
            turn: 1,
            heard_ms: 100,
            heard_text: "Good".into(),
        },
        C::DiscloseAi { at },
        C::PlayConsentNotice { at },
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
        of_taker("participant-join", 11).into(),
        C::TakeOver { at, user: user() },
        of_taker("participant-leave", 12).into(),
        C::FailTakeover {
            at,
            user: user(),
            reason: "they left".into(),
        },
        C::PutOnHold { at, user: user() },
        C::TakeOffHold { at, user: user() },
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
        conference("conference-start").into(),
        conference("participant-join").into(),
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

/// Everything that the tour leads to. Orders that a cancelled or ended call refuses are given to it before that.
fn events_of_the_tour() -> Vec<CallEvent> {
    let queue = [enqueue()].into_iter().chain(tour().into_iter().take(5));
    let talk = [CallCommand::from(handle_inbound())]
        .into_iter()
        .chain(tour().into_iter().skip(5));
    [after(queue).1, after(talk).1, after([create().into()]).1].concat()
}

#[test]
fn every_event_type_comes_about_by_some_command() {
    let reached: BTreeSet<_> = events_of_the_tour().iter().map(CallEvent::name).collect();
    assert_eq!(reached, CallEvent::TYPES.iter().copied().collect());
}

#[test]
fn every_event_is_read_as_it_was_written_and_named_by_its_type() {
    for event in events_of_the_tour() {
        let json = serde_json::to_value(&event).expect("serialises");
        assert_eq!(
            json.as_object().map(|map| map.keys().collect::<Vec<_>>()),
            Some(vec![&event.event_type()])
        );
        assert_eq!(serde_json::from_value::<CallEvent>(json).expect("reads"), event);
    }
}

#[test]
fn every_event_changes_what_is_known() {
    // These say something that the state does not hold: who listened is in the log, and what was repaired shows by itself.
    let silent = ["RecordingPlayed", "GapRepaired"];
    for commands in [
        [enqueue()]
            .into_iter()
            .chain(tour().into_iter().take(5))
            .collect::<Vec<_>>(),
        [CallCommand::from(handle_inbound())]
            .into_iter()
            .chain(tour().into_iter().skip(5))
            .collect(),
    ] {
        let mut call = Call::default();
        for command in commands {
            for event in call.decide(&command).expect("is accepted") {
                let before = call.clone();
                call.apply(&event);
                assert_eq!(before == call, silent.contains(&event.name()), "{}", event.name());
            }
        }
    }
}

#[test]
fn no_name_of_a_type_stands_twice() {
    let names: BTreeSet<_> = CallEvent::TYPES.iter().collect();
    assert_eq!(names.len(), CallEvent::TYPES.len());
}

#[test]
fn a_state_reads_as_something_meaningful_and_debug_hides_people() {
    let (call, _) = after([handle_inbound().into(), handle_status("completed", 60).into()]);
    let json = serde_json::to_value(&call).expect("serialises");
    assert_eq!(json["end"]["outcome"], "completed");
    assert_eq!(json["talk"]["ai_turns"], 1);
    assert_eq!(json["started"]["from"]["personal"], CALLER);
    assert!(!format!("{call:?}").contains(CALLER));
}
