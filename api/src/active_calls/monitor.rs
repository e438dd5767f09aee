//! `POST` and `DELETE /api/active-calls/{id}/monitor`: a team member listens in, or takes the call over.
//!
//! These requests only record commands. Jobs then dial the team member's browser (`client:<user>`) into the conference
//! named after the call. A listener hears everything in the conference: the caller and a team member. During the AI
//! phase there is no conference, and the audio is available from [`super::sound`].

use super::{Handled, execute, load_for_handling};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
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
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Monitor>,
) -> Result<WriteResponse<Handled>, ApiError> {
    load_for_handling(&state, &signed_in, &id).await?;
    let at = state.clock.now();
    let me = signed_in.user.user_id.clone();
    let commands = match (body.mode, body.user) {
        (Mode::Listen, None) => vec![CallCommand::JoinListener { at, user: me }],
        (Mode::Listen, Some(_)) => return Err(ApiError::field("/user", "must be absent for mode `listen`")),
        (Mode::TakeOver, Some(user)) if user != me => {
            ensure_may_take_calls(&state, &signed_in, &user).await?;
            vec![CallCommand::RequestTakeover { at, user }]
        }
        (Mode::TakeOver, _) => vec![
            CallCommand::RequestTakeover { at, user: me.clone() },
            CallCommand::AcceptTakeover { at, user: me },
        ],
    };
    execute(
        &state,
        &signed_in,
        &key,
        "POST /api/active-calls/{id}/monitor",
        id,
        &commands,
    )
    .await
}

/// Stops listening.
#[utoipa::path(
    delete, path = "/api/active-calls/{id}/monitor", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = Handled), (status = NOT_FOUND, body = Problem))
)]
pub async fn stop_monitoring(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    load_for_handling(&state, &signed_in, &id).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let commands = [CallCommand::LeaveListener { at, user }];
    execute(
        &state,
        &signed_in,
        &key,
        "DELETE /api/active-calls/{id}/monitor",
        id,
        &commands,
    )
    .await
}

/// Checks that another user belongs to the same tenant and may handle calls.
pub(super) async fn ensure_may_take_calls(
    state: &AppState,
    signed_in: &SignedIn,
    user_id: &str,
) -> Result<(), ApiError> {
    let known = state.accounts.user(user_id).await?;
    let may = known.is_some_and(|user| {
        user.active && user.tenant == signed_in.tenant() && Permission::HandleCalls.is_granted_to(user.role)
    });
    if may {
        Ok(())
    } else {
        Err(ApiError::field("/user", "is not an active user who may handle calls"))
    }
}
