//! Days and hours of a time zone, as ranges of quarter hours.
//!
//! Figures are kept for each quarter hour of UTC, and added up for the days of any time zone when they are read. This is
//! exact, because zones differ from UTC by whole quarters of an hour and change at whole quarters (a test checks it of every
//! zone, from 2023 on). A day is as long as the zone makes it: 24 hours, 23 or 25 where clocks are set, 23.5 or 24.5 on
//! Lord Howe Island; a date that a zone leaves out has no day.

use crate::Timestamp;
use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use std::ops::Range;

/// Microseconds in a quarter of an hour.
const QUARTER_HOUR_MICROS: i64 = 900_000_000;
/// Seconds in a day without a clock change.
const DAY_S: i64 = 86_400;
/// Quarter hours in such a day.
pub const QUARTER_HOURS_PER_DAY: i64 = 96;
/// Quarter hours in an hour.
pub const QUARTER_HOURS_PER_HOUR: i64 = 4;
/// No zone is further from UTC, in quarter hours.
const MAX_OFFSET: i64 = 64;

/// The quarter hour that contains a time: quarter hours since 1970-01-01T00:00Z.
#[must_use]
pub const fn quarter_hour_of(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(QUARTER_HOUR_MICROS)
}

/// The first moment of a quarter hour.
#[must_use]
pub const fn start_of_quarter_hour(quarter_hour: i64) -> Timestamp {
    Timestamp(quarter_hour.saturating_mul(QUARTER_HOUR_MICROS))
}

/// The day with a date: `2026-03-27`. `None` if the text is not a date in this form.
#[must_use]
pub fn parse_day(text: &str) -> Option<i64> {
    let is_in_form = text.len() == 10
        && text.bytes().enumerate().all(|(n, byte)| match n {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date: NaiveDate = is_in_form.then(|| text.parse().ok()).flatten()?;
    Some(date.signed_duration_since(NaiveDate::default()).num_days())
}

/// The days of a time zone. A day is a number: days since 1970-01-01 in the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub time_zone: Tz,
}

/// Ranges of quarter hours that follow each other, each of at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Where each span starts, then where the last one ends. Increasing.
    bounds: Vec<i64>,
}

/// Spans of one length that follow each other. A query adds up the figures of each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first quarter hour.
    pub start: i64,
    /// After the last quarter hour.
    pub end: i64,
    /// The length of each span, in quarter hours.
    pub length: i64,
}

impl Calendar {
    /// The calendar of a time zone.
    #[must_use]
    pub const fn new(time_zone: Tz) -> Self {
        Self { time_zone }
    }

    /// The day that contains a time.
    #[must_use]
    pub fn day_of(self, time: Timestamp) -> i64 {
        (time.as_micros().div_euclid(1_000_000) + self.offset_s(time)).div_euclid(DAY_S)
    }

    /// The first quarter hour of a day.
    #[must_use]
    pub fn start_of(self, day: i64) -> i64 {
        let midnight_utc = day.saturating_mul(QUARTER_HOURS_PER_DAY);
        let (mut before, mut at_or_after) = (midnight_utc - MAX_OFFSET, midnight_utc + MAX_OFFSET);
        while before < at_or_after {
            let middle = before + (at_or_after - before) / 2;
            if self.day_of(start_of_quarter_hour(middle)) < day {
                before = middle + 1;
            } else {
                at_or_after = middle;
            }
        }
        at_or_after
    }

    /// The quarter hours of some days.
    #[must_use]
    pub fn quarter_hours(self, days: Range<i64>) -> Range<i64> {
        self.start_of(days.start)..self.start_of(days.end)
    }

    /// Each of some days, without dates that the zone left out.
    #[must_use]
    pub fn days(self, days: Range<i64>) -> Spans {
        let mut bounds: Vec<_> = (days.start..=days.end).map(|day| self.start_of(day)).collect();
        bounds.dedup();
        Spans { bounds }
    }

    /// Each hour of some quarter hours, by the zone's clock. An hour is shorter where the clock changes within it, and
    /// there are two of an hour that is repeated.
    #[must_use]
    pub fn hours(self, quarter_hours: Range<i64>) -> Spans {
        let hour_of = |quarter_hour| {
            let time = start_of_quarter_hour(quarter_hour);
            let offset = self.offset_s(time);
            ((time.as_micros() / 1_000_000 + offset).div_euclid(3_600), offset)
        };
        let starts = quarter_hours.clone();
        let mut bounds: Vec<_> = starts
            .filter(|at| *at == quarter_hours.start || hour_of(*at) != hour_of(at - 1))
            .collect();
        bounds.push(quarter_hours.end);
        bounds.dedup();
        Spans { bounds }
    }

