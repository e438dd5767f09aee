//! [`TwiML`]: the response to a webhook.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use infra::twilio::twiml;

/// A TwiML response; empty for status callbacks, whose response Twilio ignores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwiML(pub twiml::Response);

impl TwiML {
    /// An empty response.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }
}

impl IntoResponse for TwiML {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], self.0.to_xml()).into_response()
    }
}
