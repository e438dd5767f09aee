//! The message of the live feed for an event, and who may see it.

use crate::auth::{Permission, SignedIn};
use crate::call_logs::history::data_of;
use infra::event_store::Recorded;
use serde_json::json;

/// Whether a reader has the permission for an event's stream type.
#[must_use]
pub fn may_see(reader: &SignedIn, event: &Recorded) -> bool {
    let needed = match event.stream.aggregate_type.as_str() {
        "contact" => Permission::ViewContacts,
        "quarantine" => Permission::ViewQuarantine,
        "agent" => Permission::ViewAgents,
        _ => Permission::ViewCalls,
    };
    reader.may(needed).is_ok()
}

/// The message, as JSON. `None` if the event cannot be serialized.
#[must_use]
pub fn render(event: &Recorded) -> Option<String> {
    let call_id = (event.stream.aggregate_type == "call").then_some(&event.stream.aggregate_id);
    let message = json!({
        "position": event.position,
        "type": event.event_type,
        "call_id": call_id,
        "stream": { "type": event.stream.aggregate_type, "id": event.stream.aggregate_id },
        "at": event.event.at().unwrap_or(event.recorded_at).to_rfc3339(),
        "data": data_of(&event.event).ok()?,
    });
    Some(message.to_string())
}
