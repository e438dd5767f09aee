//! Cache of feed messages: each event is serialized once, however many readers there are.

use axum::extract::ws::Utf8Bytes;
use infra::event_store::{Position, Recorded};
use quick_cache::sync::Cache;

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
    /// The message for an event, rendered if it is not cached. `None` if it cannot be rendered.
    pub fn message(&self, event: &Recorded, render: impl FnOnce(&Recorded) -> Option<String>) -> Option<Utf8Bytes> {
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
