//! Webhooks: URLs of the service, requests to them, and their answers.

use bytes::Bytes;
use thiserror::Error;
use url::{Url, form_urlencoded};

/// An absolute URL of the service and its method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Includes the fragment, which holds connection overrides.
    pub url: String,
    /// GET instead of POST.
    pub get: bool,
}

/// A callback URL and the events sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub address: Address,
    /// TwiML event names: `answered`, `completed`, `join`, ...
    pub events: Vec<String>,
}

impl Listener {
    /// Whether an event of this name is sent to it.
    #[must_use]
    pub fn subscribes(&self, event: &str) -> bool {
        self.events.iter().any(|subscribed| subscribed == event)
    }
}

/// A request to the service.
#[derive(Debug, Clone)]
pub struct WebhookRequest {
    pub call_sid: String,
    /// Purpose: `document`, `status`, `recording`, `conference`, ...
    pub why: &'static str,
    pub address: Address,
    pub params: Vec<(String, String)>,
    /// Idempotency token, the same in every attempt.
    pub token: String,
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Below 300.
    pub status: u16,
    /// Lower case, without parameters.
    pub content_type: String,
    pub body: Bytes,
}

/// Why a request has no usable answer.
#[derive(Debug, Clone, Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// As in <https://www.twilio.com/docs/api/errors>.
    pub code: u32,
    pub message: String,
}

impl WebhookRequest {
    /// The public URL, which is signed, and the body. For GET all parameters are in the URL.
    pub(super) fn request(&self) -> Result<(Url, Option<String>), Failure> {
        let mut url = Url::parse(&self.address.url).map_err(|error| Failure {
            code: 11100,
            message: format!("invalid webhook URL: {error}"),
        })?;
        url.set_fragment(None);
        if self.address.get {
            if !self.params.is_empty() {
                url.query_pairs_mut().extend_pairs(&self.params);
            }
            return Ok((url, None));
        }
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.params)
            .finish();
        Ok((url, Some(body)))
    }
}
