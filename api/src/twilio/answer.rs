//! [`TwiML`]: what Twilio is answered.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use infra::twilio::twiml;

/// Orders to Twilio, or none: a status callback's answer is not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwiML(pub twiml::Response);

impl TwiML {
    /// No orders.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }
}

impl IntoResponse for TwiML {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], self.0.to_xml()).into_response()
    }
}
