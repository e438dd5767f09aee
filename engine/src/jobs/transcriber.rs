//! Transcribes recordings. The two sides of a call are two channels of its recording; each is transcribed separately,
//! which identifies the speaker.
//!
//! A channel is sent in pieces: as much as providers accept in one file, or, to a model that does not say when its words
//! were spoken, utterance by utterance. Both are cut at silences.
//!
//! One recording at a time is in memory, together with one of its channels and its pieces: at most twice
//! [`MAX_RECORDING_BYTES`].

use super::job::{Countable as _, Job, JobOutcome, RetryPolicy, fail, note_model, record_result};
use crate::{Engine, SharedEngine};
use bytes::{Bytes, BytesMut};
use domain::call::value::{Phase, Segment};
use domain::call::{Call, CallCommand};
use domain::{AgentId, Personal};
use futures::TryStreamExt as _;
use infra::blob::{Blob, BlobKey};
use infra::models::{ModelError, Transcription, TranscriptionRequest};
use infra::wav::{self, InvalidWav, Piece};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use serde::Deserialize;
use std::time::Duration;
use tokio::task::spawn_blocking;

const RETRY_POLICY: RetryPolicy = RetryPolicy {
    initial_delay_s: 10,
    max_delay_s: 1_800,
    max_attempts: 8,
};
/// Larger recordings are not transcribed. The limit is 70 minutes of two channels as Twilio records them (8,000 samples
/// of 16 bits per second).
const MAX_RECORDING_BYTES: u64 = 128 * 1024 * 1024;
/// Largest file of one request. OpenAI accepts 25 MB (<https://platform.openai.com/docs/guides/speech-to-text>), and its
/// later models 25 minutes, which are 24 MB of a channel: twenty minutes are sent.
const MAX_FILE_BYTES: usize = 20 * 60 * 16_000;
/// Longest utterance in one request to a model that does not say when words were spoken, in milliseconds.
const MAX_UTTERANCE_MS: usize = 30_000;
/// Timeout of one request.
const MODEL_TIMEOUT: Duration = Duration::from_mins(5);

/// Transcribes one recording.
pub struct Transcriber;

#[derive(Deserialize)]
struct Detail {
    phase: Phase,
    blob_key: String,
}

impl Job for Transcriber {
    const KIND: Kind = Kind::Transcribe;
    const MAX_CONCURRENCY: usize = 1;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let detail: Detail = serde_json::from_str(&item.detail)?;
        let Some(blob) = engine.blobs.get(&BlobKey::new(detail.blob_key)?, None).await? else {
            return failed(&engine, &item, detail.phase, "the recording is not in the store").await;
        };
        if blob.total_len > MAX_RECORDING_BYTES {
            let max_mib = MAX_RECORDING_BYTES / (1024 * 1024);
            let reason = format!("the recording is too large to transcribe: it exceeds {max_mib} MiB");
            return give_up(&engine, &item, detail.phase, reason).await;
        }
        let audio = read_all(blob).await?;
        let channels = match wav::channels(&audio) {
            Ok(channels) => channels,
            Err(error) => return failed(&engine, &item, detail.phase, &error.to_string()).await,
        };
        let language = language(&engine, &item.stream).await?;
        let (mut segments, mut transcriber) = (Vec::new(), String::new());
        for channel in 0..channels {
            let whole = audio.clone();
            let with_times = engine.language_models.transcribes_with_times();
            let pieces = match spawn_blocking(move || pieces(&whole, channel, with_times)).await? {
                Ok(pieces) => pieces,
                Err(error) => return failed(&engine, &item, detail.phase, &error.to_string()).await,
            };
            for piece in pieces {
                match transcribe(&engine, &item.tenant, piece.wav.clone(), language.clone()).await {
                    Ok(transcription) => {
                        transcriber.clone_from(&transcription.engine);
                        let found = segments_of(transcription, detail.phase, channel, channels == 1);
                        segments.extend(found.into_iter().map(|segment| placed(segment, &piece, with_times)));
                    }
                    // The request did not reach the provider, so it does not count as an attempt.
                    Err(error) if !error.counts_as_attempt() => return Ok(JobOutcome::Retry),
                    Err(error) => return failed(&engine, &item, detail.phase, &error.to_string()).await,
                }
            }
        }
        segments.retain(|segment| !segment.text.trim().is_empty());
        segments.sort_by_key(|segment| segment.start_ms);
        if segments.is_empty() {
            return give_up(
                &engine,
                &item,
                detail.phase,
                "the recording contains no speech".to_owned(),
            )
            .await;
        }
        let command = CallCommand::StoreTranscript {
            at: engine.clock.now(),
            phase: detail.phase,
            segments: Personal::Known(segments),
            engine: transcriber,
        };
        let position = record_result::<Self>(&engine, &item, &[command]).await?;
        Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
    }
}

