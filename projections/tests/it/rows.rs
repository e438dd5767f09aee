//! Following and bulk loading a model result in the same rows.

use crate::support::*;
use domain::call::CallEvent;
use infra::consumer::ConsumeError;
use infra::db::Db;
use infra::event_store::Recorded;
use projections::projector::Projector;
use projections::{ReadModels, projectors};
use std::sync::Arc;

/// Histories of several calls, interleaved, with late grades and erasures.
fn histories(calls: usize) -> Vec<Arc<Recorded>> {
    let mut streams: Vec<(String, std::vec::IntoIter<CallEvent>, i64)> = (0..calls)
        .map(|n| {
            let mut events = full_call();
            events.rotate_left(n % 5);
            if n % 7 == 0 {
                events.push(erased());
            }
            if n % 3 == 0 {
                events.truncate(4);
            }
            (format!("CA{n:04}"), events.into_iter(), 0)
        })
        .collect();
    let mut all = Vec::new();
    let mut turn = 0;
    while streams.iter().any(|(_, events, _)| events.len() > 0) {
        turn += 1;
        for (n, (call, events, sequence)) in streams.iter_mut().enumerate() {
            if (n + turn) % 3 != 0
                && let Some(event) = events.next()
            {
                *sequence += 1;
                all.push(recorded(
                    call,
                    i64::try_from(all.len()).expect("few") + 1,
                    *sequence,
                    event,
                ));
            }
        }
    }
    all
}

async fn live(projector: &dyn Projector, env: &TestEnv, events: &[Arc<Recorded>], batch: usize, forgetful: bool) {
    let db = env.db(projector.name()).await;
    let mut handler = projector.handler(&env.ledger);
    for events in events.chunks(batch) {
        let mut tx = db.begin().await.expect("a transaction");
        handler.handle(&mut tx, events).await.expect("applies");
        tx.commit().await.expect("commits");
        if forgetful {
            handler.forget();
        }
    }
}

async fn bulk(projector: &dyn Projector, db: &Db, events: &[Arc<Recorded>]) -> Result<(), ConsumeError> {
    let mut loader = projector.loader();
    for events in events.chunks(50) {
        loader.fold(events)?;
    }
    while let Some(writes) = loader.drain_all() {
        let mut tx = db.begin().await?;
        writes.write(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

#[tokio::test]
async fn live_and_bulk_result_in_the_same_rows() {
    let events = histories(40);
    let (whole, small, forgetful, bulky) = (
        TestEnv::new().await,
        TestEnv::new().await,
        TestEnv::new().await,
        TestEnv::new().await,
    );
    for event in &events {
        forgetful.append_recorded(event).await;
    }
    for projector in projectors() {
        let model = projector.name();
        let projector = projector.as_ref();
        live(projector, &whole, &events, events.len(), false).await;
        live(projector, &small, &events, 3, false).await;
        live(projector, &forgetful, &events, 17, true).await;
        bulk(projector, &bulky.db(model).await, &events).await.expect("loads");
        let expected = bulky.rows(model).await;
        assert_eq!(whole.rows(model).await, expected, "{model}, in one batch");
        assert_eq!(small.rows(model).await, expected, "{model}, in small batches");
        assert_eq!(
            forgetful.rows(model).await,
            expected,
            "{model}, folding documents again from the log"
        );
        let rows: usize = expected.values().map(Vec::len).sum();
        assert!(rows > 0 || model == "agents", "{model} has rows");
    }
}

#[tokio::test]
async fn counter_that_becomes_zero_is_deleted() {
    let env = TestEnv::new().await;
    let dashboard: Vec<_> = projectors().into_iter().filter(|p| p.name() == "dashboard").collect();
    let events = of_one_call([
        started(0, Provider),
        CallEvent::CallHidden {
            at: at(9),
            by: "u1".into(),
        },
    ]);
    live(dashboard[0].as_ref(), &env, &events, 1, false).await;
    assert_eq!(env.rows("dashboard").await["figures"], Vec::<String>::new());
}

/// The key of an erased call may be destroyed before a model that lags behind folds `CallErased`.
#[tokio::test]
async fn rows_written_before_the_key_was_destroyed_are_erased() {
    let env = TestEnv::new().await;
    let before = of_one_call(full_call());
    for projector in projectors() {
        live(projector.as_ref(), &env, &before, 5, false).await;
    }
    for event in full_call() {
        env.append("CA1", vec![without_personal_values(&event)]).await;
    }
    let all = of_one_call([full_call(), vec![erased()]].concat());
    let expected = TestEnv::new().await;
    for projector in projectors() {
        let model = projector.name();
        live(projector.as_ref(), &env, &all[before.len()..], 5, false).await;
        bulk(projector.as_ref(), &expected.db(model).await, &all)
            .await
            .expect("loads");
        let rows = env.rows(model).await;
        assert_eq!(rows, expected.rows(model).await, "{model}");
        let text = format!("{rows:?}").to_lowercase();
        for personal in ["ada", "15550100001", "book a table"] {
            assert!(!text.contains(personal), "{model} still has {personal}: {text}");
        }
    }
}

#[tokio::test]
async fn queries_of_an_empty_model_succeed() {
    let env = TestEnv::new().await;
    let models: &ReadModels = &env.models;
    assert_eq!(models.dashboard().all_time("default").await.expect("query"), None);
    assert!(
        models
            .call_log()
            .counts("default")
            .await
            .expect("query")
            .iter()
            .all(|(_, calls)| *calls == 0)
    );
}
