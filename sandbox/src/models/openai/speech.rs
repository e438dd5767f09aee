//! `POST /v1/audio/speech`: <https://platform.openai.com/docs/api-reference/audio/createSpeech>.
//!
//! Audio is 16-bit at 24 kHz like `OpenAI`'s, as `wav` or raw samples (`pcm`). Other formats, including `OpenAI`'s
//! default `mp3`, are rejected because the sandbox has no encoder for them.

use crate::models::Models;
use crate::models::error::{Dialect, Refusal};
use crate::models::surface::Surface;
use audio::{Voice, encode_speech_at, wav};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

const SAMPLE_RATE_HZ: u32 = 24_000;
const MAX_INPUT_CHARACTERS: usize = 4_096;
/// Bytes per streamed piece: a quarter of a second, as `OpenAI` streams.
const PIECE_BYTES: usize = 12_000;

#[derive(Debug, Deserialize)]
struct Request {
    model: String,
    input: String,
    voice: Value,
    response_format: Option<String>,
}

pub(in crate::models) async fn create(State(models): State<Models>, body: Bytes) -> Response {
    speech(&models, &body).unwrap_or_else(|refusal| refusal.into_response(Dialect::OpenAi))
}

fn speech(models: &Models, body: &[u8]) -> Result<Response, Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::bad("We could not parse the JSON body of your request."))?;
    models.inner().journal.record(Surface::Speech, body.clone());
    let request: Request =
        serde_json::from_value(body).map_err(|error| Refusal::bad(format!("Invalid request: {error}")))?;
    Surface::Speech.check(&request.model)?;
    if request.input.is_empty() || request.input.chars().count() > MAX_INPUT_CHARACTERS {
        let message = format!("Invalid 'input': use 1 to {MAX_INPUT_CHARACTERS} characters.");
        return Err(Refusal::bad(message).with_param("input"));
    }
    let samples = encode_speech_at(&request.input, voice(&request.voice)?, SAMPLE_RATE_HZ);
    match request.response_format.as_deref() {
        Some("wav") => {
            let file = wav::encode(&wav::Sound {
                rate: SAMPLE_RATE_HZ,
                channels: vec![samples],
            });
            Ok(([(CONTENT_TYPE, "audio/wav")], file).into_response())
        }
        Some("pcm") => {
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let pieces: Vec<_> = bytes
                .chunks(PIECE_BYTES)
                .map(|piece| Ok::<_, std::convert::Infallible>(Bytes::copy_from_slice(piece)))
                .collect();
            let body = Body::from_stream(futures::stream::iter(pieces));
            Ok(([(CONTENT_TYPE, "audio/pcm")], body).into_response())
        }
        other => {
            let message = format!(
                "Invalid 'response_format': the sandbox supports 'wav' and 'pcm', not '{}'.",
                other.unwrap_or("mp3")
            );
            Err(Refusal::bad(message).with_param("response_format"))
        }
    }
}

/// The voice that the request selects: [`Voice::Ai`], unless the request names a voice of the sandbox.
fn voice(value: &Value) -> Result<Voice, Refusal> {
    let name = value.as_str().or_else(|| value["id"].as_str()).unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::bad("Missing required parameter: 'voice'.").with_param("voice"));
    }
    let own = Voice::ALL.into_iter().find(|voice| voice.as_str() == name);
    Ok(own.unwrap_or(Voice::Ai))
}
