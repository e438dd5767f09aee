//! `POST /api/active-calls/{id}/transfer`: transfers the call to another number or user.

use super::monitor::ensure_may_take_calls;
use super::{Handled, ensure_may_handle, handled};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::takeover::transfer::{self, Target};
use engine::{Engine, SharedEngine};
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
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Transfer>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let target = target(&engine, &signed_in, body.to).await?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/transfer", key.of(&signed_in.user.user_id));
    let position = transfer::transfer(&engine, &id, target, metadata).await?;
    Ok(handled(&engine, position, id).await)
}

async fn target(engine: &Engine, signed_in: &SignedIn, to: String) -> Result<Target, ApiError> {
    if to.starts_with('+') {
        let number = domain::phone::parse(&to, None);
        return number
            .map(Target::Number)
            .map_err(|error| ApiError::field("/to", error.to_string()));
    }
    let not_a_target = |_| {
        ApiError::field(
            "/to",
            "is neither a telephone number in E.164 nor an active user who may handle calls",
        )
    };
    ensure_may_take_calls(&engine.accounts, signed_in, &to)
        .await
        .map_err(not_a_target)?;
    Ok(Target::User(to))
}
