//! `POST /api/agents/{id}/personas/{version}/approve`: activates a proposed version.
//!
//! The proposer may approve the version if their role may approve at all: a business with one user must be able to
//! teach its agent, and both names are recorded. An API token may not: a persona is reviewed by a person.

use super::PersonaResource;
use super::view::Personas;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::agent::AgentCommand;

/// Activates a proposed version from the next call on.
#[utoipa::path(
    post, path = "/api/agents/{id}/personas/{version}/approve", tag = "agents",
    params(("id" = String, Path), ("version" = u32, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Personas),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
    ),
    security(("session" = []))
)]
pub async fn approve_persona(
    State(personas): State<PersonaResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf((id, version)): PathOf<(String, u32)>,
) -> Result<WriteResponse<Personas>, ApiError> {
    signed_in.may(Permission::ApprovePersonas)?;
    if signed_in.session.is_none() {
        return Err(ApiError::NotAPerson);
    }
    let command = AgentCommand::ApprovePersona {
        at: personas.agents.clock.now(),
        version,
        by: signed_in.by(),
    };
    let endpoint = "POST /api/agents/{id}/personas/{version}/approve";
    let (position, changed) = personas.change(&signed_in, &key, endpoint, &id, command).await?;
    Ok(WriteResponse::changed(position, changed))
}
