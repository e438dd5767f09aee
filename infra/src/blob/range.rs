//! [`ByteRange`]: an HTTP byte range.

use std::ops::RangeInclusive;

/// One range of bytes (RFC 9110, section 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first to the last byte, counted from 0, or to the end.
    From {
        first: u64,
        /// Inclusive.
        last: Option<u64>,
    },
    /// This many bytes at the end.
    Suffix(u64),
}

impl ByteRange {
    /// Parses a `Range` header. `None` if it may be answered with the whole content: another unit, several ranges,
    /// invalid.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let (unit, spec) = header.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = spec.trim().split_once('-')?;
        if first.is_empty() {
            return number(last).map(Self::Suffix);
        }
        let first = number(first)?;
        let last = if last.is_empty() { None } else { Some(number(last)?) };
        last.is_none_or(|last| first <= last)
            .then_some(Self::From { first, last })
    }

    /// The first and last byte of the range in a blob of `total` bytes. `None` if it contains none of them.
    #[must_use]
    pub fn within(self, total: u64) -> Option<RangeInclusive<u64>> {
        let end = total.checked_sub(1)?;
        match self {
            Self::From { first, last } => (first <= end).then(|| first..=last.unwrap_or(end).min(end)),
            Self::Suffix(0) => None,
            Self::Suffix(length) => Some(total.saturating_sub(length)..=end),
        }
    }

    /// The value of a `Range` header.
    pub(super) fn to_header(self) -> String {
        match self {
            Self::From { first, last: None } => format!("bytes={first}-"),
            Self::From {
                first,
                last: Some(last),
            } => format!("bytes={first}-{last}"),
            Self::Suffix(length) => format!("bytes=-{length}"),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    // `parse` alone would accept a sign.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_parsed() {
        let from = |first, last| Some(ByteRange::From { first, last });
        assert_eq!(ByteRange::parse("bytes=0-499"), from(0, Some(499)));
        assert_eq!(ByteRange::parse("bytes=500-"), from(500, None));
        assert_eq!(ByteRange::parse("Bytes= 5-9 "), from(5, Some(9)));
        assert_eq!(ByteRange::parse("bytes=-500"), Some(ByteRange::Suffix(500)));
    }

    #[test]
    fn multiple_or_invalid_ranges_are_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=9-5",
            "bytes=0-1,5-6",
            "items=0-1",
            "bytes=+1-2",
            "bytes=a-b",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(ByteRange::parse(header), None, "{header}");
        }
    }

    #[test]
    fn range_is_limited_to_the_size_of_the_blob() {
        let within = |header: &str, total| ByteRange::parse(header).expect("a range").within(total);
        assert_eq!(within("bytes=0-499", 100), Some(0..=99));
        assert_eq!(within("bytes=10-19", 100), Some(10..=19));
        assert_eq!(within("bytes=99-", 100), Some(99..=99));
        assert_eq!(within("bytes=100-", 100), None);
        assert_eq!(within("bytes=-30", 100), Some(70..=99));
        assert_eq!(within("bytes=-300", 100), Some(0..=99));
        assert_eq!(within("bytes=-0", 100), None);
        assert_eq!(within("bytes=0-", 0), None);
        assert_eq!(within("bytes=-1", 0), None);
    }
}
