//! Business hours: time ranges per day of the week, in a time zone.
//!
//! A range lies within one local day. Hours past midnight are two ranges, the first of which ends at 24:00. Every time has
//! exactly one local time, even when clocks are set back, so daylight saving time needs no special rule.

use crate::Timestamp;
use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Minutes in a day. As a time of day: 24:00.
const MINUTES_PER_DAY: u16 = 24 * 60;
/// Microseconds in a minute.
const MINUTE_MICROS: i64 = 60_000_000;
/// Monday to Sunday, as in [`WeekHours::days`].
const DAY_NAMES: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The weekly hours of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekHours {
    /// IANA name: `America/Chicago`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub time_zone: Tz,
    /// Monday to Sunday. A day without ranges is closed.
    pub days: [Vec<TimeRange>; 7],
}

/// Part of a day, in minutes from local midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeRange {
    /// Inclusive.
    pub from: u16,
    /// Exclusive; 1440 is 24:00.
    pub to: u16,
}

/// Why weekly hours are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{day}: {problem}")]
pub struct HoursError {
    pub day: &'static str,
    pub problem: HoursProblem,
}

/// Why the hours of a day are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursProblem {
    #[error("{0} does not end after it begins")]
    Backwards(TimeRange),
    #[error("{0} ends after 24:00")]
    PastMidnight(TimeRange),
    #[error("{0} and {1} overlap or are out of order")]
    Overlap(TimeRange, TimeRange),
}

/// The text is not a time of day, or not a range of such times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    #[error("not a time of day: HH:MM from 00:00 to 24:00")]
    Time,
    #[error("not a range of times: HH:MM-HH:MM")]
    Range,
}

impl WeekHours {
    /// Refuses ranges that are empty or reversed, end after 24:00, overlap, or are out of order.
    ///
    /// # Errors
    /// Names the day.
    pub fn validate(&self) -> Result<(), HoursError> {
        for (day, ranges) in DAY_NAMES.into_iter().zip(&self.days) {
            let refuse = |problem| Err(HoursError { day, problem });
            for range in ranges {
                if range.to > MINUTES_PER_DAY {
                    return refuse(HoursProblem::PastMidnight(*range));
                }
                if range.to <= range.from {
                    return refuse(HoursProblem::Backwards(*range));
                }
            }
            for pair in ranges.windows(2) {
                if pair[1].from < pair[0].to {
                    return refuse(HoursProblem::Overlap(pair[0], pair[1]));
                }
            }
        }
        Ok(())
    }

    /// Whether the hours include this time.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = at.to_utc().with_timezone(&self.time_zone);
        let minute = local.hour() * 60 + local.minute();
        let today = &self.days[local.weekday().num_days_from_monday() as usize];
        today
            .iter()
            .any(|range| u32::from(range.from) <= minute && minute < u32::from(range.to))
    }

    /// The hours as a sentence without its end, in English: `Monday to Friday from 09:00 to 12:00 and from 13:00 to 17:00;
    /// Saturday and Sunday closed`. Days with equal hours that follow each other are named together.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut days = DAY_NAMES.into_iter().zip(&self.days).peekable();
        while let Some((first, ranges)) = days.next() {
            let (mut last, mut count) = (first, 1);
            while let Some((day, _)) = days.next_if(|(_, next)| *next == ranges) {
                (last, count) = (day, count + 1);
            }
            let span = match count {
                1 => first.to_owned(),
                2 => format!("{first} and {last}"),
                _ => format!("{first} to {last}"),
            };
            let open = ranges.iter().map(|range| {
                let (from, to) = (print_time(range.from), print_time(range.to));
                format!("from {from} to {to}")
            });
            let open: Vec<String> = open.collect();
            parts.push(if open.is_empty() {
                format!("{span} closed")
            } else {
                format!("{span} {}", open.join(" and "))
            });
        }
        parts.join("; ")
    }

    /// The first open time at or after `at`. `None` if no day has a range.
    ///
    /// It checks every minute of at most eight days, because a clock change can make any minute an opening. Zones differ
    /// from UTC by whole minutes.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) {
            return Some(at);
        }
        if self.days.iter().all(Vec::is_empty) {
            return None;
        }
        let next_minute = at.0.div_euclid(MINUTE_MICROS) + 1;
        (0..i64::from(MINUTES_PER_DAY) * 8)
            .map(|minutes| Timestamp((next_minute + minutes) * MINUTE_MICROS))
            .find(|time| self.is_open(*time))
    }
}

