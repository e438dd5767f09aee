//! Loading: reading and opening, folding, and writing go on at the same time, each a little ahead of the next.

use super::RebuildError;
use super::write::{Order, Target, write_to_file, write_to_server};
use crate::projector::{Loader, Projector};
use crate::rows::RowsFile;
use crate::runner::World;
use futures::StreamExt;
use infra::event_store::{Position, Recorded, StoreError};
use infra::ledger::Ledger;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Events that are read and opened together.
const READ: Position = 4_096;
/// Reads that are under way or waiting to be folded. Positions are dense, so a reader need not wait for the one before.
const READS_AHEAD: usize = 4;
/// Sets of rows that wait to be written.
const WRITES_AHEAD: usize = 4;

/// Fills `target` with what the log says up to `goal`. A file is given back: it has no indexes yet.
pub(super) async fn load(
    projector: &Arc<dyn Projector>,
    world: &World,
    target: Target,
    goal: Position,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Option<RowsFile>, RebuildError> {
    let (orders, inbox) = mpsc::channel(WRITES_AHEAD);
    // A set aborts its task when it is dropped: a rebuild that is called off writes nothing more.
    let mut writer = JoinSet::new();
    let tables = projector.tables();
    match target {
        Target::File(file) => {
            writer.spawn_blocking(move || write_to_file(&file, tables, inbox).map(|()| Some(file)));
        }
        Target::Server(db) => {
            writer.spawn(async move { write_to_server(&db, tables, inbox).await.map(|()| None) });
        }
    }
    let folded = fold_all(projector.loader(), &world.ledger, goal, &orders, &mut progress).await;
    drop(orders);
    // A writer that failed is why folding stopped: its reason comes first.
    let file = writer
        .join_next()
        .await
        .ok_or(RebuildError::Interrupted)?
        .map_err(|_| RebuildError::Interrupted)??;
    folded.map(|()| file)
}

async fn fold_all(
    mut loader: Box<dyn Loader>,
    ledger: &Ledger,
    goal: Position,
    orders: &mpsc::Sender<Order>,
    progress: &mut (impl FnMut(Position) + Send),
) -> Result<(), RebuildError> {
    let starts = (0..).map(|n| n * READ).take_while(|after| *after < goal);
    let mut reads = futures::stream::iter(starts)
        .map(|after| tokio::spawn(read(ledger.clone(), after, (goal - after).min(READ))))
        .buffered(READS_AHEAD);
    while let Some(events) = reads.next().await {
        let events = events.map_err(|_| RebuildError::Interrupted)??;
        let missing = loader.missing(&events);
        if !missing.is_empty() {
            let (tell, told) = oneshot::channel();
            send(orders, Order::Recall(missing, tell)).await?;
            loader.recall(told.await.map_err(|_| RebuildError::Interrupted)?)?;
        }
        loader.fold(&events)?;
        while let Some(writes) = loader.ripe() {
            send(orders, Order::Write(writes)).await?;
        }
        progress(events.last().map_or(0, |event| event.position));
    }
    while let Some(writes) = loader.rest() {
        send(orders, Order::Write(writes)).await?;
    }
    Ok(())
}

/// A run of exactly `count` events.
async fn read(ledger: Ledger, after: Position, count: Position) -> Result<Vec<Arc<Recorded>>, StoreError> {
    let mut events = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    let mut after = after;
    let end = after + count;
    while after < end {
        let more = ledger
            .read_all(after, usize::try_from(end - after).unwrap_or(1))
            .await?;
        let Some(last) = more.last() else {
            return Err(StoreError::Hole {
                expected: after + 1,
                found: end,
            });
        };
        after = last.position;
        if events.is_empty() {
            events = more;
        } else {
            events.extend(more);
        }
    }
    Ok(events)
}

async fn send(orders: &mpsc::Sender<Order>, order: Order) -> Result<(), RebuildError> {
    orders.send(order).await.map_err(|_| RebuildError::Interrupted)
}
