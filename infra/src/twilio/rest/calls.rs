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

/// Parameters of a new call.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// E.164, or `client:<identity>`.
    pub to: Personal<String>,
    /// Caller ID, one of our numbers in E.164.
    pub from: Personal<String>,
    /// TwiML source when the call is answered.
    pub answer: Answer,
    pub status_callback: Option<String>,
    /// Reported events; if empty, only the end.
    pub status_callback_events: Vec<CallProgress>,
    /// Ringing time in seconds; Twilio's default is 60.
    pub timeout_s: Option<u32>,
    /// Maximum call duration in seconds.
    pub time_limit_s: Option<u32>,
    pub machine_detection: Option<MachineDetection>,
}

/// TwiML source of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Twilio requests this URL with POST.
    Url(String),
    /// This document, which may contain speech of a model or a person.
    Twiml(Personal<String>),
    /// Twilio requests the voice URL of this TwiML application.
    Application(String),
}

/// Answering machine detection (<https://www.twilio.com/docs/voice/answering-machine-detection>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineDetection {
    /// Wait for the end of the machine's greeting.
    pub until_message_end: bool,
    /// Webhook for the result of asynchronous detection. `None` for synchronous detection, which delays the call.
    pub callback: Option<String>,
}

/// Call events that Twilio can report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallProgress {
    /// The call left the queue.
    Initiated,
    Ringing,
    Answered,
    Completed,
}

/// Change to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallUpdate {
    /// Continue with other TwiML. [`Answer::Application`] is for new calls only.
    Redirect(Answer),
    /// End the call.
    HangUp,
    /// End the call if it has not been answered.
    Cancel,
}

/// A call resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// `CA...`
    pub sid: String,
    /// Parent leg.
    #[serde(default)]
    pub parent_call_sid: Option<String>,
    pub status: CallStatus,
    #[serde(default = "empty_number", deserialize_with = "fields::personal")]
    pub to: Personal<String>,
    #[serde(default = "empty_number", deserialize_with = "fields::personal")]
    pub from: Personal<String>,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    #[serde(default)]
    pub direction: Option<String>,
    /// Time of answer.
    #[serde(default, deserialize_with = "fields::moment")]
    pub start_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::moment")]
    pub end_time: Option<Timestamp>,
    /// Duration in seconds.
    #[serde(default, rename = "duration", deserialize_with = "fields::seconds")]
    pub duration_s: Option<u32>,
    /// Result of answering machine detection, if requested.
    #[serde(default)]
    pub answered_by: Option<String>,
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    price_unit: Option<String>,
}

fn empty_number() -> Personal<String> {
    String::new().into()
}

/// Status of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    Queued,
    Initiated,
    Ringing,
    /// Answered and connected.
    InProgress,
    /// Ended after it was answered.
    Completed,
    Busy,
    Failed,
    NoAnswer,
    /// Canceled by us before it was answered.
    Canceled,
    /// A status unknown to this version.
    #[serde(other)]
    Other,
}

impl CallStatus {
    /// Twilio's name of the status.
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

    /// Whether the status is final.
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
    /// Cost of the call; `None` until Twilio has priced it.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        fields::cost(self.price.as_deref(), self.price_unit.as_deref())
    }
}

impl NewCall {
    /// Creates the parameters of a call without optional settings.
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
    /// Places a call. After an error that is not [`TwilioError::is_safe_to_retry`], the call may have been placed.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
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

    /// Fetches a call.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when it does not exist; otherwise when Twilio does not answer.
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
    /// [`TwilioError::is_already_over`] when the call has ended; otherwise when Twilio rejects the request or does not
    /// answer.
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
