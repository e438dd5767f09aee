//! [`WriteResponse`]: the response to a write, with the log position of its last event.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use infra::event_store::Position;
use serde::Serialize;

/// Response header with the position of the last event.
pub const POSITION: HeaderName = HeaderName::from_static("x-ledger-position");

/// The response to a write.
#[derive(Debug)]
pub struct WriteResponse<T> {
    status: StatusCode,
    position: Position,
    location: Option<String>,
    body: T,
}

impl<T> WriteResponse<T> {
    /// 200 for a change.
    pub fn changed(position: Position, body: T) -> Self {
        Self {
            status: StatusCode::OK,
            position,
            location: None,
            body,
        }
    }

    /// 201 for a new resource at `location`.
    pub fn created(position: Position, location: String, body: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            position,
            location: Some(location),
            body,
        }
    }
}

impl<T: Serialize> IntoResponse for WriteResponse<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(POSITION, HeaderValue::from(self.position));
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

/// 204 for a write without a body.
#[derive(Clone, Copy, Debug)]
pub struct NoContent(pub Position);

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        (StatusCode::NO_CONTENT, [(POSITION, HeaderValue::from(self.0))]).into_response()
    }
}
