//! `POST /api/active-calls/{id}/hangup`: a person of ours ends a call from outside.
//!
//! Twilio is told first, and then the call: who ended it is something that only we know. Should we be killed in between, the
//! call is over all the same, and only that name is missing. Whoever asks again with the same `Idempotency-Key` is answered as
//! before.

use super::{ANSWERED_FROM, done_before};
use crate::auth::{Permission, SignedIn};
use crate::call_logs::must_be_theirs;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::settle::settle;
use crate::web::{CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::value::EndedBy;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::CallUpdate;
use serde::Serialize;
use utoipa::ToSchema;

/// A call that was ended.
#[derive(Serialize, ToSchema)]
pub struct HungUp {
    /// The call.
    call_id: String,
}

/// Ends a call that goes on.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/hangup", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = HungUp),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over already."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn hang_up(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Written<HungUp>, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    must_be_theirs(&state, &signed_in, &id).await?;
    if let Some(position) = done_before(&state, &signed_in, &key).await? {
        return Ok(Written::changed(position, HungUp { call_id: id }));
    }
    let (call, _) = state
        .ledger
        .state::<Call>(&id)
        .await?
        .ok_or(ApiError::NotFound("call"))?;
    let over = || ApiError::Conflict("the call is over already".to_owned());
    if call.end.is_some() {
        return Err(over());
    }
    let start = call.start().ok_or(ApiError::NotFound("call"))?;
    match state.twilio.update_call(&start.call_sid, &CallUpdate::HangUp).await {
        Ok(_) => {}
        Err(error) if error.is_already_over() => return Err(over()),
        Err(error) => return Err(ApiError::Unavailable(error.into())),
    }
    let command = CallCommand::EndCall {
        at: state.clock.now(),
        outcome: None,
        ended_by: EndedBy::Operator,
        duration_s: None,
        reason: None,
    };
    let endpoint = "POST /api/active-calls/{id}/hangup";
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Call>(&id, command, metadata).await?;
    settle(&state, ANSWERED_FROM, executed.position).await;
    Ok(Written::changed(executed.position, HungUp { call_id: id }))
}
