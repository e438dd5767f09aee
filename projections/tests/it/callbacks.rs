//! From callback to row: a call's callbacks result in the same rows whatever their order, delay and repetition, through
//! `decide` and the folds of the read models.

use crate::order::rows_of_every_model;
use crate::support::at;
use domain::Decide;
use domain::call::command::*;
use domain::call::value::{AnsweredBy, ClockSource, Direction, ParticipantRole, Phase, VoicemailReason};
use domain::call::{Call, CallCommand, CallEvent};
use proptest::prelude::*;

/// A callback as a command, given the second at which it is received.
type Callback = fn(i64) -> CallCommand;

fn origin() -> Origin {
    Origin {
        call_sid: Some("CA1".into()),
        direction: Some(Direction::Inbound),
        from: Some("+15550100001".into()),
        to: Some("+15550100002".into()),
        caller_name: None,
        agent: Some("default".into()),
        number: Some("+15550100002".into()),
    }
}

fn inbound(received_at: i64, routed: Routed) -> CallCommand {
    HandleInbound {
        at: at(received_at),
        clock: ClockSource::Local,
        call_sid: "CA1".into(),
        from: "+15550100001".into(),
        to: "+15550100002".into(),
        caller_name: Some("Ada Lovelace".into()),
        agent: "default".into(),
        number: Some("+15550100002".into()),
        attestation: Some("TN-Validation-Passed-A".into()),
        routed,
    }
    .into()
}

fn status(seconds: i64, status: &str, sequence: u32) -> CallCommand {
    HandleStatus {
        at: at(seconds),
        clock: ClockSource::Provider,
        kind: "inbound-status".into(),
        call_sid: "CA1".into(),
        leg: Leg::Conversation,
        status: status.into(),
        sequence_number: Some(sequence),
        answered_by: None,
        duration_s: (status == "completed").then_some(60),
        reason: None,
        origin: origin(),
    }
    .into()
}

fn conference(seconds: i64, event: &str) -> CallCommand {
    HandleConference {
        at: at(seconds),
        clock: ClockSource::Provider,
        event: event.into(),
        conference_sid: "CF1".into(),
        call_sid: Some("CA9".into()),
        role: Some(ParticipantRole::TeamMember),
        sequence_number: None,
        origin: Origin::default(),
    }
    .into()
}

fn recording(received_at: i64, phase: Phase, sid: &str, duration_s: Option<u32>) -> CallCommand {
    HandleRecording {
        at: at(received_at),
        phase,
        recording_sid: sid.into(),
        status: RecordingStatus::Completed,
        url: Some(format!("https://api.example/{sid}")),
        duration_s,
        channels: Some(1),
        origin: origin(),
    }
    .into()
}

fn caller_turn(received_at: i64, turn: u32, words: &str) -> CallCommand {
    HandleCallerTurn {
        at: at(received_at),
        turn: Some(turn),
        text: words.into(),
        confidence: Some(0.9),
        started_at: None,
        ended_at: None,
        source: "twilio_gather".into(),
        origin: origin(),
    }
    .into()
}

/// A call that the AI answers and a team member joins.
const ANSWERED: &[Callback] = &[
    |received_at| {
        let greeting = "Good morning".into();
        inbound(
            received_at,
            Routed::Answered {
                greeting,
                persona_version: 1,
                disclosure: Some("You are speaking with an AI.".into()),
                consent_notice: Some("This call is recorded.".into()),
            },
        )
    },
    |_| status(1, "ringing", 0),
    |_| status(2, "in-progress", 1),
    |received_at| caller_turn(received_at, 2, "I would like to book a table"),
    |received_at| caller_turn(received_at, 4, "For four"),
    |_| conference(20, "participant-join"),
    |_| conference(40, "participant-leave"),
    |_| conference(41, "conference-end"),
    |_| status(62, "completed", 2),
    |received_at| recording(received_at, Phase::Ai, "RE1", Some(31)),
    |received_at| recording(received_at, Phase::Human, "RE2", None),
    |received_at| {
        HandleTranscription {
            at: at(received_at),
            phase: Phase::Human,
            status: "completed".into(),
            text: Some("a table for four".into()),
            origin: origin(),
        }
        .into()
    },
    |received_at| {
        HandleAmd {
            at: at(received_at),
            call_sid: "CA1".into(),
            answered_by: AnsweredBy::Human,
            origin: origin(),
        }
        .into()
    },
];

/// A call that goes to voicemail.
const VOICEMAIL: &[Callback] = &[
    |received_at| inbound(received_at, Routed::Voicemail(VoicemailReason::Closed)),
    |received_at| {
        HandleVoicemail {
            at: at(received_at),
            reason: Some(VoicemailReason::Closed),
            message: None,
            origin: origin(),
        }
        .into()
    },
    |received_at| {
        let message = VoicemailMessage {
            recording_sid: "RE1".into(),
            url: "https://api.example/RE1".into(),
            duration_s: Some(12),
        };
        HandleVoicemail {
            at: at(received_at),
            reason: None,
            message: Some(message),
            origin: origin(),
        }
        .into()
    },
    |received_at| recording(received_at, Phase::Voicemail, "RE1", Some(12)),
    |_| status(62, "completed", 0),
];

/// A call that is not answered.
const MISSED: &[Callback] = &[
    |received_at| {
        let greeting = "Good morning".into();
        inbound(
            received_at,
            Routed::Answered {
                greeting,
                persona_version: 0,
                disclosure: None,
                consent_notice: None,
            },
        )
    },
    |_| status(1, "ringing", 0),
    |_| status(30, "no-answer", 1),
    |_| status(31, "canceled", 2),
];

/// The events that `decide` records for these callbacks, one by one.
fn events(callbacks: impl Iterator<Item = CallCommand>) -> Vec<CallEvent> {
    let mut call = Call::default();
    let mut all = Vec::new();
    for command in callbacks {
        let events = call
            .decide(&command)
            .expect("a callback of the provider is never refused");
        for event in &events {
            call.apply(event);
        }
        all.extend(events);
    }
    all
}

fn shuffled_callbacks() -> impl Strategy<Value = (&'static [Callback], Vec<(usize, i64)>)> {
    prop::sample::select(vec![ANSWERED, VOICEMAIL, MISSED]).prop_flat_map(|callbacks| {
        let all: Vec<usize> = (0..callbacks.len()).collect();
        let again = prop::collection::vec(0..callbacks.len(), 0..callbacks.len());
        let order = again
            .prop_map(move |again| [all.clone(), again].concat())
            .prop_shuffle();
        order.prop_flat_map(move |order| {
            let received_at = prop::collection::vec(0_i64..5_000, order.len());
            (
                Just(callbacks),
                received_at.prop_map(move |received_at| order.iter().copied().zip(received_at).collect()),
            )
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_and_repeated_callbacks_result_in_the_same_rows((callbacks, shuffled) in shuffled_callbacks()) {
        let clean = (0..).zip(callbacks).map(|(second, callback)| callback(second * 5));
        let shuffled = shuffled.into_iter().map(|(n, received_at)| callbacks[n](received_at));
        let (clean, shuffled) = (rows_of_every_model(events(clean)), rows_of_every_model(events(shuffled)));
        for (clean, shuffled) in clean.into_iter().zip(shuffled) {
            prop_assert_eq!(clean, shuffled);
        }
    }
}
