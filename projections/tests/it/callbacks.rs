//! From callback to row: whatever the order in which a call's callbacks reach the ledger, however late and however often,
//! what `decide` records and the read models fold ends in the same rows.

use crate::order::rows_of_every_model;
use crate::support::at;
use domain::Decide;
use domain::call::command::*;
use domain::call::value::{ClockSource, AnsweredBy, Direction, ParticipantRole, Phase, VoicemailReason};
use domain::call::{Call, CallCommand, CallEvent};
use proptest::prelude::*;

/// A callback: what it says, once it is known when it is heard.
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

fn inbound(heard: i64, routed: Routed) -> CallCommand {
    HandleInbound {
        at: at(heard),
        clock: ClockSource::Local,
        call_sid: "CA1".into(),
        from: "+15550100001".into(),
        to: "+15550100002".into(),
        caller_name: Some("Ada Lovelace".into()),
        agent: "default".into(),
        number: "+15550100002".into(),
        attestation: Some("TN-Validation-Passed-A".into()),
        routed,
    }
    .into()
}

fn status(told_at: i64, status: &str, sequence: u32) -> CallCommand {
    HandleStatus {
        at: at(told_at),
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

fn conference(told_at: i64, event: &str) -> CallCommand {
    HandleConference {
        at: at(told_at),
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

fn recording(heard: i64, phase: Phase, sid: &str, duration_s: Option<u32>) -> CallCommand {
    HandleRecording {
        at: at(heard),
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

fn said(heard: i64, turn: u32, words: &str) -> CallCommand {
    HandleCallerTurn {
        at: at(heard),
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

/// A call that the AI answers and a person takes part in.
const ANSWERED: &[Callback] = &[
    |heard| {
        let greeting = "Good morning".into();
        inbound(
            heard,
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
    |heard| said(heard, 2, "I would like to book a table"),
    |heard| said(heard, 4, "For four"),
    |_| conference(20, "participant-join"),
    |_| conference(40, "participant-leave"),
    |_| conference(41, "conference-end"),
    |_| status(62, "completed", 2),
    |heard| recording(heard, Phase::Ai, "RE1", Some(31)),
    |heard| recording(heard, Phase::Human, "RE2", None),
    |heard| {
        HandleTranscription {
            at: at(heard),
            phase: Phase::Human,
            status: "completed".into(),
            text: Some("a table for four".into()),
            origin: origin(),
        }
        .into()
    },
    |heard| {
        HandleAmd {
            at: at(heard),
            call_sid: "CA1".into(),
            answered_by: AnsweredBy::Human,
            origin: origin(),
        }
        .into()
    },
];

/// A call that goes to voicemail.
const VOICEMAIL: &[Callback] = &[
    |heard| inbound(heard, Routed::Voicemail(VoicemailReason::Closed)),
    |heard| {
        HandleVoicemail {
            at: at(heard),
            reason: Some(VoicemailReason::Closed),
            message: None,
            origin: origin(),
        }
        .into()
    },
    |heard| {
        let message = VoicemailMessage {
            recording_sid: "RE1".into(),
            url: "https://api.example/RE1".into(),
            duration_s: Some(12),
        };
        HandleVoicemail {
            at: at(heard),
            reason: None,
            message: Some(message),
            origin: origin(),
        }
        .into()
    },
    |heard| recording(heard, Phase::Voicemail, "RE1", Some(12)),
    |_| status(62, "completed", 0),
];

/// A call that nobody answers.
const MISSED: &[Callback] = &[
    |heard| {
        let greeting = "Good morning".into();
        inbound(
            heard,
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

/// What the ledger records when these callbacks come, one by one.
fn events(callbacks: impl Iterator<Item = CallCommand>) -> Vec<CallEvent> {
    let mut call = Call::default();
    let mut all = Vec::new();
    for command in callbacks {
        let events = call.decide(&command).expect("what the provider tells is never refused");
        for event in &events {
            call.fold(event);
        }
        all.extend(events);
    }
    all
}

fn chaos() -> impl Strategy<Value = (&'static [Callback], Vec<(usize, i64)>)> {
    prop::sample::select(vec![ANSWERED, VOICEMAIL, MISSED]).prop_flat_map(|callbacks| {
        let all: Vec<usize> = (0..callbacks.len()).collect();
        let again = prop::collection::vec(0..callbacks.len(), 0..callbacks.len());
        let order = again
            .prop_map(move |again| [all.clone(), again].concat())
            .prop_shuffle();
        order.prop_flat_map(move |order| {
            let heard = prop::collection::vec(0_i64..5_000, order.len());
            (
                Just(callbacks),
                heard.prop_map(move |heard| order.iter().copied().zip(heard).collect()),
            )
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn chaos_and_order_end_in_the_same_rows((callbacks, chaos) in chaos()) {
        let clean = (0..).zip(callbacks).map(|(second, callback)| callback(second * 5));
        let chaotic = chaos.into_iter().map(|(n, heard)| callbacks[n](heard));
        let (clean, chaotic) = (rows_of_every_model(events(clean)), rows_of_every_model(events(chaotic)));
        for (clean, chaotic) in clean.into_iter().zip(chaotic) {
            prop_assert_eq!(clean, chaotic);
        }
    }
}
