//! Twilio's event log of a call: every webhook that it sent, with our response.
//!
//! Available from about 15 minutes after the end: <https://www.twilio.com/docs/voice/api/call-event-resource>.
//! Parameter names are in `snake_case`. Most values are personal, so the parameters stay wrapped in [`Personal`]; other
//! fields are read if they contain no personal data.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use domain::{Personal, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A webhook request and our response.
#[derive(Clone, Debug, Deserialize)]
pub struct CallEvent {
    /// Webhook request.
    pub request: CallEventRequest,
    /// Our response.
    #[serde(default)]
    pub response: CallEventResponse,
}

/// Webhook request.
#[derive(Clone, Debug, Deserialize)]
pub struct CallEventRequest {
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub method: String,
    #[serde(default = "nothing", deserialize_with = "parameters")]
    pub parameters: Personal<BTreeMap<String, String>>,
}

/// Our response.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CallEventResponse {
    /// HTTP status; `None` without a response.
    #[serde(default, rename = "response_code", deserialize_with = "super::fields::number")]
    pub status: Option<u32>,
    /// Response time in milliseconds.
    #[serde(default, rename = "request_duration", deserialize_with = "super::fields::number")]
    pub took_ms: Option<u32>,
    #[serde(default, rename = "date_created", deserialize_with = "super::fields::moment")]
    pub at: Option<Timestamp>,
}

fn nothing() -> Personal<BTreeMap<String, String>> {
    BTreeMap::new().into()
}

fn parameters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Personal<BTreeMap<String, String>>, D::Error> {
    let parameters = Option::<BTreeMap<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
    let as_text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let parameters: BTreeMap<_, _> = parameters
        .into_iter()
        .map(|(name, value)| (name, as_text(value)))
        .collect();
    Ok(parameters.into())
}

impl TwilioRest {
    /// Fetches all webhook requests of a call.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn call_events(&self, call_sid: &str) -> Result<Vec<CallEvent>, TwilioError> {
        let ask = Ask {
            resource: "events",
            method: Method::GET,
            path: &["Calls", call_sid, "Events.json"],
            params: Params::new(),
            call_sid: Some(call_sid),
        };
        self.all(ask, "events").await
    }
}
