//! Who may come in, and what goes wrong there on demand. While somebody is in, the clock keeps the world's pace.

use super::error::RestError;
use crate::network::exchange::Exchange;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// Checks the account and its token, or an API key and its secret.
pub(super) async fn guard(State(net): State<Arc<Exchange>>, request: Request, next: Next) -> Response {
    let _held = net.clock.hold();
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
            // Carried out, and its answer is lost.
            next.run(request).await;
            RestError::fault(status).into_response()
        }
        None => next.run(request).await,
    }
}

/// A path of which nothing is known.
pub(super) async fn nowhere(OriginalUri(uri): OriginalUri) -> RestError {
    RestError::not_found(uri.path())
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn fault(net: &Exchange, path: &str) -> Option<(StatusCode, bool)> {
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
