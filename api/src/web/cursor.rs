//! Cursors: the end of a page, as an opaque text that clients send back.

use crate::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Maximum number of entries per page.
pub const MAX_LIMIT: u32 = 200;
/// Number of entries per page without `limit`.
pub const DEFAULT_LIMIT: u32 = 50;

/// The cursor of an entry in a list that is ordered by time and ID.
#[must_use]
pub fn encode(at: i64, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}\n{id}"))
}

/// Parses a cursor.
///
/// # Errors
/// When it was not made by [`encode`].
pub fn decode(cursor: &str) -> Result<(i64, String), ApiError> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once('\n').map(|(at, id)| (at.parse().ok(), id.to_owned())))
        .and_then(|(at, id)| at.map(|at| (at, id)))
        .ok_or_else(|| ApiError::parameter("cursor", "is not a valid cursor"))
}

/// The number of entries per page.
///
/// # Errors
/// When it is 0 or too large.
pub fn limit(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        size @ 1..=MAX_LIMIT => Ok(size),
        _ => Err(ApiError::parameter("limit", format!("must be from 1 to {MAX_LIMIT}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trips() {
        assert_eq!(
            decode(&encode(-7, "CA1")).expect("a valid cursor"),
            (-7, "CA1".to_owned())
        );
    }

    #[test]
    fn malformed_cursors_are_refused() {
        for text in [
            "",
            "x",
            "!!!!",
            &URL_SAFE_NO_PAD.encode("CA1"),
            &URL_SAFE_NO_PAD.encode("x\nCA1"),
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limit_must_be_from_1_to_200() {
        assert_eq!(limit(None).expect("a size"), 50);
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err() && limit(Some(200)).is_ok());
    }
}
