//! Error responses in the format of the requested provider.
//!
//! `OpenAI`: <https://platform.openai.com/docs/guides/error-codes>; Anthropic:
//! <https://docs.anthropic.com/en/api/errors>.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Error format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
}

/// An error response.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub message: String,
    /// `OpenAI`'s `error.code`.
    pub code: Option<&'static str>,
    /// `OpenAI`'s `error.param`: the invalid parameter.
    pub param: Option<&'static str>,
    /// Seconds.
    pub retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            code: None,
            param: None,
            retry_after: None,
        }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn with_param(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    pub(super) fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Default error for a status, for injected faults.
    pub(super) fn of_status(status: StatusCode, retry_after: Option<u64>) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => (Some("invalid_api_key"), "Incorrect API key provided."),
            StatusCode::NOT_FOUND => (
                Some("model_not_found"),
                "The model does not exist or you do not have access to it.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (Some("rate_limit_exceeded"), "Rate limit reached for requests."),
            StatusCode::SERVICE_UNAVAILABLE => (None, "The engine is currently overloaded, please try again later."),
            status if status.is_server_error() => (None, "The server had an error while processing your request."),
            _ => (None, "The request was refused."),
        };
        Self {
            code,
            retry_after,
            ..Self::new(status, message)
        }
    }

    pub(super) fn into_response(self, dialect: Dialect) -> Response {
        let body = match dialect {
            Dialect::OpenAi => json!({ "error": {
                "message": self.message,
                "type": self.openai_type(),
                "param": self.param,
                "code": self.code,
            }}),
            Dialect::Anthropic => json!({
                "type": "error",
                "error": { "type": self.anthropic_type(), "message": self.message },
            }),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn openai_type(&self) -> &'static str {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => "requests",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    fn anthropic_type(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        }
    }
}
