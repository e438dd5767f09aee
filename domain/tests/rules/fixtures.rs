//! Fixtures: one call and its events, at fixed times.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use domain::call::command::{HandleConference, HandleInbound, HandleStatus, Leg, Origin, Routed};
use domain::call::value::{ClockSource, Direction, ParticipantRole, Phase};
use domain::call::{Call, CallCommand, CallEvent};
use domain::{Decide, Timestamp};

pub const CALL: &str = "CA00000000000000000000000000000001";
pub const OTHER_LEG: &str = "CA00000000000000000000000000000002";
pub const RECORDING: &str = "RE00000000000000000000000000000001";
pub const CALLER: &str = "+12025550143";
pub const OUR_NUMBER: &str = "+12025550100";
pub const USER: &str = "user:1";

/// A fixed time plus this many seconds.
pub fn second(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_770_000_000 + seconds)
}

pub fn given(events: impl Into<Vec<CallEvent>>) -> AggregateTestExecutor<Call> {
    TestFramework::<Call>::with(()).given(events.into())
}

/// The state and the events after the commands. Panics if a command is refused.
pub fn after(commands: impl IntoIterator<Item = CallCommand>) -> (Call, Vec<CallEvent>) {
    let mut call = Call::default();
    let mut events = Vec::new();
    for command in commands {
        let decided = call
            .decide(&command)
            .unwrap_or_else(|error| panic!("{} is refused: {error}", command.name()));
        for event in &decided {
            call.apply(event);
        }
        events.extend(decided);
    }
    (call, events)
}

/// The caller joins the conference.
pub fn caller_joined() -> CallCommand {
    HandleConference {
        at: second(15),
        clock: ClockSource::Provider,
        event: "participant-join".into(),
        conference_sid: "CF1".into(),
        call_sid: Some(CALL.into()),
        role: Some(ParticipantRole::Caller),
        sequence_number: None,
        origin: Origin::default(),
    }
    .into()
}

pub fn handle_inbound() -> HandleInbound {
    HandleInbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: CALLER.into(),
        to: OUR_NUMBER.into(),
        caller_name: Some("Ada".into()),
        agent: "default".into(),
        number: Some(OUR_NUMBER.into()),
        attestation: Some("TN-Validation-Passed-A".into()),
        routed: Routed::Answered {
            greeting: "Hello, this call is recorded, and I am an AI.".into(),
            persona_version: 0,
            disclosure: Some("You are speaking with an AI.".into()),
            consent_notice: Some("This call is recorded.".into()),
        },
    }
}

pub fn handle_status(status: &str, seconds: i64) -> HandleStatus {
    HandleStatus {
        at: second(seconds),
        clock: ClockSource::Provider,
        kind: "call-status".into(),
        call_sid: CALL.into(),
        leg: Leg::Conversation,
        status: status.into(),
        sequence_number: Some(0),
        answered_by: None,
        duration_s: None,
        reason: None,
        origin: Origin {
            direction: Some(Direction::Inbound),
            from: Some(CALLER.into()),
            to: Some(OUR_NUMBER.into()),
            ..Origin::default()
        },
    }
}

pub fn started() -> CallEvent {
    CallEvent::CallStarted {
        at: second(0),
        clock: ClockSource::Local,
        direction: Some(Direction::Inbound),
        call_sid: CALL.into(),
        from: CALLER.into(),
        to: OUR_NUMBER.into(),
        caller_name: Some("Ada".into()),
        agent: Some("default".into()),
        number: Some(OUR_NUMBER.into()),
        attestation: Some("TN-Validation-Passed-A".into()),
        inferred: false,
    }
}

pub fn greeted() -> CallEvent {
    CallEvent::AiTurn {
        at: second(0),
        turn: 1,
        text: "Hello, this call is recorded, and I am an AI.".into(),
        persona_version: 0,
        model: None,
        latency_ms: None,
        tokens: None,
        asks_to_confirm: None,
    }
}

pub fn ended() -> CallEvent {
    CallEvent::CallEnded {
        at: second(60),
        clock: ClockSource::Provider,
        outcome: domain::call::value::Outcome::Completed,
        ended_by: None,
        duration_s: Some(60),
        reason: None,
    }
}

pub fn erased() -> CallEvent {
    CallEvent::CallErased {
        at: second(90),
        ground: "GDPR Art. 17".into(),
        by: USER.into(),
    }
}

pub fn recording_ready() -> CallEvent {
    CallEvent::RecordingReady {
        at: second(61),
        phase: Phase::Ai,
        recording_sid: RECORDING.into(),
        url: "https://api.twilio.com/recordings/1".into(),
        duration_s: Some(58),
        channels: Some(2),
    }
}

pub fn team_member_leg() -> Leg {
    Leg::Participant(ParticipantRole::TeamMember)
}
