//! Who listens to a call, and who takes it over.
//!
//! Only commands are recorded. Jobs then dial the team member's browser (`client:<user>`) into the conference named after
//! the call. A listener hears everything in the conference: the caller and a team member. During the AI phase there is no
//! conference, and the audio comes from [`crate::listening`].

use crate::Engine;
use domain::call::{Call, CallCommand, CallError};
use infra::event_store::{Metadata, Position};
use infra::ledger::LedgerError;

/// What a user does, or is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Participation {
    /// Joins muted.
    Listen,
    StopListening,
    /// Takes the call over at once.
    TakeOver,
    /// Is asked to take over, and then accepts or declines.
    AskToTakeOver,
    AcceptTakeover,
    DeclineTakeover,
}

/// Records what this user does, or is asked to do.
///
/// # Errors
/// When the call has ended or does not exist, another team member has it, or the ledger is unavailable.
pub async fn participate(
    engine: &Engine,
    call_id: &str,
    user: String,
    participation: Participation,
    metadata: Metadata,
) -> Result<Position, LedgerError<CallError>> {
    let at = engine.clock.now();
    let commands = match participation {
        Participation::Listen => vec![CallCommand::JoinListener { at, user }],
        Participation::StopListening => vec![CallCommand::LeaveListener { at, user }],
        Participation::TakeOver => vec![
            CallCommand::RequestTakeover { at, user: user.clone() },
            CallCommand::AcceptTakeover { at, user },
        ],
        Participation::AskToTakeOver => vec![CallCommand::RequestTakeover { at, user }],
        Participation::AcceptTakeover => vec![CallCommand::AcceptTakeover { at, user }],
        Participation::DeclineTakeover => vec![CallCommand::DeclineTakeover { at, user }],
    };
    let executed = engine.ledger.execute_all::<Call>(call_id, &commands, metadata).await?;
    Ok(executed.position)
}
