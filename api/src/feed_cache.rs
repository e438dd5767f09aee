//! Cache of feed messages: each event is serialized once, however many readers there are.

use axum::extract::ws::Utf8Bytes;
use infra::event_store::{Position, Recorded};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// Maximum memory of cached messages, in bytes; readers that keep up read the newest ones.
const MAX_CACHED_BYTES: u64 = 32 << 20;
/// Estimated messages in it.
const ESTIMATED_MESSAGES: usize = 2_048;
/// What a cached message takes beside its text, in bytes.
const MESSAGE_OVERHEAD: usize = 96;
/// Event types that erase personal data: cached messages must not be sent after them.
const ERASURE_EVENTS: [&str; 2] = ["CallErased", "ContactErased"];

/// Feed messages (JSON) by position.
pub struct FeedCache(Cache<Position, Utf8Bytes, BySize>);

#[derive(Clone)]
struct BySize;

impl Weighter<Position, Utf8Bytes> for BySize {
    fn weight(&self, _: &Position, message: &Utf8Bytes) -> u64 {
        (message.len() + MESSAGE_OVERHEAD) as u64
    }
}

impl Default for FeedCache {
    fn default() -> Self {
        Self(Cache::with_weighter(ESTIMATED_MESSAGES, MAX_CACHED_BYTES, BySize))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_messages_are_bounded_by_bytes() {
        let cache = FeedCache::default();
        let message = Utf8Bytes::from("n".repeat(40_000));
        for position in 1..=4_000 {
            cache.0.insert(position, message.clone());
        }
        assert!(cache.0.weight() <= MAX_CACHED_BYTES, "{} bytes", cache.0.weight());
        assert!(cache.0.len() > 100, "{} messages", cache.0.len());
    }
}
