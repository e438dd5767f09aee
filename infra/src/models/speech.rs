//! Text to speech with OpenAI's API: <https://platform.openai.com/docs/api-reference/audio/createSpeech>.

use super::ModelError;
use super::surface::Answer;
use crate::blob::MediaType;
use bytes::Bytes;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// A text to be spoken. Its `Debug` does not show the text.
#[derive(Clone)]
pub struct SpeechRequest {
    /// For whom it is sent.
    pub tenant: String,
    pub text: String,
    /// The provider's voice: `alloy`.
    pub voice: String,
    /// [`MediaType::Mp3`] or [`MediaType::Wav`]; Twilio plays both.
    pub media_type: MediaType,
    /// Total time limit, including retries and the delays between them.
    pub timeout: Duration,
}

/// Synthesized speech.
#[derive(Clone, PartialEq, Eq)]
pub struct Speech {
    pub audio: Bytes,
    pub media_type: MediaType,
    /// The model's name.
    pub engine: String,
}

impl fmt::Debug for SpeechRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechRequest")
            .field("characters", &self.text.chars().count())
            .field("voice", &self.voice)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speech")
            .field("bytes", &self.audio.len())
            .field("media_type", &self.media_type)
            .field("engine", &self.engine)
            .finish()
    }
}

pub(super) fn body(request: &SpeechRequest, model: &str) -> Value {
    json!({
        "model": model,
        "input": request.text,
        "voice": request.voice,
        "response_format": request.media_type.extension(),
    })
}

pub(super) fn read(answer: Answer, model: &str) -> Result<Speech, ModelError> {
    let media_type = MediaType::of_content_type(&answer.content_type)
        .filter(|kind| kind.as_str().starts_with("audio/"))
        .ok_or(ModelError::Malformed("the response is not audio"))?;
    if answer.body.is_empty() {
        return Err(ModelError::Malformed("the audio is empty"));
    }
    Ok(Speech {
        audio: answer.body,
        media_type,
        engine: model.to_owned(),
    })
}
