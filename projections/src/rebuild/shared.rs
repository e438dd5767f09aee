//! Shares rebuilds with other processes: a service shows what a command line or another service rebuilds.

use super::{LEASE_NAME, RebuildError, RebuildReport};
use crate::runner::{Progress, RebuildStatus, Stage};
use infra::db::rebuild_records::{self, RebuildRecord};
use infra::db::{DbError, ReadStores};
use infra::subscription::checkpoint;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// The result of a rebuild whose process ended before it.
const ENDED_WITH_ITS_PROCESS: &str = "the process that rebuilt it ended; start the rebuild again";
/// Time between two records of the progress.
const SHARE_INTERVAL: Duration = Duration::from_millis(500);
/// Time between two looks at the rebuilds of other processes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Longest time that a look takes.
const POLL_TIMEOUT: Duration = Duration::from_secs(5);

/// Records that this process has begun a rebuild.
pub(super) async fn share_begin(read_stores: &ReadStores, model: &str, owner: &str) -> Result<(), DbError> {
    let status = RebuildStatus {
        stage: Stage::Loading,
        done: 0,
        total: 0,
        events_per_second: 0.0,
        seconds_left: None,
    };
    let status = serde_json::json!(status).to_string();
    rebuild_records::put_progress(&read_stores.registry(), model, owner, &status).await
}

/// Records the progress of this process's rebuild until the result is dropped.
pub(super) fn share_progress(
    read_stores: &ReadStores,
    progress: &Progress,
    model: &'static str,
    owner: &str,
) -> AbortOnDropHandle<()> {
    let (registry, progress, owner) = (read_stores.registry(), progress.clone(), owner.to_owned());
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            if let Some(status) = progress.rebuild_of(model)
                && let Ok(status) = serde_json::to_string(&status)
                && let Err(error) = rebuild_records::put_progress(&registry, model, &owner, &status).await
            {
                tracing::debug!(model, %error, "progress of the rebuild not shared");
            }
            tokio::time::sleep(SHARE_INTERVAL).await;
        }
    }))
}

/// Records how a rebuild ended. Neither a report nor an error contains personal values.
pub(super) async fn share_outcome(
    read_stores: &ReadStores,
    model: &'static str,
    outcome: &Result<RebuildReport, RebuildError>,
) {
    let outcome = match outcome {
        Ok(report) => serde_json::json!(report),
        Err(error) => serde_json::json!({ "model": model, "error": error.to_string() }),
    };
    if let Err(error) = rebuild_records::put_outcome(&read_stores.registry(), model, &outcome.to_string()).await {
        tracing::warn!(model, %error, "result of the rebuild not stored");
    }
}

/// Notes the progress of rebuilds in other processes until aborted.
pub(crate) fn poll_elsewhere(read_stores: ReadStores, progress: Progress, models: Vec<&'static str>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            match tokio::time::timeout(POLL_TIMEOUT, note_elsewhere(&read_stores, &progress, &models)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "rebuilds of other processes not known"),
                Err(_) => tracing::debug!("rebuilds of other processes not known in time"),
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    })
}

async fn note_elsewhere(read_stores: &ReadStores, progress: &Progress, models: &[&'static str]) -> Result<(), DbError> {
    let records = rebuild_records::all(&read_stores.registry()).await?;
    for model in models {
        let record = records.iter().find(|record| record.model == *model);
        progress.rebuilding_elsewhere(model, running(read_stores, model, record).await?);
    }
    Ok(())
}

/// The progress in a record, if its process still runs and holds the lease of rebuilds.
async fn running(
    read_stores: &ReadStores,
    model: &'static str,
    record: Option<&RebuildRecord>,
) -> Result<Option<RebuildStatus>, DbError> {
    let Some((owner, progress)) = record.and_then(|record| Some((record.owner.as_ref()?, record.progress.as_ref()?)))
    else {
        return Ok(None);
    };
    if !read_stores.is_rebuild_locked(model).await? {
        // The process recorded no result.
        let outcome = serde_json::json!({ "model": model, "error": ENDED_WITH_ITS_PROCESS }).to_string();
        if rebuild_records::put_outcome_of(&read_stores.registry(), model, owner, &outcome).await? {
            tracing::warn!(model, "rebuild ended with its process, read model unchanged");
        }
        return Ok(None);
    }
    let namespace = read_stores.current(model).await?;
    let lease = checkpoint::read(&namespace.db, LEASE_NAME).await?;
    let is_held = lease.is_some_and(|lease| lease.holder.as_ref() == Some(owner));
    // The progress of another version of the program may not be readable.
    Ok(serde_json::from_str(progress).ok().filter(|_| is_held))
}
