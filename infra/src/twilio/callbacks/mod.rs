//! Parsing of Twilio callbacks into commands for a call.
//!
//! [`understand`] is pure and the same for a callback that just came and for one that is read again from the
//! `quarantine` streams. It decides nothing about the call: that is `domain`'s.
//!
//! Only what identifies the call is required. Any other parameter that cannot be read counts as absent: [`unreadable`]
//! names those. A callback that identifies its call and says nothing else that can be read is recorded as reported.

mod conference;
mod gathered;
mod identity;
mod inbound;
mod origin;
mod read;
mod recording;
mod reported;
mod status;
mod voicemail;

pub use gathered::Gathered;
pub use identity::is_sid;
pub use inbound::{Inbound, Outbound, first_report};
pub use read::unreadable;

use super::form::Form;
use domain::call::command::{CallCommand, HandleOther};
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
            .ok_or(NotUnderstood("unknown callback"))
    }
}

/// Human-readable reason why a callback cannot be parsed. Contains no parameter values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotUnderstood(&'static str);

/// A received callback.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    pub endpoint: Endpoint,
    /// Posted form.
    pub form: &'a Form,
    /// What our own callback address carried: `call_id`, `phase`, `leg`, `role`, `attempt`, `reason`,
    /// `turn`.
    pub query: &'a Form,
    /// The accounts that it may be of. Empty: any.
    pub accounts: &'a [String],
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
/// When the callback identifies no call, or is not about one of our accounts.
pub fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    identity::check(callback.form, callback.accounts)?;
    match callback.endpoint {
        Endpoint::Inbound | Endpoint::Voice => {
            Err(NotUnderstood("inbound and voice callbacks need a routing decision"))
        }
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
/// Prefix of what is stored beside the parameters: notes, whose names are in parentheses.
const NOTE_MARK: &str = "(";
/// Note with the names of the parameters that cannot be read.
const UNREADABLE: &str = "(unreadable)";

/// All raw parameters of a callback for storage: form parameters by `name`, URL parameters by `?name`. Beside them the names
/// of those that cannot be read, as `(unreadable)`, and values that are not UTF-8, percent-encoded, as `(bytes) name`.
#[must_use]
pub fn keep(form: &Form, query: &Form, unreadable: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut kept = form.parameters().clone();
    kept.extend(
        query
            .parameters()
            .iter()
            .map(|(name, values)| (format!("{QUERY_MARK}{name}"), values.clone())),
    );
    if !unreadable.is_empty() {
        let names = unreadable.iter().map(|name| (*name).to_owned());
        kept.insert(UNREADABLE.to_owned(), names.collect());
    }
    kept.extend(
        form.encoded_bytes()
            .map(|(name, values)| (format!("(bytes) {name}"), values)),
    );
    kept
}

/// Splits stored parameters into form and URL parameters.
#[must_use]
pub fn from_kept(mut kept: BTreeMap<String, Vec<String>>) -> (Form, Form) {
    kept.retain(|name, _| !name.starts_with(NOTE_MARK));
    let (query, form): (BTreeMap<_, _>, BTreeMap<_, _>) =
        kept.into_iter().partition(|(name, _)| name.starts_with(QUERY_MARK));
    let query = query
        .into_iter()
        .map(|(name, values)| (name[QUERY_MARK.len()..].to_owned(), values))
        .collect();
    (Form::from_parameters(form), Form::from_parameters(query))
}

impl Callback<'_> {
    /// A parameter that is an identifier.
    fn identifier(&self, name: &str) -> Option<String> {
        self.form.get(name).and_then(read::identifier)
    }

    /// A parameter that is the address of a party, unless it is too long for one.
    fn address(&self, name: &str) -> Option<&str> {
        self.form.get(name).filter(|text| read::is_address(text))
    }

    /// A parameter that is a whole number.
    fn number(&self, name: &str) -> Option<u32> {
        self.form.get(name).and_then(read::whole_number)
    }

    /// A parameter that is a duration in seconds.
    fn seconds(&self, name: &str) -> Option<u32> {
        self.form.get(name).and_then(read::seconds)
    }

    /// A keyword in the callback URL.
    fn word<T: FromStr>(&self, name: &str) -> Option<T> {
        self.query.get(name)?.parse().ok()
    }

    /// The call: from the callback URL, else the parent leg, else the leg itself.
    fn call_id(&self) -> Result<CallId, NotUnderstood> {
        self.own_call_id()
            .or_else(|| self.identifier("ParentCallSid").map(CallId))
            .or_else(|| self.identifier("CallSid").map(CallId))
            .ok_or(NotUnderstood(
                "neither `call_id` nor ParentCallSid nor CallSid identifies the call",
            ))
    }

    /// The call in the callback URL.
    fn own_call_id(&self) -> Option<CallId> {
        self.query.get("call_id").and_then(read::identifier).map(CallId)
    }

    /// When it happened: the provider's `Timestamp`, else the time of receipt.
    fn observed_at(&self) -> (Timestamp, ClockSource) {
        self.form
            .get(read::TIMESTAMP)
            .and_then(|text| read::happened_at(text, self.received_at))
            .map_or((self.received_at, ClockSource::Local), |timestamp| {
                (timestamp, ClockSource::Provider)
            })
    }

    /// The recording: its identifier, else the last part of its URL.
    fn recording_sid(&self) -> Option<String> {
        let is_recording = |sid: &String| sid.starts_with("RE");
        self.identifier("RecordingSid").filter(is_recording).or_else(|| {
            let path = self.form.get("RecordingUrl")?.split(['?', '#']).next()?;
            let file = path.rsplit('/').next()?;
            read::identifier(file.split('.').next()?).filter(is_recording)
        })
    }

    /// Where the recording is, by Twilio's documentation if the callback does not say so. Empty if the account is unknown.
    fn recording_url(&self, sid: &str) -> String {
        self.form.get("RecordingUrl").map_or_else(
            || {
                self.identifier("AccountSid").map_or_else(String::new, |account| {
                    format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}")
                })
            },
            str::to_owned,
        )
    }

    /// Records that the callback came, when nothing that it says can be read.
    fn as_reported(&self, call_id: CallId) -> Understood {
        self.reported(call_id, "unreadable", false)
    }

    /// Records that the callback came, without an effect other than that its call exists.
    fn reported(&self, call_id: CallId, status: &str, is_conversation: bool) -> Understood {
        let (at, clock) = self.observed_at();
        let (call_sid, sequence_number) = (self.identifier("CallSid"), self.number("SequenceNumber"));
        let key = format!(
            "{}:{call_id}:{}:{status}:{}",
            self.endpoint,
            call_sid.as_deref().unwrap_or_default(),
            in_key(sequence_number)
        );
        let command = HandleOther {
            at,
            clock,
            kind: self.endpoint.to_string(),
            call_sid,
            sequence_number,
            status: status.to_owned(),
            origin: self.origin(is_conversation),
        };
        Understood {
            call_id,
            command: command.into(),
            key,
        }
    }
}

/// The provider's count in a key; empty if it is absent.
fn in_key(sequence_number: Option<u32>) -> String {
    sequence_number.map_or_else(String::new, |number| number.to_string())
}

#[cfg(test)]
mod tests;