    /// The first moment of a quarter hour, in RFC 3339 with the zone's offset: its first ten characters are the local date.
    #[must_use]
    pub fn to_rfc3339(self, quarter_hour: i64) -> String {
        let time = start_of_quarter_hour(quarter_hour).to_utc();
        let local = time.with_timezone(&self.time_zone);
        local.to_rfc3339_opts(chrono::SecondsFormat::Micros, false)
    }

    /// The zone's offset from UTC, in seconds.
    fn offset_s(self, time: Timestamp) -> i64 {
        let utc = time.to_utc().naive_utc();
        i64::from(self.time_zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }
}

impl Spans {
    /// The quarter hours of each span, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Range<i64>> {
        self.bounds.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// Without the spans that start after a quarter hour.
    #[must_use]
    pub fn started_by(mut self, quarter_hour: i64) -> Self {
        let started = self.iter().take_while(|span| span.start <= quarter_hour).count();
        self.bounds.truncate(started + 1);
        self
    }

    /// The spans, grouped by their length.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for Range { start, end } in self.iter() {
            let length = end - start;
            match runs.last_mut() {
                Some(run) if run.length == length => run.end = end,
                _ => runs.push(Run { start, end, length }),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Timelike};
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    fn day(date: &str) -> i64 {
        parse_day(date).expect("is a date")
    }

    /// The lengths of days, in minutes.
    fn lengths(time_zone: Tz, first: &str, days: i64) -> Vec<i64> {
        let first = day(first);
        let spans = Calendar::new(time_zone).days(first..first + days);
        spans.iter().map(|span| (span.end - span.start) * 15).collect()
    }

    #[test]
    fn day_is_as_long_as_its_zone_makes_it() {
        assert_eq!(lengths(Tz::UTC, "2026-03-07", 2), [1440, 1440]);
        assert_eq!(lengths(Tz::America__Los_Angeles, "2026-03-07", 3), [1440, 1380, 1440]);
        assert_eq!(lengths(Tz::America__Los_Angeles, "2026-10-31", 3), [1440, 1500, 1440]);
        assert_eq!(lengths(Tz::Australia__Lord_Howe, "2026-04-04", 3), [1440, 1470, 1440]);
        assert_eq!(lengths(Tz::Australia__Lord_Howe, "2026-10-03", 3), [1440, 1410, 1440]);
        // Clocks are set at midnight: the first hour does not exist, or exists twice.
        assert_eq!(lengths(Tz::Africa__Cairo, "2026-04-23", 3), [1440, 1380, 1440]);
        assert_eq!(lengths(Tz::America__Havana, "2026-10-31", 3), [1440, 1500, 1440]);
        // Samoa had no 30 December 2011.
        assert_eq!(lengths(Tz::Pacific__Apia, "2011-12-29", 3), [1440, 1440]);
    }

