//! Fetches recordings from Twilio and keeps them. Twilio says that a recording is ready before it can be fetched, so a 404
//! is not the end; what is fetched is checked to be sound, and whole.
//!
//! Storing a recording again changes nothing, so a process that was killed in between is no harm.

use super::worker::{Done, Patience, Worker, fail, tell};
use crate::state::AppState;
use anyhow::Context as _;
use domain::call::CallCommand;
use domain::call::value::Phase;
use futures::TryStreamExt as _;
use infra::blob::{BlobKey, Body, BoxError, Stored};
use infra::twilio::rest::{Channels, MediaFormat, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;

/// Two hours altogether: Twilio may be late, and a recording is worth waiting for.
const PATIENCE: Patience = Patience {
    first_s: 2,
    longest_s: 1_800,
    attempts: 12,
};

/// The process manager.
pub struct Archiver;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    channels: Option<u32>,
}

impl Worker for Archiver {
    const KIND: Kind = Kind::ArchiveRecording;
    const AT_ONCE: usize = 4;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        let key = format!("{}/{}/{}-{}.wav", item.tenant, item.stream, detail.phase, item.item);
        let key = BlobKey::new(key).context("the name of a recording")?;
        let channels = if detail.channels == Some(1) {
            Channels::Mono
        } else {
            Channels::Dual
        };
        let media = match state.twilio.fetch_media(&item.item, MediaFormat::Wav, channels).await {
            Ok(media) => media,
            Err(TwilioError::Unavailable { .. } | TwilioError::RateLimited { .. }) => return Ok(Done::NotNow),
            Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
        };
        let content_type = media.media_type.as_str().to_owned();
        let body: Body = Body::Stream(Box::pin(media.stream.map_err(|error| Box::new(error) as BoxError)));
        let stored = match state.blobs.put(&key, body).await {
            Ok(stored) => stored,
            Err(error) if error.is_unavailable() => {
                tracing::warn!(%error, "the store of recordings cannot be used");
                return Ok(Done::NotNow);
            }
            Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
        };
        tell_archived(&state, &item, detail.phase, &key, stored, content_type).await
    }
}

async fn tell_archived(
    state: &AppState,
    item: &WorkRow,
    phase: Phase,
    key: &BlobKey,
    stored: Stored,
    content_type: String,
) -> anyhow::Result<Done> {
    let command = CallCommand::ArchiveRecording {
        at: state.clock.now(),
        phase,
        recording_sid: item.item.clone(),
        key: key.as_str().to_owned(),
        bytes: stored.bytes,
        sha256: stored.sha256,
        content_type,
    };
    if let Ok(position) = tell::<Archiver>(state, item, &[command]).await? {
        return Ok(Done::Told(position));
    }
    // Erased meanwhile: its sound is not kept.
    state.blobs.delete(key).await?;
    Ok(Done::NotNow)
}

async fn failed(state: &AppState, item: &WorkRow, phase: Phase, reason: &str) -> anyhow::Result<Done> {
    fail::<Archiver, _>(state, item, &PATIENCE, reason, |attempts| {
        Some(CallCommand::GiveUpRecording {
            at: state.clock.now(),
            phase,
            recording_sid: Some(item.item.clone()),
            reason: reason.to_owned(),
            attempts,
        })
    })
    .await
}
