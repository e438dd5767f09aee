//! Callbacks: a form that Twilio posted becomes a command to a call.
//!
//! [`understand`] is pure and the same for a callback that just came and for one that is read again from the `unrouted`
//! streams. What it cannot make sense of it says in a [`NotUnderstood`], whose words name parameters and never repeat
//! their values. It decides nothing about the call: that is `domain`'s.

mod conference;
mod gathered;
mod inbound;
mod origin;
mod recording;
mod reported;
mod status;
mod voicemail;

pub use gathered::Gathered;
pub use inbound::{Inbound, Outbound};

use super::form::Form;
use domain::call::command::CallCommand;
use domain::{CallId, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The callbacks that there are, one for each door under `/twilio/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Somebody calls us.
    Inbound,
    /// What the caller said to the AI.
    AiRespond,
    /// What became of the caller's leg.
    InboundStatus,
    /// What became of another leg.
    CallStatus,
    /// Somebody of ours calls from the browser.
    Voice,
    /// The caller is about to leave a message.
    Voicemail,
    /// The caller left a message, or none.
    VoicemailDone,
    /// What became of a recording.
    RecordingStatus,
    /// What happened in a conference.
    ConferenceStatus,
    /// What became of a transcription.
    TranscriptionStatus,
    /// Who picked up.
    AmdStatus,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Inbound,
        Self::AiRespond,
        Self::InboundStatus,
        Self::CallStatus,
        Self::Voice,
        Self::Voicemail,
        Self::VoicemailDone,
        Self::RecordingStatus,
        Self::ConferenceStatus,
        Self::TranscriptionStatus,
        Self::AmdStatus,
    ];

    /// Its name in the address: `call-status`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::AiRespond => "ai-respond",
            Self::InboundStatus => "inbound-status",
            Self::CallStatus => "call-status",
            Self::Voice => "voice",
            Self::Voicemail => "voicemail",
            Self::VoicemailDone => "voicemail-done",
            Self::RecordingStatus => "recording-status",
            Self::ConferenceStatus => "conference-status",
            Self::TranscriptionStatus => "transcription-status",
            Self::AmdStatus => "amd-status",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Endpoint {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.as_str() == text)
            .ok_or(NotUnderstood::new("no such callback"))
    }
}

/// Why a callback could not be understood: words for a person, without any value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotUnderstood(String);

impl NotUnderstood {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A callback as it came: where, with which parameters, and when.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// Which door it came to.
    pub endpoint: Endpoint,
    /// What was posted.
    pub form: &'a Form,
    /// What our own callback address carried: `call_id`, `phase`, `leg`, `role`, `attempt`, `reason`,
    /// `turn`.
    pub query: &'a Form,
    /// When it was heard.
    pub heard_at: Timestamp,
}

/// What a callback means.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    /// The call that it is about.
    pub call_id: CallId,
    /// What the call is told.
    pub command: CallCommand,
    /// What identifies the callback, for when Twilio sent no idempotency token.
    pub key: String,
}

/// What a callback means. `inbound` and `voice` are not among these: they are answered with a decision about the call,
/// see [`Inbound`] and [`Outbound`].
///
/// # Errors
/// When it does not say which call it is about, or what happened.
pub fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    match callback.endpoint {
        Endpoint::Inbound | Endpoint::Voice => Err(NotUnderstood::new("is answered with a decision, not merely heard")),
        Endpoint::AiRespond => gathered::understand(callback),
        Endpoint::InboundStatus | Endpoint::CallStatus => status::understand(callback),
        Endpoint::Voicemail => voicemail::arrived(callback),
        Endpoint::VoicemailDone => voicemail::left(callback),
        Endpoint::RecordingStatus => recording::understand(callback),
        Endpoint::ConferenceStatus => conference::understand(callback),
        Endpoint::TranscriptionStatus => reported::transcription(callback),
        Endpoint::AmdStatus => reported::answering_machine(callback),
    }
}

/// How the parameters of our own address are told from the posted ones where both are kept together.
const QUERY_MARK: &str = "?";

/// All raw parameters of a callback, as they are kept: the posted ones by name, those of the address by `?name`.
#[must_use]
pub fn keep(form: &Form, query: &Form) -> BTreeMap<String, Vec<String>> {
    let mut kept = form.parameters().clone();
    kept.extend(
        query
            .parameters()
            .iter()
            .map(|(name, values)| (format!("{QUERY_MARK}{name}"), values.clone())),
    );
    kept
}

/// The form and the address's parameters, from what was kept.
#[must_use]
pub fn from_kept(kept: BTreeMap<String, Vec<String>>) -> (Form, Form) {
    let (query, form): (BTreeMap<_, _>, BTreeMap<_, _>) =
        kept.into_iter().partition(|(name, _)| name.starts_with(QUERY_MARK));
    let query = query
        .into_iter()
        .map(|(name, values)| (name[QUERY_MARK.len()..].to_owned(), values))
        .collect();
    (Form::from_parameters(form), Form::from_parameters(query))
}

impl<'a> Callback<'a> {
    /// A parameter that must be there.
    fn required(&self, name: &str) -> Result<&'a str, NotUnderstood> {
        self.form
            .get(name)
            .ok_or_else(|| NotUnderstood(format!("{name} is missing")))
    }

    /// A parameter that is an identifier, where it is there.
    fn identifier(&self, name: &str) -> Result<Option<String>, NotUnderstood> {
        self.form.get(name).map(|value| identifier(name, value)).transpose()
    }

    fn required_identifier(&self, name: &str) -> Result<String, NotUnderstood> {
        identifier(name, self.required(name)?)
    }

    /// A whole number, where it is there.
    fn number(&self, name: &str) -> Result<Option<u32>, NotUnderstood> {
        self.form
            .get(name)
            .map(|value| value.parse().map_err(|_| not_a(name, "whole number")))
            .transpose()
    }

    /// One of our words in the address, where it is there.
    fn word<T: FromStr>(&self, name: &str) -> Result<Option<T>, NotUnderstood> {
        self.query
            .get(name)
            .map(|value| value.parse().map_err(|_| not_a(name, "word that we use")))
            .transpose()
    }

    /// The call: as our own address says, else the parent leg, else the leg itself.
    fn call_id(&self) -> Result<CallId, NotUnderstood> {
        if let Some(own) = self.own_call_id()? {
            return Ok(own);
        }
        match self.identifier("ParentCallSid")? {
            Some(parent) => Ok(CallId(parent)),
            None => self.required_identifier("CallSid").map(CallId),
        }
    }

    /// The call that our own address names.
    fn own_call_id(&self) -> Result<Option<CallId>, NotUnderstood> {
        self.query
            .get("call_id")
            .map(|value| identifier("call_id", value).map(CallId))
            .transpose()
    }

    /// When it happened, and whether the provider's clock said so.
    fn moment(&self) -> (Timestamp, bool) {
        self.form
            .get("Timestamp")
            .and_then(Timestamp::parse_rfc2822)
            .map_or((self.heard_at, false), |told| (told, true))
    }
}

fn not_a(name: &str, what: &str) -> NotUnderstood {
    NotUnderstood(format!("{name} is not a {what}"))
}

/// An identifier goes into addresses, keys and log lines: letters, digits, `-` and `_`, at most 64.
fn identifier(name: &str, value: &str) -> Result<String, NotUnderstood> {
    let usable = (1..=64).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if usable {
        Ok(value.to_owned())
    } else {
        Err(not_a(name, "usable identifier"))
    }
}

#[cfg(test)]
mod tests;
