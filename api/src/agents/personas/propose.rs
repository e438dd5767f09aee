//! `POST /api/agents/{id}/personas`: proposes rules as the next version of an agent's persona.

use super::sources::{self, NamedCorrection};
use super::view::Personas;
use super::{change, theirs};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// A proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersona {
    /// All rules of the version, in words fit for a prompt: 1 to 50 of one line and 500 characters at most. They are kept
    /// in the clear and told to the model in every call: nothing about a person may stand in them. Telephone numbers and
    /// e-mail addresses are refused.
    #[schema(example = json!(["Ask for the e-mail address before saying goodbye."]))]
    rules: Vec<String>,
    /// The corrections that they were drawn from, 50 at most, all in force.
    #[serde(default)]
    sources: Vec<NamedCorrection>,
}

/// Proposes the next version. It changes nothing until an admin approves it.
#[utoipa::path(
    post, path = "/api/agents/{id}/personas", tag = "agents", request_body = NewPersona,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = CREATED, body = Personas),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn propose_persona(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<NewPersona>,
) -> Result<Written<Personas>, ApiError> {
    signed_in.may(Permission::ProposePersonas)?;
    theirs(&state, &signed_in, &id).await?;
    let sources = sources::named(&state, &signed_in, &wanted.sources).await?;
    let command = AgentCommand::ProposePersona {
        at: state.clock.now(),
        rules: wanted.rules,
        sources: sources.iter().map(|source| source.position).collect(),
        by: signed_in.by(),
    };
    let endpoint = "POST /api/agents/{id}/personas";
    let (position, personas) = change(&state, &signed_in, &key, endpoint, &id, command).await?;
    Ok(Written::created(
        position,
        format!("/api/agents/{id}/personas"),
        personas,
    ))
}
