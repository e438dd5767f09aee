//! `POST /api/agents`: creates an agent.
//!
//! The body has the shape of `PUT /api/agents/{id}`. Settings at its top level are accepted too.

use super::edit::{EditAgent, apply};
use super::{AgentResource, AgentView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::idempotency::stream_of_first;
use crate::web::json_tree::JsonTree;
use crate::web::{AnyBody, CommandKey, WriteResponse};
use axum::extract::State;
use domain::agent::{Agent, AgentCommand};
use infra::clock::new_id;

/// Creates an agent. `settings.name` is required.
#[utoipa::path(
    post, path = "/api/agents", tag = "agents", request_body = EditAgent,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = CREATED, body = AgentView), (status = FORBIDDEN, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_agent(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    AnyBody(body): AnyBody,
) -> Result<WriteResponse<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let EditAgent {
        settings,
        hours,
        emergency_closed,
    } = read(body)?;
    let rest = apply(&agents, &signed_in, EditAgent::of(hours, emergency_closed))?;
    let id = new_id("agent");
    let command = AgentCommand::Create {
        at: agents.clock.now(),
        settings: settings.into(),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("POST /api/agents", key.of(&signed_in.user.user_id));
    let executed = agents.ledger.execute::<Agent>(&id, command, metadata).await?;
    let id = stream_of_first(&agents.ledger, &executed, id).await?;
    let mut position = executed.position;
    for (part, command) in rest.into_iter().enumerate() {
        let key = key.part(part);
        position = agents
            .execute(&signed_in, &key, "POST /api/agents", &id, command)
            .await?;
    }
    agents.wait(position).await;
    let agent = agents.view(&signed_in, &id).await?;
    Ok(WriteResponse::created(position, format!("/api/agents/{id}"), agent))
}

/// The new agent: settings, hours and closure apart if one of them is named, otherwise settings alone.
fn read(body: JsonTree) -> Result<EditAgent, ApiError> {
    if ["settings", "hours", "emergency_closed"]
        .into_iter()
        .any(|field| body.has_field(field))
    {
        body.read()
    } else {
        Ok(EditAgent::of_settings(body.read()?))
    }
}
