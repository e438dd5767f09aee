//! `POST` and `DELETE /api/active-calls/{id}/monitor`: a team member listens in, or takes the call over.

use super::{Handled, ensure_may_handle, handled};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::takeover::participation::{Participation, participate};
use infra::accounts::Accounts;
use serde::Deserialize;
use utoipa::ToSchema;

/// How a team member joins a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Joins muted.
    Listen,
    /// Speaks with the caller in place of the AI.
    TakeOver,
}

/// Who joins the call, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// `listen`, `take_over`.
    mode: Mode,
    /// ID of another user who is asked to take over and then accepts or declines. Absent: the requesting user takes
    /// over at once.
    user: Option<String>,
}

/// Listens in, takes the call over, or asks another user to take it over.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/monitor", tag = "live", request_body = Monitor,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or another team member has it."),
    )
)]
pub async fn monitor(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Monitor>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let (user, participation) = match (body.mode, body.user) {
        (Mode::Listen, None) => (signed_in.by(), Participation::Listen),
        (Mode::Listen, Some(_)) => return Err(ApiError::field("/user", "must be absent for mode `listen`")),
        (Mode::TakeOver, Some(user)) if user != signed_in.user.user_id => {
            ensure_may_take_calls(&engine.accounts, &signed_in, &user).await?;
            (user, Participation::AskToTakeOver)
        }
        (Mode::TakeOver, _) => (signed_in.by(), Participation::TakeOver),
    };
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/monitor", key.of(&signed_in.user.user_id));
    let position = participate(&engine, &id, user, participation, metadata).await?;
    Ok(handled(&engine, position, id).await)
}

/// Stops listening.
#[utoipa::path(
    delete, path = "/api/active-calls/{id}/monitor", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = Handled), (status = NOT_FOUND, body = Problem))
)]
pub async fn stop_monitoring(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let metadata = signed_in.metadata("DELETE /api/active-calls/{id}/monitor", key.of(&signed_in.user.user_id));
    let left = participate(&engine, &id, signed_in.by(), Participation::StopListening, metadata);
    Ok(handled(&engine, left.await?, id).await)
}

/// Checks that another user belongs to the same tenant and may handle calls.
pub(super) async fn ensure_may_take_calls(
    accounts: &Accounts,
    signed_in: &SignedIn,
    user_id: &str,
) -> Result<(), ApiError> {
    let known = accounts.user(user_id).await?;
    let may = known.is_some_and(|user| {
        user.active && user.tenant == signed_in.tenant() && Permission::HandleCalls.is_granted_to(user.role)
    });
    if may {
        Ok(())
    } else {
        Err(ApiError::field("/user", "is not an active user who may handle calls"))
    }
}
