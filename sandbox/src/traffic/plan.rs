//! Plan of a day: how many calls of each kind, and when each begins.
//!
//! Pure: the same options give the same plan, byte for byte.

use super::call::{Kind, PlannedCall};
use super::day::DayOptions;
use super::rng::SeededRng;
use super::{kinds, shape};
use crate::twilio::sid::Mint;

/// Plans the calls of a day, by start time.
#[must_use]
pub fn plan_day(options: &DayOptions) -> Vec<PlannedCall> {
    let day = Mint::new(format!("{}/{}", options.seed, options.day));
    let mut kinds = quotas(options.calls);
    SeededRng::new(day.seed("kinds")).shuffle(&mut kinds);

    let mut calls: Vec<_> = kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| {
            let mint = Mint::new(format!("{}/{}/{index}", options.seed, options.day));
            let mut rng = SeededRng::new(mint.seed("dice"));
            let start = shape::time_of_day(&mut rng, kind.while_open());
            kinds::build(kind, options, mint, rng, start)
        })
        .collect();
    calls.sort_by(|a, b| (a.starts(), &a.call_sid).cmp(&(b.starts(), &b.call_sid)));
    calls
}

/// List of kinds for `calls` calls, by their shares; the largest remainders are rounded up.
fn quotas(calls: usize) -> Vec<Kind> {
    let mut parts: Vec<_> = Kind::SHARES
        .iter()
        .map(|&(kind, share)| (kind, calls * share / 100, calls * share % 100))
        .collect();
    let missing = calls - parts.iter().map(|(_, whole, _)| whole).sum::<usize>();
    // The sort is stable: among equal remainders, earlier kinds take precedence.
    parts.sort_by_key(|(_, _, remainder)| std::cmp::Reverse(*remainder));
    for (_, whole, _) in parts.iter_mut().take(missing) {
        *whole += 1;
    }
    parts
        .into_iter()
        .flat_map(|(kind, count, _)| std::iter::repeat_n(kind, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_100_percent() {
        assert_eq!(Kind::SHARES.iter().map(|(_, share)| share).sum::<usize>(), 100);
    }

    #[test]
    fn quotas_add_up_to_the_number_of_calls() {
        for calls in [0, 1, 7, 99, 100, 201] {
            assert_eq!(quotas(calls).len(), calls);
        }
    }

    #[test]
    fn day_of_25_calls_contains_every_kind() {
        let kinds = quotas(25);
        assert!(Kind::SHARES.iter().all(|(kind, _)| kinds.contains(kind)), "{kinds:?}");
    }
}