/// The parts of a channel that are sent.
fn pieces(audio: &Bytes, channel: usize, with_times: bool) -> Result<Vec<Piece>, InvalidWav> {
    let mono = wav::channel(audio, channel)?;
    if with_times {
        wav::pieces(&mono, MAX_FILE_BYTES)
    } else {
        wav::utterances(&mono, MAX_UTTERANCE_MS)
    }
}

/// The segment of a piece, with its time in the recording.
fn placed(segment: Segment, piece: &Piece, with_times: bool) -> Segment {
    let shifted = |ms: Option<u32>| ms.map(|ms| piece.start_ms.saturating_add(ms));
    let (start_ms, end_ms) = if with_times {
        (shifted(segment.start_ms), shifted(segment.end_ms))
    } else {
        (Some(piece.start_ms), Some(piece.end_ms))
    };
    Segment {
        start_ms,
        end_ms,
        ..segment
    }
}

/// Reads a whole blob into memory that is allocated once.
async fn read_all(mut blob: Blob) -> anyhow::Result<Bytes> {
    let mut audio = BytesMut::with_capacity(usize::try_from(blob.total_len)?);
    while let Some(piece) = blob.stream.try_next().await? {
        audio.extend_from_slice(&piece);
    }
    Ok(audio.freeze())
}

/// Records that there will be no transcript, without a retry.
async fn give_up(engine: &Engine, item: &WorkRow, phase: Phase, reason: String) -> anyhow::Result<JobOutcome> {
    let at = engine.clock.now();
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
    let position = record_result::<Transcriber>(engine, item, &commands).await?;
    Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
}

async fn transcribe(
    engine: &Engine,
    tenant: &str,
    wav: Bytes,
    language: Option<String>,
) -> Result<Transcription, ModelError> {
    let request = TranscriptionRequest {
        tenant: tenant.to_owned(),
        audio: wav,
        file_name: "recording.wav".to_owned(),
        content_type: "audio/wav".to_owned(),
        language,
        timeout: MODEL_TIMEOUT,
    };
    let transcribed = engine.language_models.transcribe(&request).await;
    note_model(engine, &transcribed);
    transcribed
}

/// The language of the agent that answered.
async fn language(engine: &Engine, call_id: &str) -> anyhow::Result<Option<String>> {
    let call = engine.ledger.state::<Call>(call_id).await?;
    let agent: Option<AgentId> = call.and_then(|(call, _)| call.agent().cloned());
    let Some(agent) = agent else { return Ok(None) };
    let agent = engine.ledger.state::<domain::agent::Agent>(agent.as_str()).await?;
    Ok(agent.and_then(|(agent, _)| agent.settings.language.clone()))
}

/// Names the speakers: the caller is on the first channel, our side on the second.
fn segments_of(transcription: Transcription, phase: Phase, channel: usize, is_mono: bool) -> Vec<Segment> {
    let our_side = if phase == Phase::Human { "team_member" } else { "ai" };
    let speaker = match (phase, channel, is_mono) {
        (Phase::Voicemail, _, _) | (_, 0, false) => Some("caller"),
        (_, 1, false) => Some(our_side),
        _ => None,
    };
    let named = |detected: Option<String>| match speaker {
        Some(speaker) => speaker.to_owned(),
        None => detected.unwrap_or_else(|| "speaker_1".to_owned()),
    };
    if transcription.segments.is_empty() {
        return vec![Segment {
            speaker: named(None),
            text: transcription.text,
            start_ms: None,
            end_ms: None,
            sentiment: None,
        }];
    }
    transcription
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

async fn failed(engine: &Engine, item: &WorkRow, phase: Phase, reason: &str) -> anyhow::Result<JobOutcome> {
    fail::<Transcriber, _>(engine, item, &RETRY_POLICY, reason, |_| {
        Some(CallCommand::FailTranscription {
            at: engine.clock.now(),
            phase,
            reason: reason.to_owned(),
        })
    })
    .await
}
