//! Destroys every personal value of a call, or of a person.
//!
//! The event with the requester and the ground is recorded first, then the data key is destroyed, after which the
//! values can no longer be decrypted, here or in a backup of the log. Then the read models' files are scrubbed. If the
//! process is killed in between, the eraser job does the rest later ([`crate::jobs`]).
//!
//! What else names the person is erased with it: quarantined webhooks and, with a contact, every call of its number. A
//! suppression remains, as a digest of the number.

use crate::Engine;
use crate::calls::view_of;
use crate::contacts::release;
use crate::suppression::honor_opt_out;
use domain::call::{Call, CallCommand, CallError};
use domain::callee::{Callee, CalleeCommand};
use domain::contact::{Contact, ContactCommand, ContactError};
use domain::quarantine::{Quarantine, QuarantineCommand};
use domain::{Decide, Personal};
use infra::event_store::{Event, Metadata, Position, StreamId};
use infra::ledger::LedgerError;
use std::time::Duration;

/// How long an erasure waits for the read model that finds what names the person.
const READ_MODEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Why, and for whom, something is erased.
struct Request {
    /// Legal ground. Stays readable.
    ground: String,
    by: String,
    metadata: Metadata,
}

impl Request {
    /// The metadata of an event that follows from the request.
    fn of_consequence(&self) -> Metadata {
        Metadata {
            command_key: None,
            fingerprint: None,
            ..self.metadata.without_params()
        }
    }
}

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
    // The number is needed for the suppression list, which outlives it.
    if let Err(error) = honor_opt_out(engine, call_id).await {
        tracing::warn!(call_id, %error, "number not suppressed before the erasure");
    }
    let view = view_of(&engine.ledger, call_id).await?;
    let at = engine.clock.now();
    let command = CallCommand::Erase {
        at,
        ground: ground.clone(),
        by: by.clone(),
    };
    let position = erase::<Call>(engine, StreamId::call(call_id), command, metadata.clone()).await?;
    let request = Request { ground, by, metadata };
    let parties: Vec<_> = [view.outside_number(), Some(call_id)].into_iter().flatten().collect();
    erase_webhooks(engine, &request, &parties).await;
    if let Some(number) = view.outside_number() {
        // The number of a contact is erased with the contact.
        erase_callee(engine, &request, number, false).await;
    }
    scrub(engine).await;
    Ok(position)
}

/// Erases a contact and everything else of the person: the calls of its number, and what names them.
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
    let known = engine.ledger.state::<Contact>(contact_id).await?;
    let phone = known.and_then(|(contact, _)| contact.phone.as_ref()?.text().map(str::to_owned));
    let request = Request { ground, by, metadata };
    let calls = match &phone {
        Some(phone) => calls_of(engine, &request, phone).await,
        None => Vec::new(),
    };
    let at = engine.clock.now();
    let command = ContactCommand::Erase {
        at,
        ground: request.ground.clone(),
        by: request.by.clone(),
    };
    let position = erase::<Contact>(engine, StreamId::contact(contact_id), command, request.metadata.clone()).await?;
    if let Some(phone) = &phone {
        if let Err(error) = release(engine, &request.metadata, phone, contact_id).await {
            // A claim of an erased contact is released when the number is needed.
            tracing::warn!(contact_id, %error, "number of an erased contact not released");
        }
        for call_id in &calls {
            if let Err(error) = honor_opt_out(engine, call_id).await {
                tracing::warn!(call_id, %error, "number not suppressed before the erasure");
            }
            let command = CallCommand::Erase {
                at,
                ground: request.ground.clone(),
                by: request.by.clone(),
            };
            let erased = erase::<Call>(engine, StreamId::call(call_id), command, request.of_consequence()).await;
            if let Err(error) = erased {
                tracing::error!(call_id, %error, "call of an erased contact not erased");
            }
        }
        let parties: Vec<_> = calls.iter().map(String::as_str).chain([phone.as_str()]).collect();
        erase_webhooks(engine, &request, &parties).await;
        erase_callee(engine, &request, phone, true).await;
    }
    scrub(engine).await;
    Ok(position)
}

/// Waits until the model that finds what names a person has everything that was recorded before.
async fn wait_for_contacts(engine: &Engine) {
    if let Ok(head) = engine.ledger.head().await {
        engine.models.wait("contacts", head, READ_MODEL_TIMEOUT).await;
    }
}

async fn calls_of(engine: &Engine, request: &Request, number: &str) -> Vec<String> {
    wait_for_contacts(engine).await;
    let calls = engine
        .read
        .contacts
        .all_calls_of(request.metadata.tenant.as_str(), number)
        .await;
    calls.unwrap_or_else(|error| {
        tracing::error!(%error, "calls of an erased contact not found");
        Vec::new()
    })
}

/// Erases the quarantined webhooks that name one of these numbers, addresses or calls.
async fn erase_webhooks(engine: &Engine, request: &Request, parties: &[&str]) {
    wait_for_contacts(engine).await;
    for party in parties {
        let found = engine
            .read
            .contacts
            .webhooks_of(request.metadata.tenant.as_str(), party)
            .await;
        let webhooks = found.unwrap_or_else(|error| {
            tracing::error!(%error, "quarantined webhooks of an erased person not found");
            Vec::new()
        });
        for webhook in webhooks {
            let command = QuarantineCommand::Erase {
                at: engine.clock.now(),
                ground: request.ground.clone(),
                by: request.by.clone(),
            };
            let stream = StreamId::quarantine(&webhook);
            if let Err(error) = erase::<Quarantine>(engine, stream, command, request.of_consequence()).await {
                tracing::error!(webhook, %error, "quarantined webhook not erased");
            }
        }
    }
}

/// Erases the number of a callee, unless a contact has it. Whether it is suppressed remains.
async fn erase_callee(engine: &Engine, request: &Request, number: &str, also_of_a_contact: bool) {
    let id = engine.ledger.callee_id(request.metadata.tenant.as_str(), number);
    let known = match engine.ledger.state::<Callee>(&id).await {
        Ok(known) => known,
        Err(error) => {
            tracing::error!(%error, "number of an erased person not erased from the suppression list");
            return;
        }
    };
    let has_number = known.as_ref().is_some_and(|(callee, _)| {
        let is_known = callee.number.as_ref().is_some_and(|number| *number != Personal::Erased);
        is_known && (also_of_a_contact || callee.contact.is_none())
    });
    if !has_number {
        return;
    }
    let command = CalleeCommand::Erase {
        at: engine.clock.now(),
        ground: request.ground.clone(),
        by: request.by.clone(),
    };
    if let Err(error) = erase::<Callee>(engine, StreamId::callee(&id), command, request.of_consequence()).await {
        tracing::error!(%error, "number of an erased person not erased from the suppression list");
    }
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

/// Removes what was erased from the read models' files.
async fn scrub(engine: &Engine) {
    let scrubbed = async {
        engine
            .models
            .scrub(engine.ledger.head().await?)
            .await
            .map_err(anyhow::Error::from)
    };
    if let Err(error) = scrubbed.await {
        tracing::warn!(%error, "files of the read models not scrubbed, the eraser job will do it");
    }
}
