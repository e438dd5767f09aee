//! `POST /api/call-logs`: a call that was made elsewhere is written down by hand.

use super::view::CallDetail;
use super::{ANSWERED_FROM, detail};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::settle::settle;
use crate::web::{Body, CommandKey, Moment, Written};
use axum::extract::State;
use domain::call::Call;
use domain::call::command::CreateManually;
use domain::call::value::{Direction, Outcome};
use domain::{AgentId, Personal};
use infra::clock::new_id;
use serde::Deserialize;
use utoipa::ToSchema;

/// A call that was made elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCall {
    /// `inbound`, `outbound`.
    #[schema(value_type = String, example = "inbound")]
    direction: Direction,
    /// The caller's number.
    #[schema(example = "+15045550123")]
    from: String,
    /// The called number.
    #[schema(example = "+15045550100")]
    to: String,
    /// The caller's name.
    caller_name: Option<String>,
    /// The agent that spoke.
    agent: Option<String>,
    /// When it began [default: `duration_s` ago].
    started_at: Option<Moment>,
    /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; still open, if absent.
    #[schema(value_type = Option<String>, example = "completed")]
    outcome: Option<Outcome>,
    /// Seconds talked.
    duration_s: Option<u32>,
    /// Free notes.
    notes: Option<String>,
}

/// Writes a call down by hand.
#[utoipa::path(
    post, path = "/api/call-logs", tag = "calls", request_body = CreateCall,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = CREATED, body = CallDetail), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_call(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(wanted): Body<CreateCall>,
) -> Result<Written<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let id = new_id("call");
    let number = match wanted.direction {
        Direction::Inbound => &wanted.to,
        Direction::Outbound => &wanted.from,
    };
    // A call of a minute that is written down now began a minute ago.
    let just_over = || {
        state
            .clock
            .now()
            .plus_seconds(-i64::from(wanted.duration_s.unwrap_or(0)))
    };
    let command = CreateManually {
        at: wanted.started_at.map_or_else(just_over, |moment| moment.0),
        call_sid: id.clone(),
        direction: wanted.direction,
        number: Some(number.clone()).filter(|number| domain::phone::is_e164(number)),
        from: wanted.from.into(),
        to: wanted.to.into(),
        caller_name: wanted.caller_name.map(Personal::from),
        agent: wanted.agent.map(AgentId::from),
        outcome: wanted.outcome,
        duration_s: wanted.duration_s,
        notes: wanted.notes.map(Personal::from),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("POST /api/call-logs", key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Call>(&id, command.into(), metadata).await?;
    let id = state.stream_of_first(&executed, id).await?;
    settle(&state, ANSWERED_FROM, executed.position).await;
    let body = detail(&state, &signed_in, &id).await?;
    Ok(Written::created(
        executed.position,
        format!("/api/call-logs/{id}"),
        body,
    ))
}
