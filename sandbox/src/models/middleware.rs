//! Middleware of the model surfaces: API key check, injected fault, configured delay.

use super::Models;
use super::error::{Dialect, Refusal};
use super::faults::FaultKind;
use super::surface::Surface;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use std::io;
use std::time::Duration;

const ANTHROPIC_KEY: &str = "x-api-key";
const ANTHROPIC_VERSION: &str = "anthropic-version";

pub(super) async fn handle(State(models): State<Models>, request: Request, next: Next) -> Response {
    let Some(surface) = Surface::at(request.uri().path()) else {
        return next.run(request).await;
    };
    let dialect = surface.dialect();
    let mut response = match answer(&models, surface, request, next).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(dialect),
    };
    let (header, prefix) = match dialect {
        Dialect::OpenAi => ("x-request-id", "req-sandbox"),
        Dialect::Anthropic => ("request-id", "req_sandbox"),
    };
    if let Ok(id) = HeaderValue::from_str(&models.next_id(prefix)) {
        response.headers_mut().insert(HeaderName::from_static(header), id);
    }
    response
}

async fn answer(models: &Models, surface: Surface, request: Request, next: Next) -> Result<Response, Refusal> {
    check_key(models, surface, request.headers())?;
    let fault = models.inner().faults.take(surface);
    let delay = fault.as_ref().map_or(0, |fault| fault.delay_ms);
    pause(models, models.inner().settings.delay + Duration::from_millis(delay)).await;
    match fault.and_then(|fault| fault.kind) {
        None => Ok(next.run(request).await),
        Some(FaultKind::Status { status, retry_after }) => {
            let status = StatusCode::from_u16(status.get()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Err(Refusal::of_status(status, retry_after))
        }
        Some(FaultKind::Hang) => {
            models.stopped().await;
            Err(Refusal::of_status(StatusCode::SERVICE_UNAVAILABLE, None))
        }
        Some(kind @ (FaultKind::Malformed | FaultKind::Cut | FaultKind::Stall)) => {
            truncate(models, next.run(request).await, kind).await
        }
    }
}

/// Sleeps for `time`, or until the server stops.
async fn pause(models: &Models, time: Duration) {
    if !time.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = models.stopped() => {}
        }
    }
}

/// Sends the first half of a response, then applies the fault.
async fn truncate(models: &Models, response: Response, kind: FaultKind) -> Result<Response, Refusal> {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Refusal::of_status(StatusCode::INTERNAL_SERVER_ERROR, None))?;
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(CONTENT_LENGTH);
    let first_half = stream::iter([Ok::<Bytes, io::Error>(half.clone())]);
    let body = match kind {
        FaultKind::Cut => Body::from_stream(first_half.chain(stream::once(async {
            // Gives the written half time to be sent before the connection breaks.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }))),
        FaultKind::Stall => {
            let models = models.clone();
            Body::from_stream(first_half.chain(stream::once(async move {
                models.stopped().await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            })))
        }
        _ => Body::from(half),
    };
    Ok(Response::from_parts(parts, body))
}

/// Checks `Authorization: Bearer ...`. Anthropic's surface also accepts `x-api-key`; its newer clients send the bearer
/// form. Every request passes when no keys are configured.
fn check_key(models: &Models, surface: Surface, headers: &HeaderMap) -> Result<(), Refusal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let dialect = surface.dialect();
    if dialect == Dialect::Anthropic && header(ANTHROPIC_VERSION).is_none() {
        return Err(Refusal::bad(format!("{ANTHROPIC_VERSION}: header is required")));
    }
    let keys = &models.inner().settings.keys;
    if keys.is_empty() {
        return Ok(());
    }
    let bearer = header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let given = match dialect {
        Dialect::OpenAi => bearer,
        Dialect::Anthropic => header(ANTHROPIC_KEY).or(bearer),
    };
    let message = match (given, dialect) {
        (Some(given), _) if keys.iter().any(|key| key == given) => return Ok(()),
        (Some(_), Dialect::OpenAi) => "Incorrect API key provided.",
        (None, Dialect::OpenAi) => {
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth."
        }
        (Some(_), Dialect::Anthropic) => "invalid x-api-key",
        (None, Dialect::Anthropic) => "x-api-key header is required",
    };
    let refusal = Refusal::new(StatusCode::UNAUTHORIZED, message);
    Err(if given.is_some() {
        refusal.with_code("invalid_api_key")
    } else {
        refusal
    })
}
