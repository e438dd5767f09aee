//! [`CallDocument`]: the state of a call in `call_log`.

use domain::Timestamp;
use domain::call::event::PersonalText;
use domain::call::value::{Phase, Segment};
use domain::call::view::CallView;
use std::collections::BTreeMap;

/// The state of a call.
#[derive(Clone, Debug, Default)]
pub struct CallDocument {
    pub(super) view: CallView,
    /// What the caller was informed of before the first turn: that an AI is speaking, and that the call is recorded.
    pub(super) notices: [Option<String>; 2],
    /// By turn number and speaker.
    pub(super) turns: BTreeMap<(u32, Speaker), Turn>,
    /// By phase and engine.
    pub(super) transcripts: BTreeMap<(Phase, String), Vec<Segment>>,
    /// By field name: the value, and whether it is valid.
    pub(super) fields: BTreeMap<String, (Option<String>, bool)>,
}

/// The `engine` of segments that are turns of the live conversation.
pub const TURNS: &str = "turns";

/// Number of the segment with the notices before the first turn.
pub(super) const NOTICES: i64 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speaker {
    Ai,
    Caller,
}

impl Speaker {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Caller => "caller",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    pub text: Option<String>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub confidence: Option<f64>,
    pub source: Option<String>,
    pub persona_version: Option<u32>,
    pub model: Option<String>,
    pub latency_ms: Option<u32>,
    pub tokens: Option<(u32, u32)>,
    pub heard_ms: Option<u32>,
    pub heard_text: Option<String>,
}

/// A personal text, if it is known.
pub(super) fn known(text: &PersonalText) -> Option<String> {
    text.text().map(str::to_owned)
}