    #[test]
    fn date_in_another_form_is_refused() {
        assert_eq!(parse_day("1970-01-02"), Some(1));
        assert_eq!(parse_day("2024-02-29"), Some(19_782));
        for text in [
            "",
            "2026-3-8",
            "2026-02-29",
            "2026-03-08 ",
            "+026-03-08",
            "20260308",
            "2026/03/08",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn day_starts_at_the_local_midnight() {
        let start = |zone, date| Calendar::new(zone).to_rfc3339(Calendar::new(zone).start_of(day(date)));
        assert_eq!(start(Tz::UTC, "2026-03-27"), "2026-03-27T00:00:00.000000+00:00");
        assert_eq!(
            start(Tz::Asia__Kathmandu, "2026-03-27"),
            "2026-03-27T00:00:00.000000+05:45"
        );
        assert_eq!(
            start(Tz::America__Los_Angeles, "2026-03-09"),
            "2026-03-09T00:00:00.000000-07:00"
        );
        // Where midnight is skipped, at the first moment after it.
        assert_eq!(
            start(Tz::Africa__Cairo, "2026-04-24"),
            "2026-04-24T01:00:00.000000+03:00"
        );
    }

    #[test]
    fn hours_are_those_of_the_zones_clock() {
        let hours = |zone, date: &str| {
            let calendar = Calendar::new(zone);
            let spans = calendar.hours(calendar.quarter_hours(day(date)..day(date) + 1));
            let texts = spans.iter().map(|span| {
                (
                    calendar.to_rfc3339(span.start)[11..16].to_owned(),
                    span.end - span.start,
                )
            });
            texts.collect::<Vec<_>>()
        };
        let spring = hours(Tz::America__Los_Angeles, "2026-03-08");
        assert_eq!((spring.len(), &spring[2]), (23, &("03:00".to_owned(), 4)));
        let autumn = hours(Tz::America__Los_Angeles, "2026-11-01");
        assert_eq!(autumn.len(), 25);
        assert_eq!(autumn[1..3], [("01:00".to_owned(), 4), ("01:00".to_owned(), 4)]);
        let lord_howe = hours(Tz::Australia__Lord_Howe, "2026-10-04");
        assert_eq!((lord_howe.len(), &lord_howe[2]), (24, &("02:30".to_owned(), 2)));
        assert_eq!(hours(Tz::Asia__Kathmandu, "2026-03-27").len(), 24);
        // An hour in progress ends with the quarter hour.
        let calendar = Calendar::new(Tz::UTC);
        assert_eq!(
            calendar.hours(8..13).runs(),
            [
                Run {
                    start: 8,
                    end: 12,
                    length: 4
                },
                Run {
                    start: 12,
                    end: 13,
                    length: 1
                },
            ]
        );
    }

    #[test]
    fn days_of_one_length_are_one_run() {
        let year = Calendar::new(Tz::America__Los_Angeles).days(day("2026-01-01")..day("2027-01-01"));
        let runs: Vec<_> = year
            .runs()
            .iter()
            .map(|run| ((run.end - run.start) / run.length, run.length))
            .collect();
        assert_eq!(runs, [(66, 96), (1, 92), (237, 96), (1, 100), (60, 96)]);
        assert_eq!(Calendar::new(Tz::UTC).days(5..5).runs(), []);
    }

    /// Figures are kept by quarter hours, so the offset of every zone must be one, and must change at one.
    #[test]
    fn zones_differ_from_utc_by_quarter_hours_and_change_at_them() {
        let hour = |n: i64| Timestamp::from_seconds(n * 3_600);
        let first = day("2023-01-01") * 24;
        let last = day("2038-01-01") * 24;
        for time_zone in TZ_VARIANTS {
            let calendar = Calendar::new(time_zone);
            let mut offset = calendar.offset_s(hour(first));
            for n in (first..last).step_by(24 * 7) {
                let next = calendar.offset_s(hour(n + 24 * 7));
                if next == offset {
                    continue;
                }
                let (mut before, mut after) = (n * 3_600, (n + 24 * 7) * 3_600);
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if calendar.offset_s(Timestamp::from_seconds(middle)) == offset {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                assert_eq!(
                    after % 900,
                    0,
                    "{time_zone} changes at {}",
                    Timestamp::from_seconds(after)
                );
                assert_eq!(next % 900, 0, "{time_zone}");
                offset = next;
            }
            assert_eq!(offset % 900, 0, "{time_zone}");
        }
    }

    proptest! {
        #[test]
        fn day_of_a_time_is_its_date_in_the_zone(
            time_zone in prop::sample::select(&TZ_VARIANTS[..]),
            seconds in 1_672_531_200i64..2_145_916_800,
        ) {
            let (calendar, time) = (Calendar::new(time_zone), Timestamp::from_seconds(seconds));
            let local = time.to_utc().with_timezone(&time_zone);
            let number = i64::from(local.date_naive().num_days_from_ce()) - 719_163;
            prop_assert_eq!(calendar.day_of(time), number);
            let quarter_hours = calendar.quarter_hours(number..number + 1);
            prop_assert!(quarter_hours.contains(&quarter_hour_of(time)));
            let hours: Vec<_> = calendar.hours(quarter_hours).iter().filter(|hour| hour.contains(&quarter_hour_of(time))).collect();
            prop_assert_eq!(hours.len(), 1);
            let start = start_of_quarter_hour(hours[0].start).to_utc().with_timezone(&time_zone);
            prop_assert_eq!((start.date_naive(), start.hour()), (local.date_naive(), local.hour()));
        }

        #[test]
        fn spans_follow_each_other_and_runs_hold_each_of_them(
            time_zone in prop::sample::select(&TZ_VARIANTS[..]),
            first in 19_358i64..24_000,
            count in 1i64..800,
        ) {
            let calendar = Calendar::new(time_zone);
            let spans = calendar.days(first..first + count);
            let of_runs: Vec<_> = spans
                .runs()
                .iter()
                .flat_map(|run| (run.start..run.end).step_by(usize::try_from(run.length).expect("is positive")).map(|start| start..start + run.length))
                .collect();
            prop_assert_eq!(spans.iter().collect::<Vec<_>>(), of_runs);
            prop_assert_eq!(spans.iter().next().map(|span| span.start), Some(calendar.start_of(first)));
            prop_assert_eq!(spans.iter().last().map(|span| span.end), Some(calendar.start_of(first + count)));
        }
    }
}
