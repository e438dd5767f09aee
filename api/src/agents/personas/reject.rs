//! `POST /api/agents/{id}/personas/{version}/reject`: turns a proposed version down.

use super::change;
use super::view::Personas;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{CommandKey, PathOf, Written};
use axum::extract::State;
use domain::agent::AgentCommand;

/// Turns a proposed version down: it will never be used.
#[utoipa::path(
    post, path = "/api/agents/{id}/personas/{version}/reject", tag = "agents",
    params(("id" = String, Path), ("version" = u32, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Personas),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
    )
)]
pub async fn reject_persona(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf((id, version)): PathOf<(String, u32)>,
) -> Result<Written<Personas>, ApiError> {
    signed_in.may(Permission::ApprovePersonas)?;
    let command = AgentCommand::RejectPersona {
        at: state.clock.now(),
        version,
        by: signed_in.by(),
    };
    let endpoint = "POST /api/agents/{id}/personas/{version}/reject";
    let (position, personas) = change(&state, &signed_in, &key, endpoint, &id, command).await?;
    Ok(Written::changed(position, personas))
}
