//! Calls: <https://www.twilio.com/docs/voice/api/call-resource>.

use super::fields;
use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use domain::money::Money;
use domain::{Personal, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use std::fmt;

/// A call to be placed.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// Who is called: E.164, or `client:<identity>`.
    pub to: Personal<String>,
    /// Our number that is shown, E.164.
    pub from: Personal<String>,
    /// What happens when it is picked up.
    pub answer: Answer,
    /// Where Twilio tells what becomes of it.
    pub status_callback: Option<String>,
    /// Which steps it tells; none: the end alone.
    pub status_callback_events: Vec<CallProgress>,
    /// How long it rings, in seconds; Twilio's own limit is 60.
    pub timeout_s: Option<u32>,
    /// How long it may last, in seconds.
    pub time_limit_s: Option<u32>,
    /// Whether Twilio finds out who picks up.
    pub machine_detection: Option<MachineDetection>,
}

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Twilio asks this address, by POST.
    Url(String),
    /// This document. It may hold what a model or a person said.
    Twiml(Personal<String>),
    /// Twilio asks the address of this TwiML application.
    Application(String),
}

/// Answering machine detection (<https://www.twilio.com/docs/voice/answering-machine-detection>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineDetection {
    /// Whether to wait for the end of the machine's greeting.
    pub until_message_end: bool,
    /// Where Twilio tells the verdict while the call goes on already; `None`: the call waits for it.
    pub callback: Option<String>,
}

/// Steps of a call that Twilio can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallProgress {
    /// It left the queue.
    Initiated,
    /// It rings.
    Ringing,
    /// It was picked up.
    Answered,
    /// It ended.
    Completed,
}

/// What is to change in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallUpdate {
    /// It does something else from now on. ([`Answer::Application`] is for new calls alone.)
    Redirect(Answer),
    /// It ends.
    HangUp,
    /// It ends if it has not been picked up.
    Cancel,
}

/// A call, as Twilio knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// `CA...`
    pub sid: String,
    /// The call that this one is a leg of.
    #[serde(default)]
    pub parent_call_sid: Option<String>,
    /// What has become of it.
    pub status: CallStatus,
    /// Who is called.
    #[serde(default = "nobody", deserialize_with = "fields::personal")]
    pub to: Personal<String>,
    /// Who calls.
    #[serde(default = "nobody", deserialize_with = "fields::personal")]
    pub from: Personal<String>,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    #[serde(default)]
    pub direction: Option<String>,
    /// When it was picked up.
    #[serde(default, deserialize_with = "fields::moment")]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "fields::moment")]
    pub end_time: Option<Timestamp>,
    /// How long it lasted, in seconds.
    #[serde(default, rename = "duration", deserialize_with = "fields::number")]
    pub duration_s: Option<u32>,
    /// Who picked up, where that was asked for.
    #[serde(default)]
    pub answered_by: Option<String>,
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    price_unit: Option<String>,
}

fn nobody() -> Personal<String> {
    String::new().into()
}

/// What has become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Twilio will place it.
    Queued,
    /// It is being placed.
    Initiated,
    /// It rings.
    Ringing,
    /// People speak.
    InProgress,
    /// It ended after it was picked up.
    Completed,
    /// It was busy.
    Busy,
    /// It could not be placed.
    Failed,
    /// Nobody picked up.
    NoAnswer,
    /// We took it back.
    Canceled,
    /// A word that Twilio has learned since.
    #[serde(other)]
    Other,
}

impl CallStatus {
    /// Twilio's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
            Self::Other => "other",
        }
    }

    /// Whether nothing more will become of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled
        )
    }
}

impl fmt::Display for CallProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
        })
    }
}

impl Call {
    /// What it cost, once Twilio knows.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        fields::cost(self.price.as_deref(), self.price_unit.as_deref())
    }
}

impl NewCall {
    /// A call from one of our numbers, without any extras.
    #[must_use]
    pub fn new(from: impl Into<String>, to: impl Into<String>, answer: Answer) -> Self {
        Self {
            to: to.into().into(),
            from: from.into().into(),
            answer,
            status_callback: None,
            status_callback_events: Vec::new(),
            timeout_s: None,
            time_limit_s: None,
            machine_detection: None,
        }
    }

    fn params(&self) -> Params {
        let params = Params::new()
            .maybe("To", self.to.text())
            .maybe("From", self.from.text())
            .maybe("StatusCallback", self.status_callback.as_ref())
            .each("StatusCallbackEvent", &self.status_callback_events)
            .maybe("Timeout", self.timeout_s)
            .maybe("TimeLimit", self.time_limit_s);
        let params = self.answer.add(params);
        match &self.machine_detection {
            Some(detection) => detection.add(params),
            None => params,
        }
    }
}

impl Answer {
    fn add(&self, params: Params) -> Params {
        match self {
            Self::Url(url) => params.with("Url", url).with("Method", "POST"),
            Self::Twiml(document) => params.maybe("Twiml", document.text()),
            Self::Application(sid) => params.with("ApplicationSid", sid),
        }
    }
}

impl MachineDetection {
    fn add(&self, params: Params) -> Params {
        let mode = if self.until_message_end {
            "DetectMessageEnd"
        } else {
            "Enable"
        };
        params
            .with("MachineDetection", mode)
            .maybe("AsyncAmd", self.callback.as_ref().map(|_| "true"))
            .maybe("AsyncAmdStatusCallback", self.callback.as_ref())
    }
}

impl CallUpdate {
    fn params(&self) -> Params {
        match self {
            Self::Redirect(answer) => answer.add(Params::new()),
            Self::HangUp => Params::new().with("Status", "completed"),
            Self::Cancel => Params::new().with("Status", "canceled"),
        }
    }
}

impl TwilioRest {
    /// Places a call. After an error that is not [`TwilioError::is_safe_to_retry`], it may have been placed.
    ///
    /// # Errors
    /// When Twilio refuses, or does not answer.
    pub async fn create_call(&self, call: &NewCall) -> Result<Call, TwilioError> {
        self.json(Ask {
            resource: "call",
            method: Method::POST,
            path: &["Calls.json"],
            params: call.params(),
            call_sid: None,
        })
        .await
    }

    /// The call as Twilio knows it at this moment.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when there is none; else when Twilio does not answer.
    pub async fn call(&self, call_sid: &str) -> Result<Call, TwilioError> {
        self.json(Ask {
            resource: "call",
            method: Method::GET,
            path: &["Calls", &format!("{call_sid}.json")],
            params: Params::new(),
            call_sid: Some(call_sid),
        })
        .await
    }

    /// Changes a call.
    ///
    /// # Errors
    /// [`TwilioError::is_already_over`] when there is nothing left to change; else when Twilio refuses or does not answer.
    pub async fn update_call(&self, call_sid: &str, update: &CallUpdate) -> Result<Call, TwilioError> {
        self.json(Ask {
            resource: "call",
            method: Method::POST,
            path: &["Calls", &format!("{call_sid}.json")],
            params: update.params(),
            call_sid: Some(call_sid),
        })
        .await
    }
}
