//! Who can be called, and what they do then.

use super::Refusal;
use crate::network::exchange::Exchange;
use crate::network::person::Behaviour;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn list(State(net): State<Arc<Exchange>>) -> Json<Value> {
    Json(json!({ "parties": net.state().directory }))
}

pub(super) async fn set(
    State(net): State<Arc<Exchange>>,
    Path(address): Path<String>,
    Json(behaviour): Json<Behaviour>,
) -> Result<StatusCode, Refusal> {
    behaviour.check().map_err(Refusal::bad)?;
    net.state().directory.insert(address, behaviour);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn forget(State(net): State<Arc<Exchange>>, Path(address): Path<String>) -> StatusCode {
    match net.state().directory.remove(&address) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
