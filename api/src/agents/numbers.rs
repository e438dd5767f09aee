//! `GET` and `PUT /api/phone-numbers`: lists and changes which agent answers which number.

use super::{AgentResource, DEFAULT};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, WriteResponse};
use axum::Json;
use axum::extract::State;
use engine::SharedEngine;
use engine::number_assignment::assign;
use projections::agents::queries::Agents;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An assigned number.
#[derive(Serialize, ToSchema)]
pub struct PhoneNumber {
    /// E.164.
    number: String,
    /// ID of the agent that answers it.
    agent: String,
}

/// The assignment of a number to an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignNumber {
    /// E.164.
    #[schema(example = "+15045550100")]
    number: String,
    /// ID of the agent; `null` unassigns the number, so that the default agent answers it.
    agent: Option<String>,
}

/// The assigned numbers. The default agent answers all other numbers.
#[utoipa::path(get, path = "/api/phone-numbers", tag = "agents", responses((status = OK, body = Vec<PhoneNumber>)))]
pub async fn list_numbers(
    State(queries): State<Agents>,
    signed_in: SignedIn,
) -> Result<Json<Vec<PhoneNumber>>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    let rows = queries.numbers(signed_in.tenant()).await?;
    Ok(Json(
        rows.into_iter()
            .map(|row| PhoneNumber {
                number: row.number,
                agent: row.agent_id,
            })
            .collect(),
    ))
}

/// Assigns a number, which belongs to the tenant from now on. It is first unassigned from its current agent, then assigned to the new one. If the process is
/// killed in between, the default agent answers the number, and the request can be repeated.
#[utoipa::path(
    put, path = "/api/phone-numbers", tag = "agents", request_body = AssignNumber,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = PhoneNumber),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The number belongs to another tenant."),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn assign_number(
    State(agents): State<AgentResource>,
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<AssignNumber>,
) -> Result<WriteResponse<PhoneNumber>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let number = crate::web::phone_number("/number", &body.number)?;
    if let Some(agent_id) = &body.agent {
        agents.agent(&signed_in, agent_id).await.map_err(|error| match error {
            ApiError::NotFound(_) => ApiError::field("/agent", "is not the ID of an agent"),
            error => error,
        })?;
    }
    let by = signed_in.user.user_id.as_str();
    // The first command of a request has the request's key.
    let metadata = |command| {
        let key = if command == 0 { key.clone() } else { key.part(command) };
        signed_in.metadata("PUT /api/phone-numbers", key.of(by))
    };
    let agent = body.agent.as_deref();
    let position = assign(&engine, signed_in.tenant(), &number, agent, by, metadata).await?;
    agents.changed(position).await;
    let agent = body.agent.unwrap_or_else(|| DEFAULT.to_owned());
    Ok(WriteResponse::changed(position, PhoneNumber { number, agent }))
}
