//! `POST /api/active-calls/{id}/transfer`: the call becomes somebody else's.
//!
//! What was ordered is in the log, and the process managers do it: the caller hears music, the target is called to the
//! conference and told that a caller comes, then they are connected, and our person leaves. A target that does not come
//! leaves the caller where they were.

use super::monitor::colleague;
use super::{Handled, order, to_handle};
use crate::auth::SignedIn;
use crate::conference::of_caller;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use domain::phone::E164;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whither a call is transferred.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// A telephone number in E.164, or a colleague's `user_id`.
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
        (status = CONFLICT, body = Problem, description = "It is over, no person of ours speaks with the caller, or a transfer is under way."),
    )
)]
pub async fn transfer(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<Transfer>,
) -> Result<Written<Handled>, ApiError> {
    let call = to_handle(&state, &signed_in, &id).await?;
    let to = if wanted.to.starts_with('+') {
        let number = E164::try_from(wanted.to);
        number
            .map_err(|_| ApiError::field("/to", "is not a telephone number in E.164"))?
            .into_string()
    } else {
        let no_colleague = |_| ApiError::field("/to", "is neither a telephone number in E.164 nor a colleague");
        colleague(&state, &signed_in, &wanted.to).await.map_err(no_colleague)?;
        format!("client:{}", wanted.to)
    };
    of_caller(&call)?;
    let at = state.clock.now();
    let commands = [CallCommand::StartTransfer { at, to: to.into() }];
    order(
        &state,
        &signed_in,
        &key,
        "POST /api/active-calls/{id}/transfer",
        id,
        &commands,
    )
    .await
}
