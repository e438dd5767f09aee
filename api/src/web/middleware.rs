//! What every request passes: an identifier, one log line, figures, a time limit, and an answer even after a panic.

use crate::error::ApiError;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use infra::clock::new_id;
use std::any::Any;
use std::time::{Duration, Instant};
use tower_http::request_id::{MakeRequestId, RequestId};
use tracing::Instrument as _;

/// The header that carries a request's identifier, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// No request takes longer, but for a live feed: Twilio waits 15 s in all.
const LONGEST: Duration = Duration::from_secs(14);

/// Names requests that come without a name.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        new_id("req").parse().ok().map(RequestId::new)
    }
}

/// Drops a request's own identifier unless it is a sane one: it goes into log lines.
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

/// One log line and one observation for each request. The route is named by its pattern: a path may hold a value.
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
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), took_ms, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), took_ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// Gives up on a request that takes too long. What it has begun to write may still become durable: a client that sent an
/// `Idempotency-Key`, and Twilio with its token, may safely ask again.
pub async fn bounded(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Unavailable(anyhow::anyhow!("the request took more than {LONGEST:?}")).into_response(),
    }
}

/// A panic is answered like any other fault of ours. Its message is not logged: it may quote anything.
pub fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// Answers by frameworks that are no documents become documents: bodies that are too large, methods that do not exist.
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
        StatusCode::NOT_FOUND => ApiError::NotFound("thing at this address").into_response(),
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
