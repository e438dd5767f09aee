//! `POST` and `DELETE /api/active-calls/{id}/monitor`: a person of ours listens in, or is to take the call over.
//!
//! Nobody is connected here: what was ordered is in the log, and the process managers call the person's telephone
//! (`client:<user>`) to the conference that has the call's name. A listener hears whatever is spoken there: the caller and
//! a person. While the AI speaks nobody is there, and the sound is to be had from [`super::sound`].

use super::{Handled, order, to_handle};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// How somebody comes into a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Muted.
    Listen,
    /// To speak with the caller in the AI's place.
    TakeOver,
}

/// Who shall come into a call, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// `listen`, `take_over`.
    mode: Mode,
    /// A colleague who is asked to take the call over, and accepts or declines; absent: whoever asks does it at once.
    user: Option<String>,
}

/// Listens in, takes the call over, or asks a colleague to take it over.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/monitor", tag = "live", request_body = Monitor,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, or another's."),
    )
)]
pub async fn monitor(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<Monitor>,
) -> Result<Written<Handled>, ApiError> {
    to_handle(&state, &signed_in, &id).await?;
    let at = state.clock.now();
    let me = signed_in.user.user_id.clone();
    let commands = match (wanted.mode, wanted.user) {
        (Mode::Listen, None) => vec![CallCommand::JoinListener { at, user: me }],
        (Mode::Listen, Some(_)) => return Err(ApiError::field("/user", "nobody listens in for another")),
        (Mode::TakeOver, Some(user)) if user != me => {
            colleague(&state, &signed_in, &user).await?;
            vec![CallCommand::RequestTakeover { at, user }]
        }
        (Mode::TakeOver, _) => vec![
            CallCommand::RequestTakeover { at, user: me.clone() },
            CallCommand::AcceptTakeover { at, user: me },
        ],
    };
    order(
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
) -> Result<Written<Handled>, ApiError> {
    to_handle(&state, &signed_in, &id).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let commands = [CallCommand::LeaveListener { at, user }];
    order(
        &state,
        &signed_in,
        &key,
        "DELETE /api/active-calls/{id}/monitor",
        id,
        &commands,
    )
    .await
}

/// Refuses whoever is no colleague, or may not handle calls.
pub(super) async fn colleague(state: &AppState, signed_in: &SignedIn, user_id: &str) -> Result<(), ApiError> {
    let known = state.people.user(user_id).await?;
    let may = known.is_some_and(|user| {
        user.active && user.tenant == signed_in.tenant() && Permission::HandleCalls.is_granted_to(user.role)
    });
    if may {
        Ok(())
    } else {
        Err(ApiError::field("/user", "is nobody who could take a call"))
    }
}
