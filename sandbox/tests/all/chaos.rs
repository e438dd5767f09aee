//! The same day with a bad network.

use crate::plan::day;
use proptest::prelude::*;
use sandbox::traffic::PlannedCall;
use sandbox::traffic::chaos::{Shares, disturb};
use std::collections::BTreeSet;
use std::time::Duration;

/// Token, path, query and form.
type Said<'a> = (&'a str, &'a str, &'a str, &'a [(String, String)]);

/// What the requests of a call say, each once, without when they are sent.
fn said(call: &PlannedCall) -> BTreeSet<Said<'_>> {
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
    fn only_repetition_and_order_change(
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
            prop_assert_eq!(said(before), said(after));
            prop_assert!(after.requests.len() >= before.requests.len());
            prop_assert!(after.requests.is_sorted_by_key(|request| request.offset));
        }
    }
}

#[test]
fn without_shares_nothing_changes() {
    let clean = day(1, 100);
    assert_eq!(disturb(&clean, Shares::NONE, 1), clean);
}

#[test]
fn the_same_seed_gives_the_same_disturbance() {
    let clean = day(1, 100);
    assert_eq!(disturb(&clean, Shares::CHAOS, 1), disturb(&clean, Shares::CHAOS, 1));
    assert_ne!(disturb(&clean, Shares::CHAOS, 1), disturb(&clean, Shares::CHAOS, 2));
}

#[test]
fn duplicates_come_in_about_the_share_asked_for() {
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
fn reordering_makes_requests_overtake_others() {
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
fn delay_only_makes_requests_later() {
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
