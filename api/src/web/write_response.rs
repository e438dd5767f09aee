//! [`WriteResponse`]: the answer to a write, with the position that the ledger gave it.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use infra::event_store::Position;
use serde::Serialize;

/// The header that carries the position of a write's last event.
pub const POSITION: HeaderName = HeaderName::from_static("x-ledger-position");

/// The answer to a write.
#[derive(Debug)]
pub struct WriteResponse<T> {
    status: StatusCode,
    position: Position,
    location: Option<String>,
    body: T,
}

impl<T> WriteResponse<T> {
    /// Something was changed.
    pub fn changed(position: Position, body: T) -> Self {
        Self {
            status: StatusCode::OK,
            position,
            location: None,
            body,
        }
    }

    /// Something new is at `location`.
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

/// The answer to a write that leaves nothing to show.
#[derive(Clone, Copy, Debug)]
pub struct NoContent(pub Position);

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        (StatusCode::NO_CONTENT, [(POSITION, HeaderValue::from(self.0))]).into_response()
    }
}
