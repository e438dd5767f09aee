//! Dates and times in sentences: `12 March 2026` is `2026-03-12`, `3 pm` is `15:00`.
//!
//! Relative dates (`tomorrow`, `Monday`) and dates without a year are resolved with the current date if the prompt
//! gives it. Otherwise they are returned as spoken.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use regex::Regex;
use std::sync::LazyLock;

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const WEEKDAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";

static ISO: LazyLock<Regex> = LazyLock::new(|| compile(r"\b\d{4}-\d{2}-\d{2}\b"));
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i)\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTHS})\b(?:,? (?P<year>\d{{4}}))?"
    ))
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i)\b(?P<month>{MONTHS}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?"
    ))
});
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i)\b(?:(?P<near>today|tomorrow|the day after tomorrow)|(?:next )?(?P<weekday>{WEEKDAYS}))\b"
    ))
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b|\b(?P<h>\d{1,2}):(?P<m>\d{2})\b|\b(?P<clock>\d{1,2}) o'clock\b",
    )
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("pattern is valid")
}

/// The last date in a text: `YYYY-MM-DD` if it can be resolved, otherwise as spoken.
pub(super) fn date(text: &str, today: Option<&str>) -> Option<String> {
    let today = today.and_then(|today| today.parse::<NaiveDate>().ok());
    if let Some(found) = ISO.find_iter(text).last() {
        return found.as_str().parse::<NaiveDate>().ok().map(|date| date.to_string());
    }
    if let Some(found) = DAY_MONTH
        .captures_iter(text)
        .last()
        .or_else(|| MONTH_DAY.captures_iter(text).last())
    {
        let year = found.name("year").and_then(|year| year.as_str().parse().ok());
        let date = year
            .or(today.map(|today| today.year()))
            .and_then(|year| NaiveDate::from_ymd_opt(year, month(&found["month"])?, found["day"].parse().ok()?));
        return Some(date.map_or_else(|| found[0].to_owned(), |date| date.to_string()));
    }
    let found = RELATIVE.captures_iter(text).last()?;
    let date = today.and_then(|today| {
        let days = match (found.name("near"), found.name("weekday")) {
            (Some(near), _) => match near.as_str().to_lowercase().as_str() {
                "today" => 0,
                "tomorrow" => 1,
                _ => 2,
            },
            (_, Some(day)) => {
                let day: Weekday = day.as_str().parse().ok()?;
                match day.days_since(today.weekday()) {
                    0 => 7,
                    days => days,
                }
            }
            _ => return None,
        };
        today.checked_add_days(Days::new(days.into()))
    });
    Some(date.map_or_else(|| found[0].to_owned(), |date| date.to_string()))
}

/// The last time of day in a text: `HH:MM`.
pub(super) fn time(text: &str) -> Option<String> {
    let found = TIME.captures_iter(text).last()?;
    let number = |name| found.name(name).and_then(|found| found.as_str().parse::<u32>().ok());
    let hour = number("hour").or(number("h")).or(number("clock"))?;
    let minute = number("minute").or(number("m")).unwrap_or(0);
    let hour = match found.name("half").map(|half| half.as_str()) {
        Some("p" | "P") if hour < 12 => hour + 12,
        Some("a" | "A") if hour == 12 => 0,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// The current date according to a prompt: the first ISO date after the word `today`, or the first in the prompt.
pub(super) fn today_in(prompt: &str) -> Option<&str> {
    let after = prompt.to_lowercase().find("today").unwrap_or(0);
    // Lower-casing can change the byte length, so the offset may not be a character boundary.
    let rest = prompt.get(after..).unwrap_or(prompt);
    ISO.find(rest).map(|found| found.as_str())
}

fn month(name: &str) -> Option<u32> {
    let start = name.get(..3)?.to_lowercase();
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    months
        .iter()
        .zip(1..)
        .find(|(month, _)| **month == start)
        .map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_resolved_as_far_as_known() {
        for (said, today, expected) in [
            ("on 2026-03-12", None, "2026-03-12"),
            ("on the 1st of May 2026", None, "2026-05-01"),
            ("March 12, 2026", None, "2026-03-12"),
            ("on 12 March", None, "12 March"),
            ("on 12 March", Some("2026-01-02"), "2026-03-12"),
            ("tomorrow", None, "tomorrow"),
            ("tomorrow", Some("2026-12-31"), "2027-01-01"),
            ("next Friday", Some("2026-03-11"), "2026-03-13"),
            ("Wednesday", Some("2026-03-11"), "2026-03-18"),
        ] {
            assert_eq!(date(said, today).as_deref(), Some(expected), "{said}");
        }
        assert_eq!(date("in a while", None), None);
    }

    #[test]
    fn time_is_formatted_in_24_hours() {
        for (said, expected) in [
            ("at 3 pm", "15:00"),
            ("12:30 a.m.", "00:30"),
            ("14:05", "14:05"),
            ("9 o'clock", "09:00"),
        ] {
            assert_eq!(time(said).as_deref(), Some(expected), "{said}");
        }
        assert_eq!(time("at 25:00"), None);
    }

    #[test]
    fn current_date_is_read_from_the_prompt() {
        assert_eq!(
            today_in("Founded 1999-01-01. Today is Wednesday, 2026-03-11."),
            Some("2026-03-11")
        );
        assert_eq!(today_in("No date"), None);
    }
}
