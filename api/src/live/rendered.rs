//! An event as the feed tells it: written once, however many readers there are.

use crate::auth::{Permission, SignedIn};
use crate::call_logs::history::data_of;
use axum::extract::ws::Utf8Bytes;
use infra::event_store::{Position, Recorded};
use quick_cache::sync::Cache;
use serde_json::json;

/// Messages that are remembered: what readers who keep up are being sent.
const REMEMBERED: usize = 2_048;
/// After these nobody shall be told what was personal before.
const ERASING: [&str; 2] = ["CallErased", "ContactErased"];

/// Events as JSON, by position.
pub struct Rendered(Cache<Position, Utf8Bytes>);

impl Default for Rendered {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Rendered {
    /// The message about an event. Nothing, should it not be writable as JSON.
    #[must_use]
    pub fn message(&self, event: &Recorded) -> Option<Utf8Bytes> {
        if ERASING.contains(&event.event_type.as_str()) {
            self.0.clear();
        }
        if let Some(message) = self.0.get(&event.position) {
            return Some(message);
        }
        let message = Utf8Bytes::from(render(event)?);
        self.0.insert(event.position, message.clone());
        Some(message)
    }

    /// Forgets every message: somebody was erased.
    pub fn forget(&self) {
        self.0.clear();
    }
}

/// Not told: contacts and kept callbacks to those who may not see them.
#[must_use]
pub fn may_see(reader: &SignedIn, event: &Recorded) -> bool {
    let needed = match event.stream.aggregate_type.as_str() {
        "contact" => Permission::ViewContacts,
        "unrouted" => Permission::ViewUnrouted,
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
