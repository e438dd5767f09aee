//! Adds and changes contacts. A number is that of one contact of a tenant, a rule that spans contacts: the number is first
//! claimed on the callee's stream, which both requests of a race write, and then the contact gets it.
//!
//! A process that is killed in between leaves a claim. One for a contact that was never added is taken over by the next
//! request, which adds that contact itself: two requests can then add it only once. One of a contact that has another
//! number by now is released after [`CLAIM_TIMEOUT_S`].

use crate::Engine;
use domain::callee::{Callee, CalleeCommand, CalleeError};
use domain::contact::{Contact, ContactCommand, ContactError};
use domain::{Personal, Timestamp};
use infra::clock::new_id;
use infra::db::DbError;
use infra::event_store::{Metadata, Position, StoreError};
use infra::ledger::{Executed, LedgerError};

/// How long a contact may take to get a number after claiming it, in seconds.
const CLAIM_TIMEOUT_S: i64 = 60;
/// Most claims that are released for one request.
const MAX_ATTEMPTS: usize = 4;

/// Why a contact was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum ContactWriteError {
    #[error("a contact with this number exists")]
    Exists,
    #[error(transparent)]
    Contact(#[from] LedgerError<ContactError>),
    #[error(transparent)]
    Callee(LedgerError<CalleeError>),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Contacts(#[from] DbError),
}

/// Adds a contact. Returns its id.
///
/// # Errors
/// When a contact of the tenant has the number, a field is invalid, or a database is unavailable.
pub async fn add(
    engine: &Engine,
    name: String,
    phone: &str,
    by: String,
    metadata: Metadata,
) -> Result<(String, Executed<Contact>), ContactWriteError> {
    let at = engine.clock.now();
    let tenant = metadata.tenant.as_str().to_owned();
    let command = ContactCommand::Add {
        at,
        name: name.into(),
        phone: phone.into(),
        by,
    };
    let new = new_id("contact");
    // A repetition is answered by the ledger, whatever was claimed since.
    let was_done = is_repeated(engine, &metadata).await?;
    let id = if was_done {
        new
    } else {
        ensure_valid(&command)?;
        if engine.read.contacts.by_phone(&tenant, phone).await?.is_some() {
            return Err(ContactWriteError::Exists);
        }
        claim(engine, &metadata, phone, &new, true).await?
    };
    match engine.ledger.execute::<Contact>(&id, command, metadata).await {
        Ok(executed) => Ok((id, executed)),
        // The request that claimed the number was not killed, and added the contact now.
        Err(LedgerError::Rejected(ContactError::AlreadyExists)) => Err(ContactWriteError::Exists),
        Err(error) => Err(error.into()),
    }
}

/// Whether the command was executed before.
async fn is_repeated(engine: &Engine, metadata: &Metadata) -> Result<bool, StoreError> {
    let Some(key) = &metadata.command_key else {
        return Ok(false);
    };
    let known = engine
        .ledger
        .executed_before(key, metadata.fingerprint.as_deref())
        .await?;
    Ok(known.is_some())
}

/// Refuses invalid fields before anything is claimed.
fn ensure_valid(command: &ContactCommand) -> Result<(), ContactWriteError> {
    let decided = domain::Decide::decide(&Contact::default(), command);
    decided.map(|_| ()).map_err(|error| LedgerError::Rejected(error).into())
}

/// Changes the name and, if given, the number of a contact.
///
/// # Errors
/// As [`add`].
pub async fn change(
    engine: &Engine,
    id: &str,
    name: String,
    phone: Option<String>,
    by: String,
    metadata: Metadata,
) -> Result<Position, ContactWriteError> {
    let known = engine.ledger.state::<Contact>(id).await?;
    let old = known.and_then(|(contact, _)| contact.phone.as_ref()?.text().map(str::to_owned));
    let new = phone.filter(|phone| old.as_ref() != Some(phone));
    let command = ContactCommand::Rename {
        at: engine.clock.now(),
        name: name.into(),
        phone: new.clone().map(Personal::Known),
        by: by.clone(),
    };
    let was_done = is_repeated(engine, &metadata).await?;
    let Some(new) = new.filter(|_| !was_done) else {
        return Ok(engine.ledger.execute::<Contact>(id, command, metadata).await?.position);
    };
    let holder = engine.read.contacts.by_phone(metadata.tenant.as_str(), &new).await?;
    if holder.is_some_and(|holder| holder.contact_id != id) {
        return Err(ContactWriteError::Exists);
    }
    claim(engine, &metadata, &new, id, false).await?;
    let changed = engine.ledger.execute::<Contact>(id, command, metadata.clone()).await;
    let position = match changed {
        Ok(executed) => executed.position,
        Err(error) => {
            release(engine, &metadata, &new, id).await?;
            return Err(error.into());
        }
    };
    if let Some(old) = old {
        if !is_held(engine, &metadata, &new, id).await? {
            // This process was paused for longer than the claim lasts, and another contact has the number.
            let command = ContactCommand::Rename {
                at: engine.clock.now(),
                name: state_name(engine, id).await?,
                phone: Some(old.into()),
                by,
            };
            let metadata = Metadata {
                command_key: None,
                ..metadata
            };
            engine.ledger.execute::<Contact>(id, command, metadata).await?;
            return Err(ContactWriteError::Exists);
        }
        release(engine, &metadata, &old, id).await?;
    }
    Ok(position)
}

async fn state_name(engine: &Engine, id: &str) -> Result<Personal<String>, StoreError> {
    let known = engine.ledger.state::<Contact>(id).await?;
    Ok(known
        .and_then(|(contact, _)| contact.name.clone())
        .unwrap_or(Personal::Erased))
}

/// Removes a contact from the list; its number is free.
///
/// # Errors
/// As [`add`].
pub async fn remove(engine: &Engine, id: &str, by: String, metadata: Metadata) -> Result<Position, ContactWriteError> {
    let at = engine.clock.now();
    let command = ContactCommand::Remove { at, by };
    let executed = engine.ledger.execute::<Contact>(id, command, metadata.clone()).await?;
    if let Some(phone) = executed.state.phone.as_ref().and_then(Personal::text) {
        release(engine, &metadata, phone, id).await?;
    }
    Ok(executed.position)
}

/// Claims a number for a contact. Returns the contact that has it now: for a new contact, that of an interrupted request.
async fn claim(
    engine: &Engine,
    metadata: &Metadata,
    phone: &str,
    contact: &str,
    is_new: bool,
) -> Result<String, ContactWriteError> {
    let callee = engine.ledger.callee_id(metadata.tenant.as_str(), phone);
    for _ in 0..MAX_ATTEMPTS {
        let at = engine.clock.now();
        let command = CalleeCommand::ClaimContact {
            at,
            contact: contact.into(),
        };
        let (other, since) = match engine.ledger.execute::<Callee>(&callee, command, of(metadata)).await {
            Ok(_) => return Ok(contact.to_owned()),
            Err(LedgerError::Rejected(CalleeError::ClaimedBy { contact, since })) => (contact.0, since),
            Err(error) => return Err(ContactWriteError::Callee(error)),
        };
        match holder(engine, &other, phone, since, at).await? {
            Holder::Absent if is_new => return Ok(other),
            Holder::Outdated => release(engine, metadata, phone, &other).await?,
            Holder::Absent | Holder::Current => return Err(ContactWriteError::Exists),
        }
    }
    Err(ContactWriteError::Exists)
}

/// What became of a contact that claimed a number.
enum Holder {
    /// It was not added: the request was killed, or is still at it.
    Absent,
    /// It has the number, or is about to get it.
    Current,
    /// It does not have the number, and will not get it.
    Outdated,
}

async fn holder(
    engine: &Engine,
    contact: &str,
    phone: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<Holder, StoreError> {
    let Some((contact, _)) = engine.ledger.state::<Contact>(contact).await? else {
        return Ok(Holder::Absent);
    };
    if contact.removed || contact.erased {
        return Ok(Holder::Outdated);
    }
    let has_it = contact.phone.as_ref().and_then(Personal::text) == Some(phone);
    let is_recent = now < since.plus_seconds(CLAIM_TIMEOUT_S);
    Ok(if has_it || is_recent {
        Holder::Current
    } else {
        Holder::Outdated
    })
}

async fn is_held(engine: &Engine, metadata: &Metadata, phone: &str, contact: &str) -> Result<bool, StoreError> {
    let callee = engine.ledger.callee_id(metadata.tenant.as_str(), phone);
    let known = engine.ledger.state::<Callee>(&callee).await?;
    let holder = known.and_then(|(callee, _)| callee.contact.clone());
    Ok(holder.is_some_and(|(holder, _)| holder.as_str() == contact))
}

/// Ends the claim of a contact on a number.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn release(
    engine: &Engine,
    metadata: &Metadata,
    phone: &str,
    contact: &str,
) -> Result<(), ContactWriteError> {
    let callee = engine.ledger.callee_id(metadata.tenant.as_str(), phone);
    let command = CalleeCommand::ReleaseContact {
        at: engine.clock.now(),
        contact: contact.into(),
    };
    let released = engine.ledger.execute::<Callee>(&callee, command, of(metadata)).await;
    released.map(|_| ()).map_err(ContactWriteError::Callee)
}

/// The metadata of the callee's event, which is not the command of the request.
fn of(metadata: &Metadata) -> Metadata {
    Metadata {
        command_key: None,
        ..metadata.without_params()
    }
}
