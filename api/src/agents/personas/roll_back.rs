//! `POST /api/agents/{id}/personas/{version}/rollback`: activates a version that was approved before.

use super::PersonaResource;
use super::view::Personas;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::agent::AgentCommand;

/// Activates a version that was approved before, from the next call on; 0 is the prompt alone.
#[utoipa::path(
    post, path = "/api/agents/{id}/personas/{version}/rollback", tag = "agents",
    params(("id" = String, Path), ("version" = u32, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Personas),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
    )
)]
pub async fn roll_back_persona(
    State(personas): State<PersonaResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf((id, version)): PathOf<(String, u32)>,
) -> Result<WriteResponse<Personas>, ApiError> {
    signed_in.may(Permission::ApprovePersonas)?;
    let command = AgentCommand::RollBackPersona {
        at: personas.agents.clock.now(),
        to: version,
        by: signed_in.by(),
    };
    let endpoint = "POST /api/agents/{id}/personas/{version}/rollback";
    let (position, changed) = personas.change(&signed_in, &key, endpoint, &id, command).await?;
    Ok(WriteResponse::changed(position, changed))
}
