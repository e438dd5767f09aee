//! Events as clients receive them, in the history of a call and on the live feed: JSON with known personal values in
//! plain, and its schema.

pub mod schema;

pub use schema::{
    AgentEvent, CallEvent, CalleeEvent, ContactEvent, LedgerEvent, PhoneNumberEvent, QuarantineEvent,
    TenantSettingsEvent, UnreadableEvent, UserEvent,
};

use crate::web::Rfc3339;
use crate::web::opened::fields_of;
use infra::event_store::{Event, Recorded};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Type and payload of an event.
#[derive(Serialize)]
pub struct Content {
    /// Event type, as stored.
    #[serde(rename = "type")]
    pub kind: String,
    /// Payload, with known personal values in plain.
    pub data: Value,
}

impl Content {
    /// The type and payload of a recorded event.
    ///
    /// # Errors
    /// When the event cannot be serialized.
    pub fn of(recorded: &Recorded) -> Result<Self, serde_json::Error> {
        let data = match &recorded.event {
            Event::Call(event) => fields_of(event),
            Event::Agent(event) => fields_of(event),
            Event::Contact(event) => fields_of(event),
            Event::Callee(event) => fields_of(event),
            Event::PhoneNumber(event) => fields_of(event),
            Event::TenantSettings(event) => fields_of(event),
            Event::Quarantine(event) => fields_of(event),
            Event::User(event) => fields_of(event),
            Event::Ledger(event) => fields_of(event),
            Event::Unreadable { reason } => Ok(serde_json::json!({ "unreadable": reason })),
        }?;
        Ok(Self {
            kind: recorded.event_type.clone(),
            data,
        })
    }
}

/// Where an event is in the log, and who caused it.
#[derive(Serialize, ToSchema)]
pub struct EventRecord {
    /// Number in the stream, from 1.
    pub version: i64,
    /// Position in the whole log.
    pub position: i64,
    /// Time at which the ledger recorded it.
    pub recorded_at: Rfc3339,
    /// `twilio`, `user:<id>`, `process:<name>`, `cli:<user>` or `import`.
    #[schema(example = "twilio")]
    pub actor: String,
    /// Shared by all events that one request caused.
    pub correlation_id: String,
    /// Position of the event that caused it.
    pub causation: Option<i64>,
    /// The HTTP endpoint that received the request.
    pub endpoint: Option<String>,
}

impl EventRecord {
    /// The record of an event.
    #[must_use]
    pub fn of(recorded: &Recorded) -> Self {
        Self {
            version: recorded.sequence,
            position: recorded.position,
            recorded_at: recorded.recorded_at.into(),
            actor: recorded.metadata.actor.to_string(),
            correlation_id: recorded.metadata.correlation_id.clone(),
            causation: recorded.metadata.causation,
            endpoint: recorded.metadata.endpoint.clone(),
        }
    }
}
