//! Sends keypad tones to the caller.
//!
//! The digits are recorded before they are sent, at most once: if the process is killed in between nothing is sent, and
//! a repetition with the same command key does not send them again.

use super::{ActionError, load};
use crate::Engine;
use crate::conference::announcement;
use domain::call::event::PersonalText;
use domain::call::{Call, CallCommand};
use infra::event_store::{Metadata, Position};
use infra::ledger::Outcome;
use infra::twilio::rest::{ParticipantUpdate, TwilioError};

/// Effect name in `EffectFailed`.
const EFFECT: &str = "send_digits";

/// Sends the digits: `0` to `9`, `*`, `#`, `w` (pause of half a second) and `W` (pause of one second).
///
/// # Errors
/// When the caller is in no conference, the digits are invalid, Twilio does not send them, or the ledger is unavailable.
pub async fn send_digits(
    engine: &Engine,
    call_id: &str,
    digits: PersonalText,
    metadata: Metadata,
) -> Result<Position, ActionError> {
    let call = load(engine, call_id).await?;
    let (conference, caller) = call.conference_of_caller()?;
    let at = engine.clock.now();
    let command = CallCommand::SendDigits { at, digits };
    let executed = engine
        .ledger
        .execute::<Call>(call_id, command, metadata.clone())
        .await?;
    if executed.outcome == Outcome::Committed {
        let number = executed.state.people.digits_sent;
        let what = format!("what=digits&number={number}");
        let update = ParticipantUpdate {
            announce_url: Some(announcement(&engine.config, call_id, &what)),
            ..ParticipantUpdate::default()
        };
        if let Err(error) = engine.twilio.update_participant(conference, caller, &update).await {
            record_failure(engine, call_id, number, &error, metadata).await?;
            return Err(ActionError::of_conference(error));
        }
    }
    Ok(executed.position)
}

async fn record_failure(
    engine: &Engine,
    call_id: &str,
    number: u32,
    error: &TwilioError,
    metadata: Metadata,
) -> Result<(), ActionError> {
    let failed = CallCommand::FailEffect {
        at: engine.clock.now(),
        effect: EFFECT.to_owned(),
        item: number.to_string(),
        reason: error.to_string(),
        attempt: 1,
        retry_at: None,
    };
    let metadata = Metadata {
        command_key: None,
        ..metadata
    };
    engine.ledger.execute::<Call>(call_id, failed, metadata).await?;
    Ok(())
}
