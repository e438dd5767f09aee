//! Loads a rebuild as a pipeline: reading and decrypting, folding, and writing run concurrently, each a bounded number
//! of steps ahead of the next.

use super::RebuildError;
use super::rows_file::RowsFile;
use super::write::{Target, WriteRequest, write_to_file, write_to_server};
use crate::engine::read_past;
use crate::projector::Projector;
use crate::runner::RunnerContext;
use futures::{FutureExt as _, StreamExt as _};
use infra::consumer::ConsumeError;
use infra::consumer::dead_letters::SettingAside;
use infra::event_store::{Position, Recorded, StoreError};
use infra::ledger::Ledger;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Events per read.
const EVENTS_PER_READ: Position = 4_096;
/// Reads in progress or waiting to be folded. Positions are dense, so reads are independent of each other.
const READS_AHEAD: usize = 4;
/// Write sets that wait to be written.
const WRITES_AHEAD: usize = 4;

/// Events that cannot be read, each with the reason.
type SetAside = Vec<(Arc<Recorded>, String)>;

/// Fills `target` from the log up to `goal`. Returns the target file, if it is one (it has no indexes yet), and what was
/// set aside.
pub(super) async fn load(
    projector: &Arc<dyn Projector>,
    context: &RunnerContext,
    target: Target,
    goal: Position,
    mut progress: impl FnMut(Position) + Send,
) -> Result<(Option<RowsFile>, SetAside), RebuildError> {
    let (requests, inbox) = mpsc::channel(WRITES_AHEAD);
    // A `JoinSet` aborts its task when it is dropped, so that a cancelled rebuild stops writing.
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
    let fold = fold_all(projector.as_ref(), &context.ledger, goal, &requests, &mut progress);
    // After a panic too, the writer ends before its target is removed.
    let folded = AssertUnwindSafe(fold).catch_unwind().await;
    let folded = folded.unwrap_or(Err(ConsumeError::Panicked.into()));
    drop(requests);
    // If the writer failed, folding stopped because of it: return the writer's error first.
    let file = writer
        .join_next()
        .await
        .ok_or(RebuildError::Interrupted)?
        .map_err(|_| RebuildError::Interrupted)??;
    folded.map(|set_aside| (file, set_aside))
}

async fn fold_all(
    projector: &dyn Projector,
    ledger: &Ledger,
    goal: Position,
    requests: &mpsc::Sender<WriteRequest>,
    progress: &mut (impl FnMut(Position) + Send),
) -> Result<SetAside, RebuildError> {
    let mut loader = projector.loader();
    let mut setting_aside = SettingAside::default();
    let starts = (0..).map(|n| n * EVENTS_PER_READ).take_while(|after| *after < goal);
    let mut reads = futures::stream::iter(starts)
        .map(|after| tokio::spawn(read(ledger.clone(), after, (goal - after).min(EVENTS_PER_READ))))
        .buffered(READS_AHEAD);
    while let Some(events) = reads.next().await {
        let events = events.map_err(|_| RebuildError::Interrupted)??;
        let reached = events.last().map_or(0, |event| event.position);
        let events = setting_aside.filter(events, |event| projector.concerns(event));
        let missing = loader.missing(&events);
        if !missing.is_empty() {
            let past = read_past(ledger, &missing).await?;
            let (reply, loaded) = oneshot::channel();
            send(requests, WriteRequest::Load(missing, reply)).await?;
            loader.restore(past, loaded.await.map_err(|_| RebuildError::Interrupted)?)?;
        }
        loader.fold(&events)?;
        while let Some(writes) = loader.drain_settled() {
            send(requests, WriteRequest::Write(writes)).await?;
        }
        progress(reached);
    }
    while let Some(writes) = loader.drain_all() {
        send(requests, WriteRequest::Write(writes)).await?;
    }
    Ok(setting_aside.into_letters())
}

/// Reads exactly `count` events.
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

async fn send(requests: &mpsc::Sender<WriteRequest>, request: WriteRequest) -> Result<(), RebuildError> {
    requests.send(request).await.map_err(|_| RebuildError::Interrupted)
}
