//! Errors in Twilio's format. <https://www.twilio.com/docs/usage/twilios-response#exception-format>

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RestError {
    code: u32,
    status: StatusCode,
    message: String,
}

impl RestError {
    /// 400 with Twilio's error code.
    pub fn bad(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    /// 401: missing or wrong credentials.
    pub fn unauthorized() -> Self {
        Self {
            code: 20003,
            status: StatusCode::UNAUTHORIZED,
            message: "Authenticate".to_owned(),
        }
    }

    /// 404: no resource at this path.
    pub fn not_found(path: &str) -> Self {
        Self {
            code: 20404,
            status: StatusCode::NOT_FOUND,
            message: format!("The requested resource {path} was not found"),
        }
    }

    /// The error of an injected fault.
    pub fn fault(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::TOO_MANY_REQUESTS => (20429, "Too Many Requests"),
            StatusCode::SERVICE_UNAVAILABLE => (20503, "Service is unavailable"),
            StatusCode::INTERNAL_SERVER_ERROR => (20500, "An internal server error has occurred"),
            status => {
                return Self {
                    code: u32::from(status.as_u16()) + 20_000,
                    status,
                    message: status.canonical_reason().unwrap_or("Error").to_owned(),
                };
            }
        };
        Self {
            code,
            status,
            message: message.to_owned(),
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let basic = axum::http::HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert("www-authenticate", basic);
        }
        response
    }
}
