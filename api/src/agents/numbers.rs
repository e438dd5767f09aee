//! `GET` and `PUT /api/phone-numbers`: which agent answers which of our numbers.

use super::{DEFAULT, agent, order};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, Written};
use axum::Json;
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number of ours.
#[derive(Serialize, ToSchema)]
pub struct PhoneNumber {
    /// E.164.
    number: String,
    /// The agent that answers it.
    agent: String,
}

/// Which agent is to answer a number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignNumber {
    /// E.164.
    #[schema(example = "+15045550100")]
    number: String,
    /// The agent; `null` leaves the number to the default agent.
    agent: Option<String>,
}

/// Numbers that were assigned. Any other is answered by the default agent.
#[utoipa::path(get, path = "/api/phone-numbers", tag = "agents", responses((status = OK, body = Vec<PhoneNumber>)))]
pub async fn list_numbers(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Json<Vec<PhoneNumber>>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    let rows = state.read.agents.numbers(signed_in.tenant()).await?;
    Ok(Json(
        rows.into_iter()
            .map(|row| PhoneNumber {
                number: row.number,
                agent: row.agent_id,
            })
            .collect(),
    ))
}

/// Assigns a number: first the agent that has it gives it up, then the other takes it. Should we be killed in between,
/// the default agent answers, and the request can be repeated.
#[utoipa::path(
    put, path = "/api/phone-numbers", tag = "agents", request_body = AssignNumber,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = PhoneNumber),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn assign_number(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(wanted): Body<AssignNumber>,
) -> Result<Written<PhoneNumber>, ApiError> {
    const ENDPOINT: &str = "PUT /api/phone-numbers";
    signed_in.may(Permission::EditAgents)?;
    if !domain::phone::is_e164(&wanted.number) {
        return Err(ApiError::field("/number", "is not a number in E.164 form"));
    }
    if let Some(wanted) = &wanted.agent {
        agent(&state, &signed_in, wanted).await.map_err(|error| match error {
            ApiError::NotFound(_) => ApiError::field("/agent", "is no agent of yours"),
            error => error,
        })?;
    }
    let (number, at, by) = (wanted.number, state.clock.now(), signed_in.by());
    let mut position = state.ledger.known_head();
    let rows = state.read.agents.numbers(signed_in.tenant()).await?;
    let others = rows
        .into_iter()
        .filter(|row| row.number == number && Some(&row.agent_id) != wanted.agent.as_ref());
    for (part, row) in others.enumerate() {
        let command = AgentCommand::UnassignNumber {
            at,
            number: number.clone(),
            by: by.clone(),
        };
        position = order(
            &state,
            &signed_in,
            &key.part(part + 1),
            ENDPOINT,
            &row.agent_id,
            command,
        )
        .await?;
    }
    if let Some(agent) = &wanted.agent {
        let command = AgentCommand::AssignNumber {
            at,
            number: number.clone(),
            by,
        };
        position = order(&state, &signed_in, &key, ENDPOINT, agent, command).await?;
    }
    let agent = wanted.agent.unwrap_or_else(|| DEFAULT.to_owned());
    Ok(Written::changed(position, PhoneNumber { number, agent }))
}
