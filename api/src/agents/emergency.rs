//! `PUT /api/agents/{id}/emergency`: the switch that answers nobody until further notice.

use super::{AgentView, order, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// The switch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutEmergency {
    /// Whether nobody is answered: every caller may leave a message.
    closed: bool,
}

/// Closes for an emergency, or lifts that.
#[utoipa::path(
    put, path = "/api/agents/{id}/emergency", tag = "agents", request_body = PutEmergency,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn put_emergency(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<PutEmergency>,
) -> Result<Written<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let (at, by) = (state.clock.now(), signed_in.by());
    let command = if wanted.closed {
        AgentCommand::CloseForEmergency { at, by }
    } else {
        AgentCommand::LiftEmergency { at, by }
    };
    let position = order(&state, &signed_in, &key, "PUT /api/agents/{id}/emergency", &id, command).await?;
    Ok(Written::changed(position, view(&state, &signed_in, &id).await?))
}
