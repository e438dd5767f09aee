//! `POST /api/active-calls/{id}/hangup`: a team member ends a call.
//!
//! Twilio is called first, then the command is recorded with who ended the call. If the process is killed in between,
//! the call has ended and only that is missing. A repetition with the same `Idempotency-Key` gets the same answer.

use super::{READ_MODELS, done_before};
use crate::auth::{Permission, SignedIn};
use crate::call_logs::ensure_own_tenant;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::value::EndedBy;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::CallUpdate;
use serde::Serialize;
use utoipa::ToSchema;

/// A call that was ended.
#[derive(Serialize, ToSchema)]
pub struct HungUp {
    call_id: String,
}

/// Ends an active call.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/hangup", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = HungUp),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn hang_up(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<HungUp>, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    ensure_own_tenant(&state, &signed_in, &id).await?;
    if let Some(position) = done_before(&state, &signed_in, &key).await? {
        return Ok(WriteResponse::changed(position, HungUp { call_id: id }));
    }
    let (call, _) = state
        .ledger
        .state::<Call>(&id)
        .await?
        .ok_or(ApiError::NotFound("call"))?;
    let ended = || ApiError::Conflict("the call has ended".to_owned());
    if call.end.is_some() {
        return Err(ended());
    }
    let start = call.start().ok_or(ApiError::NotFound("call"))?;
    match state.twilio.update_call(&start.call_sid, &CallUpdate::HangUp).await {
        Ok(_) => {}
        Err(error) if error.is_already_over() => return Err(ended()),
        Err(error) => return Err(ApiError::Unavailable(error.into())),
    }
    let command = CallCommand::EndCall {
        at: state.clock.now(),
        outcome: None,
        ended_by: EndedBy::TeamMember,
        duration_s: None,
        reason: None,
    };
    let endpoint = "POST /api/active-calls/{id}/hangup";
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Call>(&id, command, metadata).await?;
    wait_for_read_models(state.models.progress(), READ_MODELS, executed.position).await;
    Ok(WriteResponse::changed(executed.position, HungUp { call_id: id }))
}
