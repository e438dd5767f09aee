//! `POST /api/agents`: creates an agent.

use super::settings::Settings;
use super::{AgentResource, AgentView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::idempotency::stream_of_first;
use crate::web::{Body, CommandKey, WriteResponse};
use axum::extract::State;
use domain::agent::{Agent, AgentCommand};
use infra::clock::new_id;

/// Creates an agent. `name` is required.
#[utoipa::path(
    post, path = "/api/agents", tag = "agents", request_body = Settings,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = CREATED, body = AgentView), (status = FORBIDDEN, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_agent(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<Settings>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let id = new_id("agent");
    let command = AgentCommand::Create {
        at: agents.clock.now(),
        settings: body.into(),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("POST /api/agents", key.of(&signed_in.user.user_id));
    let executed = agents.ledger.execute::<Agent>(&id, command, metadata).await?;
    let id = stream_of_first(&agents.ledger, &executed, id).await?;
    agents.wait(executed.position).await;
    let agent = agents.view(&signed_in, &id).await?;
    Ok(WriteResponse::created(
        executed.position,
        format!("/api/agents/{id}"),
        agent,
    ))
}
