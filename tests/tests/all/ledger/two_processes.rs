//! Two writers on one PostgreSQL: positions stay dense, and streams stay complete.

use super::{by_user, note, start_a_call};
use domain::call::Call;
use harness::test_stores::TestStores;
use infra::event_store::StreamId;
use infra::ledger::Ledger;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_leave_no_gap_and_lose_no_event() {
    let stores = TestStores::postgres().await;
    let ledgers = [stores.ledger().await, stores.ledger().await];
    start_a_call(&ledgers[0], "CA-shared").await;
    let reader = tokio::spawn(follow(stores.ledger().await));
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let ledger = ledgers[writer % 2].clone();
            tokio::spawn(async move {
                let own = format!("CA{writer}");
                start_a_call(&ledger, &own).await;
                for i in 0..20 {
                    let call = if i % 4 == 0 { "CA-shared" } else { &own };
                    // Sixteen writers on one stream: a command that conflicts too often fails and is retried.
                    while ledger
                        .execute::<Call>(call, note(&format!("{writer} {i}")), by_user())
                        .await
                        .is_err()
                    {}
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let shared = ledgers[1].history(&StreamId::call("CA-shared")).await.unwrap();
    assert_eq!(
        shared
            .iter()
            .filter(|event| event.event_type == "CorrectionNoted")
            .count(),
        16 * 5
    );
    let head = ledgers[0].head().await.unwrap();
    start_a_call(&ledgers[0], "CA-last").await;
    assert!(reader.await.unwrap() > head);
}

/// Follows the log until the last call starts. A gap would be an error.
async fn follow(ledger: Ledger) -> i64 {
    let mut subscription = ledger.subscribe(0);
    loop {
        let events = subscription.next(50).await.expect("a dense run");
        if events.iter().any(|event| event.stream.aggregate_id == "CA-last") {
            return subscription.position();
        }
    }
}
