//! Contacts: people known by name and number, with their last call.

pub mod add;
pub mod change;
pub mod erase;
pub mod get;
pub mod list;
pub mod remove;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::composed_of_parts;
use crate::web::Rfc3339;
use crate::web::wait_for_read_models::wait_for_read_models;
use domain::contact::Contact;
use infra::event_store::{Position, StreamId};
use infra::ledger::Ledger;
use projections::Progress;
use projections::contacts::queries::{ContactWithLastCall, Contacts};
use serde::Serialize;
use utoipa::ToSchema;

const READ_MODELS: &[&str] = &["contacts"];

/// A contact.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    contact_id: String,
    /// Null once erased.
    name: Option<String>,
    /// The letter under which lists group the contact; `#` for other characters.
    #[schema(example = "A")]
    letter: String,
    /// E.164; null once erased.
    phone: Option<String>,
    added_at: Rfc3339,
    /// The last call with this number.
    last_call: Option<LastCall>,
    /// The entry of this number on the do-not-call list; null if it may be called.
    suppression: Option<ContactSuppression>,
}

/// The last call with a contact.
#[derive(Serialize, ToSchema)]
pub struct LastCall {
    call_id: String,
    /// `inbound`, `outbound`.
    direction: Option<String>,
    /// Current status; after the end, the outcome.
    status: Option<String>,
    started_at: Option<Rfc3339>,
}

/// The entry of a contact's number on the do-not-call list.
#[derive(Serialize, ToSchema)]
pub struct ContactSuppression {
    suppression_id: String,
    since: Rfc3339,
    /// `opt_out` (the person asked for it on a call), `manual` (a user decided it).
    origin: String,
    /// The call on which the person asked for it.
    call_id: Option<String>,
}

impl From<ContactWithLastCall> for ContactView {
    fn from(row: ContactWithLastCall) -> Self {
        let letter = row.sort_name.chars().next().filter(|c| c.is_alphabetic());
        let suppression = match (row.callee_id, row.suppressed_at, row.suppression_origin) {
            (Some(suppression_id), Some(since), Some(origin)) => Some(ContactSuppression {
                suppression_id,
                since: since.into(),
                origin,
                call_id: row.suppression_call_id,
            }),
            _ => None,
        };
        Self {
            contact_id: row.contact_id,
            name: row.name,
            letter: letter.map_or_else(|| "#".to_owned(), |letter| letter.to_uppercase().to_string()),
            phone: row.phone,
            added_at: row.added_at.into(),
            last_call: row.last_call_id.map(|call_id| LastCall {
                call_id,
                direction: row.last_call_direction,
                status: row.last_call_status,
                started_at: row.last_call_at.map(Rfc3339::from),
            }),
            suppression,
        }
    }
}

/// What endpoints that write to a contact use.
pub struct ContactResource {
    pub ledger: Ledger,
    pub contacts: Contacts,
    pub progress: Progress,
}

composed_of_parts!(ContactResource {
    ledger,
    contacts,
    progress
});

impl ContactResource {
    /// Answers 404 for a contact of another tenant.
    async fn ensure_own_tenant(&self, signed_in: &SignedIn, contact_id: &str) -> Result<(), ApiError> {
        let history = self.ledger.history(&StreamId::contact(contact_id)).await?;
        let is_own = history
            .first()
            .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
        if is_own {
            Ok(())
        } else {
            Err(ApiError::NotFound("contact"))
        }
    }

    /// A contact that was just written: what the ledger holds of it while the read model lags or is being rebuilt.
    async fn view_after_write(&self, signed_in: &SignedIn, contact_id: &str) -> Result<ContactView, ApiError> {
        if let Some(row) = self.contacts.contact(signed_in.tenant(), contact_id).await? {
            return Ok(row.into());
        }
        let known = self.ledger.state::<Contact>(contact_id).await?;
        let contact = known.map(|(contact, _)| contact).filter(|it| !it.removed && !it.erased);
        let contact = contact.ok_or(ApiError::NotFound("contact"))?;
        let name = contact.name.as_ref().and_then(|name| name.text()).unwrap_or_default();
        Ok(ContactView::from(ContactWithLastCall {
            contact_id: contact_id.to_owned(),
            tenant: signed_in.tenant().to_owned(),
            sort_name: projections::call_log::search::folded(name),
            name: Some(name.to_owned()),
            phone: contact.phone.as_ref().and_then(|phone| phone.text()).map(str::to_owned),
            added_at: contact.added_at.unwrap_or_default().as_micros(),
            last_call_id: None,
            last_call_at: None,
            last_call_direction: None,
            last_call_status: None,
            callee_id: None,
            suppressed_at: None,
            suppression_origin: None,
            suppression_call_id: None,
        }))
    }

    /// Waits until the read models have passed the position.
    async fn wait(&self, position: Position) {
        wait_for_read_models(&self.progress, READ_MODELS, position).await;
    }
}

async fn view(contacts: &Contacts, signed_in: &SignedIn, contact_id: &str) -> Result<ContactView, ApiError> {
    let found = contacts.contact(signed_in.tenant(), contact_id).await?;
    found.map(ContactView::from).ok_or(ApiError::NotFound("contact"))
}
