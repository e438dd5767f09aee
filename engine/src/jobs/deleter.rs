//! Deletes the recordings of erased calls, in the blob store and at Twilio. A recording that is already gone is a
//! success.

use super::job::{Countable as _, Job, JobOutcome, record_result};
use crate::SharedEngine;
use domain::call::CallCommand;
use domain::call::recordings::DELETED;
use domain::call::value::Phase;
use infra::blob::BlobKey;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;

/// Deletes one recording.
pub struct Deleter;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    /// Key in the blob store, if the recording was archived.
    blob_key: Option<String>,
}

impl Job for Deleter {
    const KIND: Kind = Kind::DeleteRecording;
    const MAX_CONCURRENCY: usize = 4;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        if let Some(key) = detail.blob_key {
            engine.blobs.delete(&BlobKey::new(key)?).await?;
        }
        match engine.twilio.delete_recording(&item.item).await {
            Err(error) if !error.counts_as_attempt() => {
                tracing::warn!(%error, "recording of erased call not deleted at Twilio");
                return Ok(JobOutcome::Retry);
            }
            Err(error) if !error.is_already_over() => return Err(error.into()),
            _ => {}
        }
        let command = CallCommand::GiveUpRecording {
            at: engine.clock.now(),
            phase: detail.phase,
            recording_sid: Some(item.item.clone()),
            reason: DELETED.to_owned(),
            attempts: 0,
        };
        let position = record_result::<Self>(&engine, &item, &[command]).await?;
        Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
    }
}
