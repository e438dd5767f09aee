//! What all doors share: reading bodies and parameters, idempotency, paging, positions, headers and limits.

pub mod address;
pub mod body;
pub mod cursor;
pub mod headers;
pub mod idempotency;
pub mod limits;
pub mod middleware;
pub mod moment;
pub mod opened;
pub mod settle;
pub mod view;
pub mod written;

pub use body::{Body, Parameters, PathOf};
pub use idempotency::CommandKey;
pub use moment::Moment;
pub use written::Written;

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
