//! Text to speech: <https://platform.openai.com/docs/api-reference/audio/createSpeech>, and who copies it.

use super::ModelError;
use super::surface::Answer;
use crate::blob::MediaType;
use bytes::Bytes;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// Words to be spoken. Its `Debug` does not show them.
#[derive(Clone)]
pub struct SpeechRequest {
    /// The words.
    pub text: String,
    /// Whose voice: `alloy`.
    pub voice: String,
    /// As what: [`MediaType::Mp3`] or [`MediaType::Wav`], which Twilio plays both.
    pub media_type: MediaType,
    /// For everything, attempts and waits between them included.
    pub timeout: Duration,
}

/// Spoken words.
#[derive(Clone, PartialEq, Eq)]
pub struct Speech {
    /// The file.
    pub audio: Bytes,
    /// What it is.
    pub media_type: MediaType,
    /// What spoke: the model's name.
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
        .ok_or(ModelError::Malformed("the answer is no audio"))?;
    if answer.body.is_empty() {
        return Err(ModelError::Malformed("the audio is empty"));
    }
    Ok(Speech {
        audio: answer.body,
        media_type,
        engine: model.to_owned(),
    })
}
