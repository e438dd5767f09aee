//! Distribution of calls over the day.

use super::rng::SeededRng;
use std::time::Duration;

/// Weight of each hour while the business is open: a peak before noon, a lower one after lunch.
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

/// Weight of each hour while the business is closed. No calls begin after 23:00, so all calls end on the same day and
/// the day's figures are complete.
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

/// A random time of day for a call, while the business is open or closed.
pub fn time_of_day(rng: &mut SeededRng, open: bool) -> Duration {
    let hours: &[_] = if open { &OPEN } else { &CLOSED };
    let (hour, _) = rng.weigh(hours, |(_, weight)| *weight);
    Duration::from_secs(hour * 3600) + rng.time(0..=3_599_999)
}
