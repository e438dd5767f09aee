//! Fills read models with many calls, as a rebuild does, from generated events that are in no log: appending the events
//! of a million calls would take too long.

use super::traffic;
use domain::call::CallEvent;
use infra::db::ReadStores;
use infra::event_store::{Actor, Event, Metadata, Recorded, StreamId};
use infra::subscription::checkpoint::{self, CHECKPOINT_DDL};
use projections::engine::WriteSet;
use projections::projector::Projector;
use projections::rows::execute_script;
use std::sync::Arc;

/// The tenant of the calls.
pub const TENANT: &str = "default";
/// Calls per fold.
const CALLS_PER_FOLD: u64 = 500;

/// Fills `call_log` and `dashboard` with this many calls.
pub async fn with_calls(read_stores: &ReadStores, calls: u64) -> anyhow::Result<()> {
    let mut fills = Vec::new();
    for projector in projections::projectors() {
        if ["call_log", "dashboard"].contains(&projector.name()) {
            fills.push(tokio::spawn(fill(read_stores.clone(), projector, calls)));
        }
    }
    for fill in fills {
        fill.await??;
    }
    Ok(())
}

async fn fill(read_stores: ReadStores, projector: Arc<dyn Projector>, calls: u64) -> anyhow::Result<()> {
    let namespace = read_stores
        .open_shadow(&read_stores.create_shadow(projector.name()).await?)
        .await?;
    let schema = projector.schema(namespace.db.engine());
    execute_script(&namespace.db, schema.tables).await?;
    let (orders, mut inbox) = tokio::sync::mpsc::channel::<WriteSet>(4);
    let db = namespace.db.clone();
    let writer = tokio::spawn(async move {
        while let Some(writes) = inbox.recv().await {
            let mut tx = db.begin().await?;
            writes.write(&mut tx).await?;
            tx.commit().await?;
        }
        anyhow::Ok(())
    });
    let (mut loader, mut position) = (projector.loader(), 0);
    for first in (0..calls).step_by(usize::try_from(CALLS_PER_FOLD)?) {
        let mut events = Vec::new();
        for n in first..(first + CALLS_PER_FOLD).min(calls) {
            for (event, sequence) in traffic::short(n).into_iter().zip(1..) {
                position += 1;
                events.push(Arc::new(recorded(n, position, sequence, event)));
            }
        }
        loader.fold(&events)?;
        while let Some(writes) = loader.drain_settled() {
            orders.send(writes).await?;
        }
        tokio::task::yield_now().await;
    }
    while let Some(writes) = loader.drain_all() {
        orders.send(writes).await?;
    }
    drop(orders);
    writer.await??;
    execute_script(&namespace.db, schema.indexes).await?;
    execute_script(&namespace.db, CHECKPOINT_DDL).await?;
    checkpoint::create(&namespace.db, projector.name(), projector.version()).await?;
    read_stores.switch(namespace).await?;
    Ok(())
}

fn recorded(n: u64, position: i64, sequence: i64, event: CallEvent) -> Recorded {
    Recorded {
        position,
        stream: StreamId::call(traffic::call_id(n)),
        sequence,
        event_type: event.name().to_owned(),
        event_version: CallEvent::VERSION.to_owned(),
        recorded_at: event.at(),
        metadata: Metadata::new(TENANT, Actor::Twilio, "seed"),
        event: Event::Call(event),
        size: 0,
    }
}
