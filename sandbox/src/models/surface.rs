//! The API surfaces: their paths and the models of each.

use super::error::{Dialect, Refusal};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// An API surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// `POST /v1/chat/completions`
    Chat,
    /// `POST /v1/audio/transcriptions`
    Transcriptions,
    /// `POST /v1/audio/speech`
    Speech,
    /// `GET /v1/models`
    Models,
    /// `POST /v1/messages` (Anthropic)
    Messages,
}

/// Model name that every surface accepts.
pub const SANDBOX: &str = "sandbox";

const CHAT: &[&str] = &[
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "gpt-5",
    "gpt-5-mini",
    "gpt-5-nano",
];
const TRANSCRIPTIONS: &[&str] = &[
    "gpt-transcribe",
    "gpt-4o-transcribe-diarize",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "whisper-1",
];
const SPEECH: &[&str] = &["gpt-4o-mini-tts", "tts-1", "tts-1-hd"];
const MESSAGES: &[&str] = &["claude-"];

impl Surface {
    /// The surface that serves a path.
    pub(super) fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/v1/chat/completions" => Self::Chat,
            "/v1/audio/transcriptions" => Self::Transcriptions,
            "/v1/audio/speech" => Self::Speech,
            "/v1/models" => Self::Models,
            "/v1/messages" => Self::Messages,
            _ if path.starts_with("/v1/models/") => Self::Models,
            _ => return None,
        })
    }

    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Messages => Dialect::Anthropic,
            _ => Dialect::OpenAi,
        }
    }

    /// Rejects a model that this surface does not offer. Any name that begins with `claude-` is accepted on Anthropic's
    /// surface, because those names change often.
    pub(super) fn check(self, model: &str) -> Result<(), Refusal> {
        let is_known = match self {
            Self::Messages => MESSAGES.iter().any(|family| model.starts_with(family)),
            Self::Chat => CHAT.contains(&model),
            Self::Transcriptions => TRANSCRIPTIONS.contains(&model),
            Self::Speech => SPEECH.contains(&model),
            Self::Models => false,
        };
        if is_known || model == SANDBOX {
            return Ok(());
        }
        let message = match self {
            Self::Messages => format!("model: {model}"),
            _ => format!("The model `{model}` does not exist or you do not have access to it."),
        };
        Err(Refusal::new(StatusCode::NOT_FOUND, message).with_code("model_not_found"))
    }
}

/// All models of `OpenAI`'s surfaces.
pub(super) fn models() -> impl Iterator<Item = &'static str> {
    [CHAT, TRANSCRIPTIONS, SPEECH, &[SANDBOX]]
        .into_iter()
        .flatten()
        .copied()
}
