//! The ledger: commands are executed once and durable when acknowledged; personal values are sealed and can be erased.

mod commands;
mod disclosure;
mod erasing;
mod following;
mod killed_writer;
mod opening;
mod rotation;
mod sealing;
mod two_processes;

use domain::Timestamp;
use domain::call::Call;
use domain::call::command::{CallCommand, HandleCallerTurn, HandleInbound, Origin, Routed};
use domain::call::value::ClockSource;
use infra::event_store::{Actor, Metadata, Params};
use infra::ledger::{Executed, Ledger};

/// A phone number that must appear in no row of the log.
pub const CALLER: &str = "+12125550123";
/// Words that must appear in no row of the log.
pub const WORDS: &str = "my grandmother's maiden name was Featherstonehaugh";

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_774_620_000 + seconds)
}

pub fn by_twilio(key: &str) -> Metadata {
    let mut metadata = Metadata::new("default", Actor::Twilio, "correlation").with_key(key);
    metadata.endpoint = Some("inbound".into());
    metadata.params = Some(Params::from([("From".into(), vec![CALLER.into()])]).into());
    metadata
}

pub fn by_user() -> Metadata {
    Metadata::new("default", Actor::User("u1".into()), "correlation")
}

pub fn inbound(call: &str) -> CallCommand {
    HandleInbound {
        at: at(0),
        clock: ClockSource::Local,
        call_sid: call.into(),
        from: CALLER.into(),
        to: "+15046366772".into(),
        caller_name: None,
        agent: "default".into(),
        number: Some("+15046366772".into()),
        attestation: None,
        routed: Routed::Answered {
            greeting: "Hello, you speak with an assistant.".into(),
            persona_version: 0,
            disclosure: Some("You are speaking with an AI.".into()),
            consent_notice: Some("This call is recorded.".into()),
        },
    }
    .into()
}

pub fn said(turn: u32, text: &str) -> CallCommand {
    HandleCallerTurn {
        at: at(i64::from(turn)),
        turn: Some(turn),
        text: text.into(),
        confidence: Some(0.9),
        started_at: None,
        ended_at: None,
        source: "typed".into(),
        origin: Origin::default(),
    }
    .into()
}

pub fn note(text: &str) -> CallCommand {
    CallCommand::NoteCorrection {
        at: at(100),
        note: text.into(),
        turn: None,
        by: "u1".into(),
    }
}

pub async fn start_a_call(ledger: &Ledger, call: &str) -> Executed<Call> {
    ledger
        .execute::<Call>(call, inbound(call), by_twilio(&format!("start {call}")))
        .await
        .expect("a call starts")
}
