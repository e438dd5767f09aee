//! Deletes the recordings of erased calls, here and at Twilio. Deleting what is not there is no failure.

use super::worker::{Done, Worker, tell};
use crate::state::AppState;
use domain::call::CallCommand;
use domain::call::value::Phase;
use infra::blob::BlobKey;
use infra::twilio::rest::TwilioError;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;

/// The process manager.
pub struct Deleter;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    /// Where we keep it, if we do.
    blob_key: Option<String>,
}

impl Worker for Deleter {
    const KIND: Kind = Kind::DeleteRecording;
    const AT_ONCE: usize = 4;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        if let Some(key) = detail.blob_key {
            state.blobs.delete(&BlobKey::new(key)?).await?;
        }
        match state.twilio.delete_recording(&item.item).await {
            Err(error @ (TwilioError::Unavailable { .. } | TwilioError::RateLimited { .. })) => {
                tracing::warn!(%error, "an erased call's recording is still at Twilio");
                return Ok(Done::NotNow);
            }
            Err(error) if !error.is_already_over() => return Err(error.into()),
            _ => {}
        }
        let command = CallCommand::GiveUpRecording {
            at: state.clock.now(),
            phase: detail.phase,
            recording_sid: Some(item.item.clone()),
            reason: "erased".to_owned(),
            attempts: 0,
        };
        let told = tell::<Self>(&state, &item, &[command]).await?;
        Ok(told.map_or(Done::NotNow, Done::Told))
    }
}
