//! Middleware of every request: request ID, one log line, metrics, a timeout, and a response even after a panic.

use crate::error::ApiError;
use crate::limits::Limits;
use crate::web::address::Address;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use infra::clock::new_id;
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::request_id::{MakeRequestId, RequestId};
use tracing::Instrument as _;

/// Header of the request ID, in requests and responses.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Timeout of a request, except for upgrades: Twilio waits 15 s in total.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(14);

/// Creates IDs for requests without one.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        new_id("req").parse().ok().map(RequestId::new)
    }
}

/// Removes a malformed request ID: it is written to the log.
pub async fn sane_request_id(mut request: Request, next: Next) -> Response {
    let sane = request.headers().get(REQUEST_ID).is_none_or(|value| {
        value.to_str().is_ok_and(|text| {
            (1..=64).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
    });
    if !sane {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Writes one log line and records metrics for each request. The route is its pattern: the path may hold a personal
/// value.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let request_id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("-")
        .to_owned();
    let span = tracing::info_span!("request", %request_id, %method, route, call_id = tracing::field::Empty);
    async move {
        let response = next.run(request).await;
        let (status, took) = (response.status(), started.elapsed());
        let labels = [
            ("method", method.to_string()),
            ("route", route),
            ("status", status.as_u16().to_string()),
        ];
        metrics::counter!("http_requests_total", &labels).increment(1);
        metrics::histogram!("http_request_seconds", &labels[..2]).record(took);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), duration_ms, "request completed");
        } else {
            tracing::debug!(status = status.as_u16(), duration_ms, "request completed");
        }
        response
    }
    .instrument(span)
    .await
}

/// Limits the requests of one address that are handled at once. Not those of the telephone network: it has its own
/// signature, and a proxy that is not known as one would make all of its requests one address's.
pub async fn limited_by_address(
    State(limits): State<Arc<Limits>>,
    address: Address,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/twilio/") {
        return next.run(request).await;
    }
    match limits.begin_request(address.0) {
        Ok(_in_flight) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Times a request out. Its command may still become durable: a client with an `Idempotency-Key`, and Twilio with its
/// token, may safely retry.
pub async fn bounded(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            ApiError::Unavailable(anyhow::anyhow!("the request took more than {REQUEST_TIMEOUT:?}")).into_response()
        }
    }
}

/// The response after a panic. The panic's message is not logged: it may contain personal values.
pub fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// Turns plain error responses of the frameworks (body too large, unknown path, unknown method) into problem documents.
pub async fn documented(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/") || kind.as_bytes().starts_with(b"text/html"));
    if is_document {
        return response;
    }
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge.into_response(),
        StatusCode::NOT_FOUND => ApiError::NotFound("resource").into_response(),
        StatusCode::METHOD_NOT_ALLOWED => {
            let mut document = ApiError::MethodNotAllowed.into_response();
            if let Some(allowed) = response.headers().get(header::ALLOW) {
                document.headers_mut().insert(header::ALLOW, allowed.clone());
            }
            document
        }
        _ => response,
    }
}
