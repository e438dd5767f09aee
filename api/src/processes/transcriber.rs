//! Makes transcripts of recordings. The two sides of a call are two channels of its recording, so each is written down by
//! itself and nobody has to guess who spoke.

use super::worker::{Done, Patience, Worker, fail, tell};
use crate::state::AppState;
use bytes::{Bytes, BytesMut};
use domain::call::value::{Phase, Segment};
use domain::call::{Call, CallCommand};
use domain::{AgentId, Personal};
use futures::TryStreamExt as _;
use infra::blob::BlobKey;
use infra::models::{ModelError, Transcription, TranscriptionRequest};
use infra::sound;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;
use std::time::Duration;

const PATIENCE: Patience = Patience {
    first_s: 10,
    longest_s: 1_800,
    attempts: 8,
};
/// As long as a model may take for one side of a call.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// The process manager.
pub struct Transcriber;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    blob_key: String,
}

impl Worker for Transcriber {
    const KIND: Kind = Kind::Transcribe;
    const AT_ONCE: usize = 2;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        let Some(blob) = state.blobs.get(&BlobKey::new(detail.blob_key)?, None).await? else {
            return failed(&state, &item, detail.phase, "the recording is not in the store").await;
        };
        let audio: BytesMut = blob.stream.try_collect().await?;
        let channels = match sound::channels(&audio) {
            Ok(channels) => channels,
            Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
        };
        let language = language(&state, &item.stream).await?;
        let (mut segments, mut engine) = (Vec::new(), String::new());
        for (channel, wav) in channels.iter().enumerate() {
            match transcribe(&state, wav.clone(), language.clone()).await {
                Ok(written) => {
                    let alone = channels.len() == 1;
                    engine.clone_from(&written.engine);
                    segments.extend(segments_of(written, detail.phase, channel, alone));
                }
                // Nobody was there: nothing was tried that could be counted.
                Err(ModelError::CircuitOpen | ModelError::Unavailable(_)) => return Ok(Done::NotNow),
                Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
            }
        }
        segments.retain(|segment| !segment.text.trim().is_empty());
        segments.sort_by_key(|segment| segment.start_ms);
        let at = state.clock.now();
        if segments.is_empty() {
            let reason = "there are no words in it".to_owned();
            let effect = Kind::Transcribe.as_str().to_owned();
            let commands = [
                CallCommand::FailTranscription {
                    at,
                    phase: detail.phase,
                    reason: reason.clone(),
                },
                CallCommand::FailEffect {
                    at,
                    effect,
                    item: item.item.clone(),
                    reason,
                    attempt: u32::try_from(item.attempts).unwrap_or(u32::MAX).saturating_add(1),
                    retry_at: None,
                },
            ];
            let told = tell::<Self>(&state, &item, &commands).await?;
            return Ok(told.map_or(Done::NotNow, Done::Told));
        }
        let command = CallCommand::StoreTranscript {
            at,
            phase: detail.phase,
            segments: Personal::Known(segments),
            engine,
        };
        let told = tell::<Self>(&state, &item, &[command]).await?;
        Ok(told.map_or(Done::NotNow, Done::Told))
    }
}

async fn transcribe(state: &AppState, wav: Bytes, language: Option<String>) -> Result<Transcription, ModelError> {
    let request = TranscriptionRequest {
        audio: wav,
        file_name: "recording.wav".to_owned(),
        content_type: "audio/wav".to_owned(),
        language,
        timeout: TIME_LIMIT,
    };
    state.minds.transcribe(&request).await
}

/// The language of the agent that answered.
async fn language(state: &AppState, call_id: &str) -> anyhow::Result<Option<String>> {
    let call = state.ledger.state::<Call>(call_id).await?;
    let agent: Option<AgentId> = call.and_then(|(call, _)| call.agent().cloned());
    let Some(agent) = agent else { return Ok(None) };
    let agent = state.ledger.state::<domain::agent::Agent>(agent.as_str()).await?;
    Ok(agent.and_then(|(agent, _)| agent.settings.language.clone()))
}

/// Who speaks on a channel: the caller on the first, our side on the second.
fn segments_of(written: Transcription, phase: Phase, channel: usize, alone: bool) -> Vec<Segment> {
    let ours = if phase == Phase::Human { "agent" } else { "ai" };
    let speaker = match (phase, channel, alone) {
        (Phase::Voicemail, _, _) | (_, 0, false) => Some("caller"),
        (_, 1, false) => Some(ours),
        _ => None,
    };
    let named = |told: Option<String>| match speaker {
        Some(speaker) => speaker.to_owned(),
        None => told.unwrap_or_else(|| "speaker_1".to_owned()),
    };
    if written.segments.is_empty() {
        return vec![Segment {
            speaker: named(None),
            text: written.text,
            start_ms: None,
            end_ms: None,
            sentiment: None,
        }];
    }
    written
        .segments
        .into_iter()
        .map(|segment| Segment {
            speaker: named(segment.speaker),
            text: segment.text,
            start_ms: segment.start_ms,
            end_ms: segment.end_ms,
            sentiment: None,
        })
        .collect()
}

async fn failed(state: &AppState, item: &WorkRow, phase: Phase, reason: &str) -> anyhow::Result<Done> {
    fail::<Transcriber, _>(state, item, &PATIENCE, reason, |_| {
        Some(CallCommand::FailTranscription {
            at: state.clock.now(),
            phase,
            reason: reason.to_owned(),
        })
    })
    .await
}
