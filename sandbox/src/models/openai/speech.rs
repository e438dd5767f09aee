//! `POST /v1/audio/speech`: <https://platform.openai.com/docs/api-reference/audio/createSpeech>.
//!
//! Sound comes at 24 kHz in 16 bits, as `OpenAI`'s does, as `wav` or as bare samples (`pcm`). Other formats, among them
//! `OpenAI`'s default `mp3`, are refused: the sandbox has no encoder for them.

use crate::audio::{Voice, speak_at, wav};
use crate::models::Models;
use crate::models::error::{Dialect, Refusal};
use crate::models::surface::Surface;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

const RATE: u32 = 24_000;
/// Characters of the longest input.
const LONGEST: usize = 4_096;

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
    models.inner().journal.note(Surface::Speech, body.clone());
    let request: Request =
        serde_json::from_value(body).map_err(|error| Refusal::bad(format!("Invalid request: {error}")))?;
    Surface::Speech.check(&request.model)?;
    if request.input.is_empty() || request.input.chars().count() > LONGEST {
        let message = format!("Invalid 'input': a text of 1 to {LONGEST} characters.");
        return Err(Refusal::bad(message).with_param("input"));
    }
    let samples = speak_at(&request.input, voice(&request.voice)?, RATE);
    match request.response_format.as_deref() {
        Some("wav") => {
            let file = wav::encode(&wav::Sound {
                rate: RATE,
                channels: vec![samples],
            });
            Ok(([(CONTENT_TYPE, "audio/wav")], file).into_response())
        }
        Some("pcm") => {
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            // In pieces, as it comes from OpenAI: a quarter of a second each.
            let pieces: Vec<_> = bytes
                .chunks(12_000)
                .map(|piece| Ok::<_, std::convert::Infallible>(Bytes::copy_from_slice(piece)))
                .collect();
            let body = Body::from_stream(futures::stream::iter(pieces));
            Ok(([(CONTENT_TYPE, "audio/pcm")], body).into_response())
        }
        other => {
            let message = format!(
                "Invalid 'response_format': the sandbox speaks 'wav' and 'pcm', not '{}'.",
                other.unwrap_or("mp3")
            );
            Err(Refusal::bad(message).with_param("response_format"))
        }
    }
}

/// Whose voice it is: the service's, unless the request names another one by the sandbox's own word for it.
fn voice(value: &Value) -> Result<Voice, Refusal> {
    let name = value.as_str().or_else(|| value["id"].as_str()).unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::bad("Missing required parameter: 'voice'.").with_param("voice"));
    }
    let own = Voice::ALL.into_iter().find(|voice| voice.as_str() == name);
    Ok(own.unwrap_or(Voice::Ai))
}
