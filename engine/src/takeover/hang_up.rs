//! Ends a call.
//!
//! Twilio is called first, then the command is recorded with who ended the call. If the process is killed in between,
//! the call has ended and only that is missing. A call that Twilio has ended before is ended from its record.

use super::{ActionError, load};
use crate::{Engine, provider_record};
use domain::call::value::EndedBy;
use domain::call::{Call, CallCommand};
use infra::event_store::{Metadata, Position};
use infra::twilio::rest::CallUpdate;

/// Ends the call for a team member.
///
/// # Errors
/// When the call has ended or does not exist, Twilio does not end it, or the ledger is unavailable.
pub async fn hang_up(engine: &Engine, call_id: &str, metadata: Metadata) -> Result<Position, ActionError> {
    let call = load(engine, call_id).await?;
    if call.end.is_some() {
        return Err(ActionError::Ended);
    }
    let start = call.start().ok_or(ActionError::NotFound)?;
    match engine.twilio.update_call(&start.call_sid, &CallUpdate::HangUp).await {
        Ok(_) => {}
        // The callback that reports the end was lost or is on its way.
        Err(error) if error.is_already_over() => {
            let record = provider_record::read(engine, &start.call_sid).await;
            let record = record.map_err(ActionError::Telephony)?;
            let ended = provider_record::end(engine, call_id, &record, metadata).await?;
            return ended.ok_or(ActionError::Ended);
        }
        Err(error) => return Err(ActionError::Telephony(error)),
    }
    let command = CallCommand::EndCall {
        at: engine.clock.now(),
        outcome: None,
        ended_by: EndedBy::TeamMember,
        duration_s: None,
        reason: None,
    };
    let executed = engine.ledger.execute::<Call>(call_id, command, metadata).await?;
    Ok(executed.position)
}
