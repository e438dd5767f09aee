//! Twilio's own record of a call: every request that it sent us, and what we answered.
//!
//! There from about 15 minutes after the end: <https://www.twilio.com/docs/voice/api/call-event-resource>. Names of
//! parameters are written in `snake_case` there. Most values are personal: of the rest, fields that are free of it are
//! read, and the parameters stay sealed in [`Personal`].

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use domain::{Personal, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A request of Twilio's, and our answer.
#[derive(Clone, Debug, Deserialize)]
pub struct CallEvent {
    /// What Twilio asked.
    pub request: CallEventRequest,
    /// What we answered.
    #[serde(default)]
    pub response: CallEventResponse,
}

/// What Twilio asked.
#[derive(Clone, Debug, Deserialize)]
pub struct CallEventRequest {
    /// Whom it asked.
    #[serde(default)]
    pub url: String,
    /// By what method.
    #[serde(default)]
    pub method: String,
    /// With what.
    #[serde(default = "nothing", deserialize_with = "parameters")]
    pub parameters: Personal<BTreeMap<String, String>>,
}

/// What we answered.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CallEventResponse {
    /// HTTP's status; nothing when there was no answer.
    #[serde(default, rename = "response_code", deserialize_with = "super::fields::number")]
    pub status: Option<u32>,
    /// How long we took, in milliseconds.
    #[serde(default, rename = "request_duration", deserialize_with = "super::fields::number")]
    pub took_ms: Option<u32>,
    /// When.
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
    /// Everything that Twilio asked us about a call.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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
