//! Callable parties and their behavior.

use super::Refusal;
use crate::network::party::Behavior;
use crate::network::switch::Switch;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn list(State(net): State<Arc<Switch>>) -> Json<Value> {
    Json(json!({ "parties": net.state().directory }))
}

pub(super) async fn set(
    State(net): State<Arc<Switch>>,
    Path(address): Path<String>,
    Json(behavior): Json<Behavior>,
) -> Result<StatusCode, Refusal> {
    behavior.check().map_err(Refusal::bad)?;
    net.state().directory.insert(address, behavior);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(State(net): State<Arc<Switch>>, Path(address): Path<String>) -> StatusCode {
    match net.state().directory.remove(&address) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
