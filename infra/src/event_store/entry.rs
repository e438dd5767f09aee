//! The hash of an event: the leaf of RFC 6962 over its entry, a text that anyone can make with `printf` and `sha256sum`.
//!
//! A consumer's checkpoint holds the hash of the last event that it applied, so that a log which is not the same any more
//! is noticed.

use super::RawEvent;
use sha2::{Digest as _, Sha256};

/// The leaf hash of an event: SHA-256 of a zero byte and the entry.
pub(crate) fn leaf_hash(event: &RawEvent) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(entry(event));
    hash.finalize().into()
}

/// The entry: ten lines, each ended by a line feed. The store refuses identifiers and names with line breaks.
fn entry(event: &RawEvent) -> String {
    let digest = |text: &str| const_hex::encode(Sha256::digest(text));
    format!(
        "call-ledger/event/v1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        event.position,
        event.recorded_at,
        event.stream.aggregate_type,
        event.stream.aggregate_id,
        event.sequence,
        event.event_type,
        event.event_version,
        digest(&event.payload),
        digest(&event.metadata),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::StreamId;

    /// Made with `printf` and `sha256sum`.
    #[test]
    fn leaf_hash_is_that_of_other_tools() {
        let event = RawEvent {
            position: 7,
            stream: StreamId::call("CA1"),
            sequence: 2,
            event_type: "CallRinging".into(),
            event_version: "1.0".into(),
            payload: r#"{"CallRinging":{"at":1}}"#.into(),
            metadata: r#"{"tenant":"default"}"#.into(),
            recorded_at: 1_700_000_000_000_000,
        };
        assert_eq!(const_hex::encode(leaf_hash(&event)), LEAF);
    }

    const LEAF: &str = "b54cb90d3d50f41d80d128d54edcad6fa427b6fa242c301a621f7f22a7870707";
}
