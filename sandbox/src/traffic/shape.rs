//! When in the day people call.

use super::dice::Dice;
use std::time::Duration;

/// Calls by the hour while the business is open: a hill before noon, a lower one after lunch.
const OPEN: [(u64, u32); 10] = [
    (8, 6),
    (9, 12),
    (10, 16),
    (11, 14),
    (12, 8),
    (13, 10),
    (14, 13),
    (15, 11),
    (16, 9),
    (17, 3),
];

/// Calls by the hour while it is closed: evening, a few at night, more towards the morning. None after 23:00: what
/// begins on this day also ends on it, so that a day's figures are complete.
const CLOSED: [(u64, u32); 13] = [
    (0, 1),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 2),
    (6, 5),
    (7, 12),
    (18, 14),
    (19, 12),
    (20, 9),
    (21, 6),
    (22, 3),
];

/// A time of day at which somebody calls, while the business is open or closed.
pub fn time_of_day(dice: &mut Dice, open: bool) -> Duration {
    let hours: &[_] = if open { &OPEN } else { &CLOSED };
    let (hour, _) = dice.weigh(hours, |(_, weight)| *weight);
    Duration::from_secs(hour * 3600) + dice.time(0..=3_599_999)
}
