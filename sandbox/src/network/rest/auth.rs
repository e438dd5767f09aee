//! Authentication and injected faults of the REST API. The clock runs in real time during a request.

use super::error::RestError;
use crate::network::switch::Switch;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// Accepts the account SID with its auth token, or an API key with its secret.
pub(super) async fn authenticate(State(net): State<Arc<Switch>>, request: Request, next: Next) -> Response {
    let _held = net.clock.hold();
    net.clock.agreed().await;
    let path = request.uri().path().to_owned();
    let (user, password) = basic(request.headers()).unwrap_or_default();
    let options = &net.options;
    let known = (user == options.account_sid && password == options.auth_token)
        || options
            .api_keys
            .iter()
            .any(|(key, secret)| *key == user && *secret == password);
    if !known {
        return RestError::unauthorized().into_response();
    }
    let account = path.split('/').nth(3).unwrap_or_default();
    if account.trim_end_matches(".json") != options.account_sid {
        return RestError::not_found(&path).into_response();
    }
    match fault(&net, &path) {
        Some((status, false)) => RestError::fault(status).into_response(),
        Some((status, true)) => {
            // The request is executed and its answer lost.
            next.run(request).await;
            RestError::fault(status).into_response()
        }
        None => next.run(request).await,
    }
}

/// Answers 404 for an unknown path.
pub(super) async fn unknown_path(OriginalUri(uri): OriginalUri) -> RestError {
    RestError::not_found(uri.path())
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn fault(net: &Switch, path: &str) -> Option<(StatusCode, bool)> {
    let mut state = net.state();
    let faults = &mut state.faults.rest;
    let place = faults
        .iter()
        .position(|fault| fault.next > 0 && path.contains(&fault.path))?;
    faults[place].next -= 1;
    let status = StatusCode::from_u16(faults[place].status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let after = faults[place].after;
    faults.retain(|fault| fault.next > 0);
    Some((status, after))
}
