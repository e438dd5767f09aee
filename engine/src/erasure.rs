//! Destroys every personal value of a call or a contact.
//!
//! The event with the requester and the ground is recorded first, then the data key is destroyed, after which the
//! values can no longer be decrypted, here or in a backup of the log. If the process is killed in between, the eraser
//! job destroys the key later ([`crate::jobs`]).

use crate::Engine;
use domain::Decide;
use domain::call::{Call, CallCommand, CallError};
use domain::contact::{Contact, ContactCommand, ContactError};
use infra::event_store::{Event, Metadata, Position, StreamId};
use infra::ledger::LedgerError;

/// Erases a call. `ground` stays readable and must not contain personal values.
///
/// # Errors
/// When the call does not exist, the ground is invalid, or a database is unavailable.
pub async fn erase_call(
    engine: &Engine,
    call_id: &str,
    ground: String,
    by: String,
    metadata: Metadata,
) -> Result<Position, LedgerError<CallError>> {
    let at = engine.clock.now();
    let command = CallCommand::Erase { at, ground, by };
    erase::<Call>(engine, StreamId::call(call_id), command, metadata).await
}

/// Erases a contact, as [`erase_call`].
///
/// # Errors
/// As [`erase_call`].
pub async fn erase_contact(
    engine: &Engine,
    contact_id: &str,
    ground: String,
    by: String,
    metadata: Metadata,
) -> Result<Position, LedgerError<ContactError>> {
    let at = engine.clock.now();
    let command = ContactCommand::Erase { at, ground, by };
    erase::<Contact>(engine, StreamId::contact(contact_id), command, metadata).await
}

async fn erase<A>(
    engine: &Engine,
    stream: StreamId,
    command: A::Command,
    metadata: Metadata,
) -> Result<Position, LedgerError<A::Error>>
where
    A: Decide + Clone + 'static,
    A::Event: Into<Event>,
{
    let executed = engine
        .ledger
        .execute::<A>(&stream.aggregate_id, command, metadata)
        .await?;
    engine.ledger.destroy_key(&stream).await?;
    engine.interfaces.forget_erased();
    Ok(executed.position)
}
