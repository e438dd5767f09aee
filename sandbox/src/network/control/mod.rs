//! The control endpoints, `/sandbox/...`: they place, type, follow and disturb calls, and serve the clock. Twilio has no
//! equivalent.
//!
//! Without authentication: the network listens on loopback and reaches no real telephone.

mod calls;
mod clock;
mod faults;
mod follow;
mod parties;
mod typing;

use super::switch::Switch;
use axum::Router;
use axum::routing::{get, put};
use std::sync::Arc;

/// The routes of the control endpoints.
pub fn router(net: &Arc<Switch>) -> Router {
    Router::new()
        .route("/sandbox/calls", get(calls::list).post(calls::place))
        .route("/sandbox/calls/{call}", get(calls::show))
        .route("/sandbox/calls/{call}/follow", get(follow::follow))
        .route("/sandbox/calls/{call}/line", get(typing::socket).post(typing::line))
        .route("/sandbox/scenarios", get(calls::scenarios))
        .route("/sandbox/parties", get(parties::list))
        .route("/sandbox/parties/{address}", put(parties::set).delete(parties::remove))
        .route("/sandbox/clock", get(clock::show).put(clock::set))
        .route("/sandbox/clock/follow", get(clock::follow))
        .route("/sandbox/faults", get(faults::show).put(faults::set))
        .with_state(Arc::clone(net))
}

/// An error: status and message.
struct Refusal(axum::http::StatusCode, String);

impl Refusal {
    fn bad(why: impl std::fmt::Display) -> Self {
        Self(axum::http::StatusCode::BAD_REQUEST, why.to_string())
    }

    fn no_call() -> Self {
        Self(axum::http::StatusCode::NOT_FOUND, "no such call".to_owned())
    }
}

impl axum::response::IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        (self.0, axum::Json(serde_json::json!({ "error": self.1 }))).into_response()
    }
}
