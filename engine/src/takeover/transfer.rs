//! Transfers the call to another number or user.
//!
//! Only the command is recorded. Jobs put the caller on hold, dial the target into the conference, play the
//! announcement, connect the two, and release the team member. If the target does not join, the caller stays with the
//! team member.

use super::ActionError;
use crate::Engine;
use crate::suppression::is_suppressed;
use domain::call::{Call, CallCommand};
use domain::phone::E164;
use infra::event_store::{Metadata, Position};

/// The target of a transfer.
pub enum Target {
    Number(E164),
    /// ID of a user, whose browser rings.
    User(String),
}

/// Starts the transfer.
///
/// # Errors
/// When the number is suppressed, no team member has the call, another transfer is in progress, or the ledger is unavailable.
pub async fn transfer(
    engine: &Engine,
    call_id: &str,
    target: Target,
    metadata: Metadata,
) -> Result<Position, ActionError> {
    let to = match target {
        Target::Number(number) => {
            if is_suppressed(engine, metadata.tenant.as_str(), number.as_str()).await? {
                return Err(ActionError::Suppressed);
            }
            number.into_string()
        }
        Target::User(user) => format!("client:{user}"),
    };
    let command = CallCommand::StartTransfer {
        at: engine.clock.now(),
        to: to.into(),
    };
    let executed = engine.ledger.execute::<Call>(call_id, command, metadata).await?;
    Ok(executed.position)
}
