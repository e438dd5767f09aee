//! [`TimeOrDate`]: the end of a period in a query, as a time or as a date of the tenant's time zone.

use domain::Timestamp;
use domain::calendar::{Calendar, parse_day, start_of_quarter_hour};
use serde::{Deserialize, Deserializer};

/// A time (RFC 3339 with an offset), or a date (`2026-03-27`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOrDate {
    Time(Timestamp),
    /// Days since 1970-01-01.
    Date(i64),
}

impl TimeOrDate {
    /// Parses a time or a date. `None` if the text is neither.
    fn parse(text: &str) -> Option<Self> {
        let date = parse_day(text).map(Self::Date);
        date.or_else(|| Timestamp::parse_rfc3339(text).map(Self::Time))
    }

    /// Whether it depends on the time zone.
    #[must_use]
    pub const fn is_date(self) -> bool {
        matches!(self, Self::Date(_))
    }

    /// The first moment of a period that starts with it.
    #[must_use]
    pub fn start(self, calendar: Calendar) -> Timestamp {
        self.moment(calendar, 0)
    }

    /// The first moment after a period that ends with it: the time itself, or the end of the day.
    #[must_use]
    pub fn end(self, calendar: Calendar) -> Timestamp {
        self.moment(calendar, 1)
    }

    fn moment(self, calendar: Calendar, days: i64) -> Timestamp {
        match self {
            Self::Time(time) => time,
            Self::Date(day) => start_of_quarter_hour(calendar.start_of(day + days)),
        }
    }
}

impl<'de> Deserialize<'de> for TimeOrDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a date, or a time in RFC 3339 with an offset"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn period(text: &str, zone: Tz) -> (String, String) {
        let parsed = TimeOrDate::parse(text).expect("is a time or a date");
        let calendar = Calendar::new(zone);
        (parsed.start(calendar).to_rfc3339(), parsed.end(calendar).to_rfc3339())
    }

    #[test]
    fn date_is_a_whole_day_of_the_zone() {
        let expected = (
            "2026-03-08T08:00:00.000000Z".into(),
            "2026-03-09T07:00:00.000000Z".into(),
        );
        assert_eq!(period("2026-03-08", Tz::America__Los_Angeles), expected);
    }

    #[test]
    fn time_is_a_moment_in_any_zone() {
        let expected = (
            "2026-03-08T12:00:00.000000Z".into(),
            "2026-03-08T12:00:00.000000Z".into(),
        );
        assert_eq!(period("2026-03-08T13:00:00+01:00", Tz::Asia__Kathmandu), expected);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "today",
            "2026-3-8",
            "2026-02-30",
            "2026-03-08T13:00:00",
            "20260308",
            " 026-03-08",
        ] {
            assert_eq!(TimeOrDate::parse(text), None, "{text}");
        }
    }
}
