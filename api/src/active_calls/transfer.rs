//! `POST /api/active-calls/{id}/transfer`: transfers the call to another number or user.
//!
//! The request only records the command. Jobs put the caller on hold, dial the target into the conference, play the
//! announcement, connect the two, and release the team member. If the target does not join, the caller stays with the
//! team member.

use super::monitor::ensure_may_take_calls;
use super::{Handled, execute, load_for_handling};
use crate::auth::SignedIn;
use crate::conference::of_caller;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use domain::phone::E164;
use serde::Deserialize;
use utoipa::ToSchema;

/// The target of a transfer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// A telephone number in E.164, or the ID of another user.
    #[schema(example = "+12025550177")]
    to: String,
}

/// Transfers the call.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/transfer", tag = "live", request_body = Transfer,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, no team member has it, or a transfer is in progress."),
    )
)]
pub async fn transfer(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Transfer>,
) -> Result<WriteResponse<Handled>, ApiError> {
    let call = load_for_handling(&state, &signed_in, &id).await?;
    let to = if body.to.starts_with('+') {
        let number = E164::try_from(body.to);
        number
            .map_err(|_| ApiError::field("/to", "is not a telephone number in E.164"))?
            .into_string()
    } else {
        let not_a_target = |_| {
            ApiError::field(
                "/to",
                "is neither a telephone number in E.164 nor an active user who may handle calls",
            )
        };
        ensure_may_take_calls(&state, &signed_in, &body.to)
            .await
            .map_err(not_a_target)?;
        format!("client:{}", body.to)
    };
    of_caller(&call)?;
    let at = state.clock.now();
    let commands = [CallCommand::StartTransfer { at, to: to.into() }];
    execute(
        &state,
        &signed_in,
        &key,
        "POST /api/active-calls/{id}/transfer",
        id,
        &commands,
    )
    .await
}
