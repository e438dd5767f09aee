//! Downloads recordings from Twilio and stores them. Twilio may announce a recording before it can be downloaded, so a
//! 404 is retried. A download is checked for a valid format and for its length.
//!
//! Storing a recording again changes nothing, so an interrupted job can be repeated.

use super::job::{Countable as _, Job, JobOutcome, RetryPolicy, fail, record_result};
use crate::{Engine, SharedEngine};
use anyhow::Context as _;
use domain::call::CallCommand;
use domain::call::value::Phase;
use futures::TryStreamExt as _;
use infra::blob::{BlobKey, Body, BoxError, Stored};
use infra::twilio::rest::{Channels, Media, MediaFormat, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;

/// Retries for about two hours: Twilio may publish a recording late.
const RETRY_POLICY: RetryPolicy = RetryPolicy {
    initial_delay_s: 2,
    max_delay_s: 1_800,
    max_attempts: 12,
};

/// Downloads a recording and stores it in the blob store.
pub struct Archiver;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    channels: Option<u32>,
}

impl Job for Archiver {
    const KIND: Kind = Kind::ArchiveRecording;
    const MAX_CONCURRENCY: usize = 4;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        let key = format!("{}/{}/{}-{}.wav", item.tenant, item.stream, detail.phase, item.item);
        let key = BlobKey::new(key).context("invalid blob key for a recording")?;
        let media = match download(&engine, &item.item, detail.channels).await {
            Ok(media) => media,
            Err(error) if !error.counts_as_attempt() => return Ok(JobOutcome::Retry),
            Err(error) => return failed(&engine, &item, detail.phase, &error.to_string()).await,
        };
        let content_type = media.media_type.as_str().to_owned();
        let body: Body = Body::Stream(Box::pin(media.stream.map_err(|error| Box::new(error) as BoxError)));
        let stored = match engine.blobs.put(&key, body).await {
            Ok(stored) => stored,
            Err(error) if !error.counts_as_attempt() => {
                tracing::warn!(%error, "recording store unavailable");
                return Ok(JobOutcome::Retry);
            }
            Err(error) => return failed(&engine, &item, detail.phase, &error.to_string()).await,
        };
        record_archived(&engine, &item, detail.phase, &key, stored, content_type).await
    }
}

/// Starts the download with as many channels as the recording has: what Twilio reported may be wrong or absent, and it
/// refuses two channels of a mono recording. Without a number it mixes them.
async fn download(engine: &Engine, sid: &str, reported: Option<u32>) -> Result<Media, TwilioError> {
    let tried = if reported == Some(1) {
        &[Some(Channels::Mono), None][..]
    } else {
        &[Some(Channels::Dual), Some(Channels::Mono), None]
    };
    let mut refused = None;
    for channels in tried {
        match engine.twilio.fetch_media(sid, MediaFormat::Wav, *channels).await {
            Err(error) if error.is_wrong_channels() => refused = Some(error),
            result => return result,
        }
    }
    Err(refused.unwrap_or(TwilioError::Malformed("no number of channels".to_owned())))
}

async fn record_archived(
    engine: &Engine,
    item: &WorkRow,
    phase: Phase,
    key: &BlobKey,
    stored: Stored,
    content_type: String,
) -> anyhow::Result<JobOutcome> {
    let command = CallCommand::ArchiveRecording {
        at: engine.clock.now(),
        phase,
        recording_sid: item.item.clone(),
        key: key.as_str().to_owned(),
        bytes: stored.bytes,
        sha256: stored.sha256,
        content_type,
    };
    if let Ok(position) = record_result::<Archiver>(engine, item, &[command]).await? {
        return Ok(JobOutcome::Recorded(position));
    }
    // The call was erased in the meantime: the recording is deleted.
    engine.blobs.delete(key).await?;
    Ok(JobOutcome::Retry)
}

async fn failed(engine: &Engine, item: &WorkRow, phase: Phase, reason: &str) -> anyhow::Result<JobOutcome> {
    fail::<Archiver, _>(engine, item, &RETRY_POLICY, reason, |attempts| {
        Some(CallCommand::GiveUpRecording {
            at: engine.clock.now(),
            phase,
            recording_sid: Some(item.item.clone()),
            reason: reason.to_owned(),
            attempts,
        })
    })
    .await
}
