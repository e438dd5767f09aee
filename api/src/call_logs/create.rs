//! `POST /api/call-logs`: logs a call by hand that took place outside this service.

use super::view::CallDetail;
use super::{CallLogResource, detail};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::idempotency::stream_of_first;
use crate::web::{Body, CommandKey, Rfc3339, WriteResponse};
use axum::extract::State;
use domain::call::Call;
use domain::call::command::CreateManually;
use domain::call::value::{Direction, Outcome};
use domain::{AgentId, Personal};
use infra::clock::new_id;
use serde::Deserialize;
use utoipa::ToSchema;

/// A call that took place outside this service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCall {
    /// `inbound`, `outbound`.
    #[schema(value_type = String, example = "inbound")]
    direction: Direction,
    #[schema(example = "+15045550123")]
    from: String,
    #[schema(example = "+15045550100")]
    to: String,
    caller_name: Option<String>,
    /// ID of the agent that spoke.
    agent: Option<String>,
    /// Start of the call [default: `duration_s` ago].
    started_at: Option<Rfc3339>,
    /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; absent: the call is still active.
    #[schema(value_type = Option<String>, example = "completed")]
    outcome: Option<Outcome>,
    /// Talk time in seconds.
    duration_s: Option<u32>,
    notes: Option<String>,
}

/// Logs a call by hand.
#[utoipa::path(
    post, path = "/api/call-logs", tag = "calls", request_body = CreateCall,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = CREATED, body = CallDetail), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_call(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<CreateCall>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let id = new_id("call");
    let (from, to) = (party("/from", &body.from)?, party("/to", &body.to)?);
    let number = body.direction.our_side(&from, &to).to_owned();
    // Assumes that the call has just ended.
    let default_start = || calls.clock.now().plus_seconds(-i64::from(body.duration_s.unwrap_or(0)));
    let command = CreateManually {
        at: body.started_at.map_or_else(default_start, |time| time.0),
        call_sid: id.clone(),
        direction: body.direction,
        number: domain::phone::is_e164(&number).then_some(number),
        from: from.into(),
        to: to.into(),
        caller_name: body.caller_name.map(Personal::from),
        agent: body.agent.map(AgentId::from),
        outcome: body.outcome,
        duration_s: body.duration_s,
        notes: body.notes.map(Personal::from),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("POST /api/call-logs", key.of(&signed_in.user.user_id));
    let executed = calls.ledger.execute::<Call>(&id, command.into(), metadata).await?;
    let id = stream_of_first(&calls.ledger, &executed, id).await?;
    calls.wait(executed.position).await;
    let call = detail(&calls.call_log, &signed_in, &id).await?;
    Ok(WriteResponse::created(
        executed.position,
        format!("/api/call-logs/{id}"),
        call,
    ))
}

/// The number of a party. A withheld one is written as `anonymous`.
fn party(pointer: &str, text: &str) -> Result<String, ApiError> {
    if text.trim() == "anonymous" {
        return Ok("anonymous".to_owned());
    }
    crate::web::phone_number(pointer, text)
}
