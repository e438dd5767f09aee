//! Parsing of Twilio callbacks into commands for a call.
//!
//! [`understand`] is pure and the same for a callback that just came and for one that is read again from the
//! `quarantine` streams. What it cannot make sense of it says in a [`NotUnderstood`], whose words name parameters and
//! never repeat their values. It decides nothing about the call: that is `domain`'s.

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
use domain::call::value::ClockSource;
use domain::{CallId, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Callback endpoints, one for each route under `/twilio/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Inbound call.
    Inbound,
    /// Speech or digits of the caller in a conversation with the AI.
    AiRespond,
    /// Status of the caller's leg.
    InboundStatus,
    /// Status of another leg.
    CallStatus,
    /// Outbound call from the browser.
    Voice,
    /// The caller was routed to voicemail.
    Voicemail,
    /// The voicemail recording ended, with or without a message.
    VoicemailDone,
    /// Status of a recording.
    RecordingStatus,
    /// Conference event.
    ConferenceStatus,
    /// Status of a transcription.
    TranscriptionStatus,
    /// Result of answering machine detection.
    AmdStatus,
}

impl Endpoint {
    /// All endpoints.
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

    /// Name in the URL, such as `call-status`.
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
            .ok_or(NotUnderstood::new("unknown callback"))
    }
}

/// Human-readable reason why a callback cannot be parsed. Contains no parameter values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotUnderstood(String);

impl NotUnderstood {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A received callback.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    pub endpoint: Endpoint,
    /// Posted form.
    pub form: &'a Form,
    /// What our own callback address carried: `call_id`, `phase`, `leg`, `role`, `attempt`, `reason`,
    /// `turn`.
    pub query: &'a Form,
    pub received_at: Timestamp,
}

/// A parsed callback.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    pub call_id: CallId,
    /// Command for the call.
    pub command: CallCommand,
    /// Deduplication key, used if Twilio sent no idempotency token.
    pub key: String,
}

/// Parses a callback. `inbound` and `voice` are excluded, because they are answered with a routing decision: see
/// [`Inbound`] and [`Outbound`].
///
/// # Errors
/// When the callback identifies no call or no known event.
pub fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    match callback.endpoint {
        Endpoint::Inbound | Endpoint::Voice => Err(NotUnderstood::new(
            "inbound and voice callbacks need a routing decision",
        )),
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

/// Prefix of URL parameters where they are stored together with form parameters.
const QUERY_MARK: &str = "?";

/// All raw parameters of a callback for storage: form parameters by `name`, URL parameters by `?name`.
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

/// Splits stored parameters into form and URL parameters.
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
    /// A required parameter.
    fn required(&self, name: &str) -> Result<&'a str, NotUnderstood> {
        self.form
            .get(name)
            .ok_or_else(|| NotUnderstood(format!("{name} is missing")))
    }

    /// An optional parameter that is an identifier.
    fn identifier(&self, name: &str) -> Result<Option<String>, NotUnderstood> {
        self.form.get(name).map(|value| identifier(name, value)).transpose()
    }

    fn required_identifier(&self, name: &str) -> Result<String, NotUnderstood> {
        identifier(name, self.required(name)?)
    }

    /// An optional whole number.
    fn number(&self, name: &str) -> Result<Option<u32>, NotUnderstood> {
        self.form
            .get(name)
            .map(|value| value.parse().map_err(|_| not_a(name, "whole number")))
            .transpose()
    }

    /// An optional keyword in the callback URL.
    fn word<T: FromStr>(&self, name: &str) -> Result<Option<T>, NotUnderstood> {
        self.query
            .get(name)
            .map(|value| value.parse().map_err(|_| not_a(name, "word that we use")))
            .transpose()
    }

    /// The call: from the callback URL, else the parent leg, else the leg itself.
    fn call_id(&self) -> Result<CallId, NotUnderstood> {
        if let Some(own) = self.own_call_id()? {
            return Ok(own);
        }
        match self.identifier("ParentCallSid")? {
            Some(parent) => Ok(CallId(parent)),
            None => self.required_identifier("CallSid").map(CallId),
        }
    }

    /// The call in the callback URL.
    fn own_call_id(&self) -> Result<Option<CallId>, NotUnderstood> {
        self.query
            .get("call_id")
            .map(|value| identifier("call_id", value).map(CallId))
            .transpose()
    }

    /// When it happened: the provider's `Timestamp`, else the time of receipt.
    fn observed_at(&self) -> (Timestamp, ClockSource) {
        self.form
            .get("Timestamp")
            .and_then(Timestamp::parse_rfc2822)
            .map_or((self.received_at, ClockSource::Local), |timestamp| {
                (timestamp, ClockSource::Provider)
            })
    }
}

fn not_a(name: &str, what: &str) -> NotUnderstood {
    NotUnderstood(format!("{name} is not a {what}"))
}

/// Validates an identifier, which is used in URLs, keys and log lines: 1 to 64 letters, digits, `-` or `_`.
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
