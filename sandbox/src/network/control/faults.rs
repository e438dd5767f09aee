//! What goes wrong.

use crate::network::exchange::{Exchange, Faults};
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

pub(super) async fn show(State(net): State<Arc<Exchange>>) -> Json<Faults> {
    Json(net.state().faults.clone())
}

pub(super) async fn set(State(net): State<Arc<Exchange>>, Json(faults): Json<Faults>) -> Json<Faults> {
    net.state().faults = faults.clone();
    Json(faults)
}
