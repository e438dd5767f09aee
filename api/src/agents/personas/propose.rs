//! `POST /api/agents/{id}/personas`: proposes rules as the next version of an agent's persona.

use super::PersonaResource;
use super::sources::{self, NamedCorrection};
use super::view::Personas;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// A proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersona {
    /// All rules of the version, worded for a prompt: 1 to 50 rules of one line and at most 500 characters. They are
    /// stored in plain text and sent to the model in every call, so they must not contain personal data. Telephone
    /// numbers and e-mail addresses are refused.
    #[schema(example = json!(["Ask for the e-mail address before saying goodbye."]))]
    rules: Vec<String>,
    /// The corrections that the rules are based on: at most 50, all in force.
    #[serde(default)]
    sources: Vec<NamedCorrection>,
}

/// Proposes the next version. It has no effect until an admin approves it.
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
    State(personas): State<PersonaResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<NewPersona>,
) -> Result<WriteResponse<Personas>, ApiError> {
    signed_in.may(Permission::ProposePersonas)?;
    personas.agents.load_history(&signed_in, &id).await?;
    let sources = sources::named(&personas.agents.ledger, &signed_in, &body.sources).await?;
    let command = AgentCommand::ProposePersona {
        at: personas.agents.clock.now(),
        rules: body.rules,
        sources: sources.iter().map(|source| source.position).collect(),
        by: signed_in.by(),
    };
    let endpoint = "POST /api/agents/{id}/personas";
    let (position, changed) = personas.change(&signed_in, &key, endpoint, &id, command).await?;
    Ok(WriteResponse::created(
        position,
        format!("/api/agents/{id}/personas"),
        changed,
    ))
}
