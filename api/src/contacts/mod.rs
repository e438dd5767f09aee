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
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, Rfc3339};
use domain::contact::{Contact, ContactCommand};
use infra::clock::SharedClock;
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

impl From<ContactWithLastCall> for ContactView {
    fn from(row: ContactWithLastCall) -> Self {
        let letter = row.sort_name.chars().next().filter(|c| c.is_alphabetic());
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
        }
    }
}

/// What endpoints that write to a contact use.
pub struct ContactResource {
    pub clock: SharedClock,
    pub ledger: Ledger,
    pub contacts: Contacts,
    pub progress: Progress,
}

composed_of_parts!(ContactResource {
    clock,
    ledger,
    contacts,
    progress
});

impl ContactResource {
    /// Executes a command on an existing contact of the user's tenant and waits until the read models show the result.
    async fn execute(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        endpoint: &'static str,
        contact_id: &str,
        command: ContactCommand,
    ) -> Result<Position, ApiError> {
        self.ensure_own_tenant(signed_in, contact_id).await?;
        let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
        let executed = self.ledger.execute::<Contact>(contact_id, command, metadata).await?;
        self.wait(executed.position).await;
        Ok(executed.position)
    }

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

    /// Waits until the read models have passed the position.
    async fn wait(&self, position: Position) {
        wait_for_read_models(&self.progress, READ_MODELS, position).await;
    }
}

async fn view(contacts: &Contacts, signed_in: &SignedIn, contact_id: &str) -> Result<ContactView, ApiError> {
    let found = contacts.contact(signed_in.tenant(), contact_id).await?;
    found.map(ContactView::from).ok_or(ApiError::NotFound("contact"))
}

/// Removes separators from a number with country code, as typed, to get E.164.
fn phone(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
        .collect()
}
