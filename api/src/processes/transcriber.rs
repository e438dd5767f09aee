//! Makes transcripts of recordings. The two sides of a call are two channels of its recording, so each is written down by
//! itself and nobody has to guess who spoke.
//!
//! Of one recording at a time the whole is in memory, and one of its sides beside it: at most twice [`LARGEST`].

use super::worker::{Done, Patience, Worker, fail, tell};
use crate::state::AppState;
use bytes::{Bytes, BytesMut};
use domain::call::value::{Phase, Segment};
use domain::call::{Call, CallCommand};
use domain::{AgentId, Personal};
use futures::TryStreamExt as _;
use infra::blob::{Blob, BlobKey};
use infra::models::{ModelError, Transcription, TranscriptionRequest};
use infra::sound;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;
use std::time::Duration;
use tokio::task::spawn_blocking;

const PATIENCE: Patience = Patience {
    first_s: 10,
    longest_s: 1_800,
    attempts: 8,
};
/// A recording of more bytes is not written down: 70 minutes of two sides as Twilio makes them (8,000 samples of 16 bits a
/// second). Most providers take much less in one file (OpenAI: 25 MB,
/// <https://platform.openai.com/docs/guides/speech-to-text>), and refuse by themselves.
const LARGEST: u64 = 128 * 1024 * 1024;
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
    const AT_ONCE: usize = 1;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        let Some(blob) = state.blobs.get(&BlobKey::new(detail.blob_key)?, None).await? else {
            return failed(&state, &item, detail.phase, "the recording is not in the store").await;
        };
        if blob.total_len > LARGEST {
            let most = LARGEST / (1024 * 1024);
            let reason = format!("the recording is too large to be written down: it has more than {most} MiB");
            return give_up(&state, &item, detail.phase, reason).await;
        }
        let audio = whole(blob).await?;
        let channels = match sound::channels(&audio) {
            Ok(channels) => channels,
            Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
        };
        let language = language(&state, &item.stream).await?;
        let (mut segments, mut engine) = (Vec::new(), String::new());
        for channel in 0..channels {
            let whole = audio.clone();
            let wav = match spawn_blocking(move || sound::channel(&whole, channel)).await? {
                Ok(wav) => wav,
                Err(error) => return failed(&state, &item, detail.phase, &error.to_string()).await,
            };
            match transcribe(&state, wav, language.clone()).await {
                Ok(written) => {
                    let alone = channels == 1;
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
        if segments.is_empty() {
            return give_up(&state, &item, detail.phase, "there are no words in it".to_owned()).await;
        }
        let command = CallCommand::StoreTranscript {
            at: state.clock.now(),
            phase: detail.phase,
            segments: Personal::Known(segments),
            engine,
        };
        let told = tell::<Self>(&state, &item, &[command]).await?;
        Ok(told.map_or(Done::NotNow, Done::Told))
    }
}

/// All of a blob, in memory that is reserved once.
async fn whole(mut blob: Blob) -> anyhow::Result<Bytes> {
    let mut audio = BytesMut::with_capacity(usize::try_from(blob.total_len)?);
    while let Some(piece) = blob.stream.try_next().await? {
        audio.extend_from_slice(&piece);
    }
    Ok(audio.freeze())
}

/// Tells that there will be no transcript, however often it is tried.
async fn give_up(state: &AppState, item: &WorkRow, phase: Phase, reason: String) -> anyhow::Result<Done> {
    let at = state.clock.now();
    let commands = [
        CallCommand::FailTranscription {
            at,
            phase,
            reason: reason.clone(),
        },
        CallCommand::FailEffect {
            at,
            effect: Kind::Transcribe.as_str().to_owned(),
            item: item.item.clone(),
            reason,
            attempt: u32::try_from(item.attempts).unwrap_or(u32::MAX).saturating_add(1),
            retry_at: None,
        },
    ];
    let told = tell::<Transcriber>(state, item, &commands).await?;
    Ok(told.map_or(Done::NotNow, Done::Told))
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
