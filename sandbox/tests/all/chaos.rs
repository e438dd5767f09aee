//! Disturbed days.

use crate::plan::day;
use proptest::prelude::*;
use sandbox::traffic::PlannedCall;
use sandbox::traffic::chaos::{Shares, disturb};
use std::collections::BTreeSet;
use std::time::Duration;

/// Token, path, query and form.
type RequestContent<'a> = (&'a str, &'a str, &'a str, &'a [(String, String)]);

/// The distinct requests of a call, without their times.
fn distinct_requests(call: &PlannedCall) -> BTreeSet<RequestContent<'_>> {
    call.requests
        .iter()
        .map(|request| {
            (
                request.idempotency_token.as_str(),
                request.path,
                request.query.as_str(),
                request.params.as_slice(),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn disturbance_changes_only_repetition_and_order(
        seed in any::<u64>(),
        duplicates in 0.0..=1.0_f64,
        reorder in 0.0..=1.0_f64,
        delay in 0.0..=1.0_f64,
    ) {
        let clean = day(seed, 25);
        let disturbed = disturb(&clean, Shares { duplicates, reorder, delay }, seed);
        prop_assert_eq!(clean.len(), disturbed.len());
        for (before, after) in clean.iter().zip(&disturbed) {
            prop_assert_eq!(&before.call_sid, &after.call_sid);
            prop_assert_eq!(distinct_requests(before), distinct_requests(after));
            prop_assert!(after.requests.len() >= before.requests.len());
            prop_assert!(after.requests.is_sorted_by_key(|request| request.offset));
        }
    }
}

#[test]
fn zero_shares_change_nothing() {
    let clean = day(1, 100);
    assert_eq!(disturb(&clean, Shares::NONE, 1), clean);
}

#[test]
fn same_seed_gives_the_same_disturbance() {
    let clean = day(1, 100);
    assert_eq!(disturb(&clean, Shares::CHAOS, 1), disturb(&clean, Shares::CHAOS, 1));
    assert_ne!(disturb(&clean, Shares::CHAOS, 1), disturb(&clean, Shares::CHAOS, 2));
}

#[test]
fn duplicates_match_the_requested_share() {
    let clean = day(1, 400);
    let count = |calls: &[PlannedCall]| calls.iter().map(|call| call.requests.len()).sum::<usize>();
    let disturbed = disturb(
        &clean,
        Shares {
            duplicates: 0.5,
            ..Shares::NONE
        },
        1,
    );
    let added = (count(&disturbed) - count(&clean)) * 100 / count(&clean);
    assert!((50..=70).contains(&added), "{added} % were added");
}

#[test]
fn reorder_changes_the_order_of_requests() {
    let clean = day(1, 100);
    let disturbed = disturb(
        &clean,
        Shares {
            reorder: 0.5,
            ..Shares::NONE
        },
        1,
    );
    let tokens = |call: &PlannedCall| {
        call.requests
            .iter()
            .map(|request| request.idempotency_token.clone())
            .collect::<Vec<_>>()
    };
    let changed = clean
        .iter()
        .zip(&disturbed)
        .filter(|(before, after)| tokens(before) != tokens(after))
        .count();
    assert!(changed > 50, "{changed} of 100 calls arrive in another order");
}

#[test]
fn delay_only_moves_requests_later() {
    let clean = day(1, 100);
    let disturbed = disturb(
        &clean,
        Shares {
            delay: 1.0,
            ..Shares::NONE
        },
        1,
    );
    for (before, after) in clean.iter().zip(&disturbed) {
        for request in &before.requests {
            let late = after
                .requests
                .iter()
                .find(|other| other.idempotency_token == request.idempotency_token)
                .expect("nothing is lost");
            assert!(late.offset >= request.offset + Duration::from_secs(1));
        }
    }
}
