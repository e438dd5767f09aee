//! Business hours: per day of the week, in a time zone.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// When an agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekHours {
    /// IANA time zone: `America/Chicago`.
    pub time_zone: Tz,
    /// Monday to Sunday; a day without ranges is closed.
    pub days: [Vec<TimeRange>; 7],
}

/// Part of a day, in minutes from local midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// Open from this minute.
    pub from: u16,
    /// Closed from this minute; 1440 is midnight.
    pub to: u16,
}