/// Parses a time of day, `HH:MM` from 00:00 to 24:00, into minutes from midnight.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_time(text: &str) -> Result<u16, NotATime> {
    let two_digits = |part: &str| {
        if part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit()) {
            part.parse::<u16>().ok()
        } else {
            None
        }
    };
    let (hours, minutes) = text.split_once(':').ok_or(NotATime::Time)?;
    let (hours, minutes) = two_digits(hours).zip(two_digits(minutes)).ok_or(NotATime::Time)?;
    let time = hours * 60 + minutes;
    if minutes < 60 && time <= MINUTES_PER_DAY {
        Ok(time)
    } else {
        Err(NotATime::Time)
    }
}

/// Formats minutes from midnight as a time of day: `09:30`, `24:00`.
#[must_use]
pub fn print_time(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl FromStr for TimeRange {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (from, to) = text.split_once('-').ok_or(NotATime::Range)?;
        Ok(Self {
            from: parse_time(from.trim())?,
            to: parse_time(to.trim())?,
        })
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", print_time(self.from), print_time(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(rfc3339: &str) -> Timestamp {
        Timestamp::parse_rfc3339(rfc3339).expect("is a time")
    }

    fn every_day(time_zone: Tz, ranges: &[&str]) -> WeekHours {
        let ranges: Vec<TimeRange> = ranges.iter().map(|text| text.parse().expect("is a range")).collect();
        WeekHours {
            time_zone,
            days: std::array::from_fn(|_| ranges.clone()),
        }
    }

    fn office() -> WeekHours {
        let mut hours = every_day(Tz::America__Chicago, &["09:00-12:00", "13:00-17:00"]);
        hours.days[5].clear();
        hours.days[6].clear();
        hours
    }

    #[test]
    fn range_includes_its_start_and_excludes_its_end() {
        // A Friday in winter: Chicago is six hours behind UTC.
        assert!(!office().is_open(at("2026-01-09T08:59:59.999999-06:00")));
        assert!(office().is_open(at("2026-01-09T09:00:00-06:00")));
        assert!(office().is_open(at("2026-01-09T11:59:59.999999-06:00")));
        assert!(!office().is_open(at("2026-01-09T12:00:00-06:00")));
    }

    #[test]
    fn days_with_equal_hours_are_named_together() {
        assert_eq!(
            office().in_words(),
            "Monday to Friday from 09:00 to 12:00 and from 13:00 to 17:00; Saturday and Sunday closed"
        );
        assert_eq!(
            every_day(Tz::UTC, &["00:00-24:00"]).in_words(),
            "Monday to Sunday from 00:00 to 24:00"
        );
        let mut hours = every_day(Tz::UTC, &["10:00-18:00"]);
        hours.days[2].clear();
        assert_eq!(
            hours.in_words(),
            "Monday and Tuesday from 10:00 to 18:00; Wednesday closed; Thursday to Sunday from 10:00 to 18:00"
        );
    }

    #[test]
    fn day_of_the_week_is_the_local_one() {
        // Friday 23:00 in Chicago is Saturday in London.
        let mut late = every_day(Tz::America__Chicago, &[]);
        late.days[4] = vec!["22:00-24:00".parse().expect("is a range")];
        assert!(late.is_open(at("2026-01-10T05:00:00Z")));
        assert!(late.is_open(at("2026-01-10T05:59:59Z")));
        assert!(!late.is_open(at("2026-01-10T06:00:00Z")));
    }

    #[test]
    fn next_opening_in_utc_follows_daylight_saving_time() {
        assert_eq!(
            office().next_opening(at("2026-03-06T23:30:00Z")),
            Some(at("2026-03-09T14:00:00Z"))
        );
        assert_eq!(
            office().next_opening(at("2026-02-27T23:30:00Z")),
            Some(at("2026-03-02T15:00:00Z"))
        );
    }

    #[test]
    fn opening_in_a_skipped_hour_moves_to_the_first_minute_after_it() {
        // On 2026-03-08 Chicago goes from 02:00 to 03:00.
        let early = every_day(Tz::America__Chicago, &["02:30-04:00"]);
        assert_eq!(
            early.next_opening(at("2026-03-08T01:00:00-06:00")),
            Some(at("2026-03-08T03:00:00-05:00"))
        );
        let never_that_day = every_day(Tz::America__Chicago, &["02:00-03:00"]);
        let next = never_that_day.next_opening(at("2026-03-08T01:00:00-06:00"));
        assert_eq!(next, Some(at("2026-03-09T02:00:00-05:00")));
    }

    #[test]
    fn range_in_a_repeated_hour_is_open_twice() {
        // On 2026-11-01 Chicago goes from 02:00 back to 01:00.
        let night = every_day(Tz::America__Chicago, &["00:30-01:15"]);
        assert!(night.is_open(at("2026-11-01T01:10:00-05:00")));
        assert!(!night.is_open(at("2026-11-01T01:20:00-05:00")));
        assert!(night.is_open(at("2026-11-01T01:10:00-06:00")));
        assert_eq!(
            night.next_opening(at("2026-11-01T01:20:00-05:00")),
            Some(at("2026-11-01T01:00:00-06:00"))
        );
    }

    #[test]
    fn next_opening_is_now_when_open_and_none_without_ranges() {
        let now = at("2026-01-09T10:00:00.000001-06:00");
        assert_eq!(office().next_opening(now), Some(now));
        assert_eq!(every_day(Tz::UTC, &[]).next_opening(now), None);
    }

    #[test]
    fn next_opening_a_week_later_is_found() {
        let mut hours = every_day(Tz::America__Chicago, &[]);
        hours.days[0] = vec!["00:00-00:01".parse().expect("is a range")];
        let after = at("2026-01-05T00:01:00-06:00");
        assert_eq!(hours.next_opening(after), Some(at("2026-01-12T00:00:00-06:00")));
    }

    #[test]
    fn invalid_hours_are_refused_with_the_name_of_the_day() {
        let refused = |day: usize, ranges: &[TimeRange]| {
            let mut hours = every_day(Tz::UTC, &["09:00-17:00"]);
            hours.days[day] = ranges.to_vec();
            hours.validate().expect_err("is refused").to_string()
        };
        let range = |from, to| TimeRange { from, to };
        assert_eq!(
            refused(0, &[range(600, 600)]),
            "Monday: 10:00-10:00 does not end after it begins"
        );
        assert_eq!(
            refused(2, &[range(600, 1441)]),
            "Wednesday: 10:00-24:01 ends after 24:00"
        );
        assert_eq!(
            refused(6, &[range(540, 720), range(660, 780)]),
            "Sunday: 09:00-12:00 and 11:00-13:00 overlap or are out of order"
        );
        assert_eq!(
            refused(1, &[range(660, 780), range(540, 600)]),
            "Tuesday: 11:00-13:00 and 09:00-10:00 overlap or are out of order"
        );
        assert_eq!(every_day(Tz::UTC, &["00:00-12:00", "12:00-24:00"]).validate(), Ok(()));
    }

    #[test]
    fn time_of_day_in_another_format_is_refused() {
        assert_eq!(parse_time("00:00"), Ok(0));
        assert_eq!(parse_time("24:00"), Ok(1440));
        for text in ["", "9:00", "09:60", "24:01", "25:00", "+9:00", "09.00", "09:00:00"] {
            assert_eq!(parse_time(text), Err(NotATime::Time), "{text}");
        }
        assert_eq!("09:00".parse::<TimeRange>(), Err(NotATime::Range));
    }

    proptest! {
        #[test]
        fn time_of_day_formats_and_parses_back(minutes in 0u16..=1440) {
            prop_assert_eq!(parse_time(&print_time(minutes)), Ok(minutes));
        }

        #[test]
        fn next_opening_is_the_first_open_time(
            seconds in 1_700_000_000i64..1_900_000_000,
            from in 0u16..1439,
            length in 1u16..600,
            zone in prop::sample::select(vec![Tz::America__Chicago, Tz::Asia__Kolkata, Tz::Europe__London, Tz::Australia__Lord_Howe]),
        ) {
            let range = TimeRange { from, to: (from + length).min(MINUTES_PER_DAY) };
            let hours = WeekHours { time_zone: zone, days: std::array::from_fn(|_| vec![range]) };
            let now = Timestamp::from_seconds(seconds);
            let opening = hours.next_opening(now).expect("opens every day");
            prop_assert!(hours.is_open(opening));
            let mut time = now;
            while time < opening {
                prop_assert!(!hours.is_open(time));
                time = time.plus_seconds(60);
            }
        }
    }
}
