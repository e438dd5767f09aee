//! `PUT /api/agents/{id}/emergency`: routes all callers of an agent to the voicemail until further notice.

use super::{AgentResource, AgentView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// The emergency closure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutEmergency {
    /// Whether all callers are routed to the voicemail.
    closed: bool,
}

/// Starts or ends the emergency closure.
#[utoipa::path(
    put, path = "/api/agents/{id}/emergency", tag = "agents", request_body = PutEmergency,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn put_emergency(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<PutEmergency>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let (at, by) = (agents.clock.now(), signed_in.by());
    let command = if body.closed {
        AgentCommand::CloseForEmergency { at, by }
    } else {
        AgentCommand::LiftEmergency { at, by }
    };
    let position = agents
        .execute(&signed_in, &key, "PUT /api/agents/{id}/emergency", &id, command)
        .await?;
    Ok(WriteResponse::changed(position, agents.view(&signed_in, &id).await?))
}
