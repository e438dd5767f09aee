//! Cache of feed messages: each event is serialized once, however many readers there are.

use crate::auth::{Permission, SignedIn};
use crate::call_logs::history::data_of;
use axum::extract::ws::Utf8Bytes;
use infra::event_store::{Position, Recorded};
use quick_cache::sync::Cache;
use serde_json::json;

/// Maximum number of cached messages; readers that keep up read the newest ones.
const MAX_CACHED_MESSAGES: usize = 2_048;
/// Event types that erase personal data: cached messages must not be sent after them.
const ERASURE_EVENTS: [&str; 2] = ["CallErased", "ContactErased"];

/// Feed messages (JSON) by position.
pub struct FeedCache(Cache<Position, Utf8Bytes>);

impl Default for FeedCache {
    fn default() -> Self {
        Self(Cache::new(MAX_CACHED_MESSAGES))
    }
}

impl FeedCache {
    /// The message for an event. `None` if it cannot be serialized.
    #[must_use]
    pub fn message(&self, event: &Recorded) -> Option<Utf8Bytes> {
        if ERASURE_EVENTS.contains(&event.event_type.as_str()) {
            self.0.clear();
        }
        if let Some(message) = self.0.get(&event.position) {
            return Some(message);
        }
        let message = Utf8Bytes::from(render(event)?);
        self.0.insert(event.position, message.clone());
        Some(message)
    }

    /// Drops all messages, after an erasure.
    pub fn clear(&self) {
        self.0.clear();
    }
}

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

fn render(event: &Recorded) -> Option<String> {
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
