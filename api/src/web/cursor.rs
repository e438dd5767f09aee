//! Cursors: where a page ended, as text that clients hand back and do not read.

use crate::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The largest page.
pub const MOST: u32 = 200;
/// The page when nothing is said.
pub const DEFAULT: u32 = 50;

/// A place in a list that is ordered by a time and an identifier.
#[must_use]
pub fn encode(at: i64, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}\n{id}"))
}

/// Reads a cursor.
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
        .ok_or_else(|| ApiError::parameter("cursor", "is not a cursor of ours"))
}

/// The size of a page.
///
/// # Errors
/// When it is 0 or too large.
pub fn limit(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(DEFAULT) {
        size @ 1..=MOST => Ok(size),
        _ => Err(ApiError::parameter("limit", format!("must be from 1 to {MOST}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(decode(&encode(-7, "CA1")).expect("ours"), (-7, "CA1".to_owned()));
    }

    #[test]
    fn anything_else_is_refused() {
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
    fn a_page_has_from_one_to_two_hundred() {
        assert_eq!(limit(None).expect("a size"), 50);
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err() && limit(Some(200)).is_ok());
    }
}
