//! [`CallDocument`]: the state of a call in `call_log`.

use domain::Timestamp;
use domain::call::observed_at::ObservedAt;
use domain::call::value::{ParticipantRole, Phase, Segment, Sentiment};
use domain::call::view::CallView;
use std::collections::BTreeMap;

/// The state of a call.
#[derive(Clone, Debug, Default)]
pub struct CallDocument {
    pub(super) view: CallView,
    pub(super) summary: Option<Summary>,
    /// By the leg's `CallSid`.
    pub(super) participants: BTreeMap<String, Participant>,
    /// By turn number and speaker.
    pub(super) turns: BTreeMap<(u32, Speaker), Turn>,
    /// By phase and engine.
    pub(super) transcripts: BTreeMap<(Phase, String), Vec<Segment>>,
    /// By `RecordingSid`.
    pub(super) assets: BTreeMap<String, Asset>,
    /// By number.
    pub(super) corrections: BTreeMap<u32, Correction>,
    /// By field name: the value, and whether it is valid.
    pub(super) fields: BTreeMap<String, (Option<String>, bool)>,
}

/// The `engine` of segments that are turns of the live conversation.
pub const TURNS: &str = "turns";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    pub text: Option<String>,
    pub outcome: String,
    pub interest: Option<String>,
    pub next_action: Option<String>,
    pub goal_achieved: Option<bool>,
    pub lead_score: Option<u8>,
    pub sentiment: Option<Sentiment>,
    pub model: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Participant {
    pub role: Option<ParticipantRole>,
    pub joined: Option<ObservedAt>,
    pub left: Option<ObservedAt>,
}

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

#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub phase: Phase,
    pub paused: bool,
    pub url: Option<String>,
    pub duration_s: Option<u32>,
    pub channels: Option<u32>,
    pub archived: Option<Archived>,
    pub unavailable: Option<String>,
    pub attempts: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Archived {
    pub key: String,
    pub bytes: u64,
    pub sha256: String,
    pub content_type: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Correction {
    pub turn: Option<u32>,
    pub note: Option<String>,
    pub by: Option<String>,
    pub at: Option<Timestamp>,
    pub withdrawn: bool,
}
