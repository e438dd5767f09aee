//! Reading and setting the injected faults.

use crate::network::faults::Faults;
use crate::network::switch::Switch;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

pub(super) async fn show(State(net): State<Arc<Switch>>) -> Json<Faults> {
    Json(net.state().faults.clone())
}

pub(super) async fn set(State(net): State<Arc<Switch>>, Json(faults): Json<Faults>) -> Json<Faults> {
    let mut state = net.state();
    state.faults = faults.clone();
    // They stay until they are set again.
    state.faults_of = None;
    Json(faults)
}
