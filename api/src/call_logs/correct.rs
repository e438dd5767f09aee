//! `POST /api/call-logs/{id}/corrections`, `DELETE …/{correction}`: what should have been said.

use super::change;
use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// What should have been said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// The note.
    #[schema(example = "Ask for the e-mail address before saying goodbye")]
    note: String,
    /// The turn it is about; the whole call, if absent.
    turn: Option<u32>,
}

/// Notes a correction.
#[utoipa::path(
    post, path = "/api/call-logs/{id}/corrections", tag = "review", request_body = NewCorrection,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = CallDetail),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn note_correction(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<NewCorrection>,
) -> Result<Written<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::NoteCorrection {
        at: state.clock.now(),
        note: wanted.note.into(),
        turn: wanted.turn,
        by: signed_in.by(),
    };
    change(
        &state,
        &signed_in,
        &key,
        "POST /api/call-logs/{id}/corrections",
        &id,
        command,
    )
    .await
}

/// Takes a correction back.
#[utoipa::path(
    delete, path = "/api/call-logs/{id}/corrections/{correction}", tag = "review",
    params(("id" = String, Path), ("correction" = u32, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = CallDetail), (status = NOT_FOUND, body = Problem))
)]
pub async fn withdraw_correction(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf((id, correction)): PathOf<(String, u32)>,
) -> Result<Written<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::WithdrawCorrection {
        at: state.clock.now(),
        correction,
        by: signed_in.by(),
    };
    change(
        &state,
        &signed_in,
        &key,
        "DELETE /api/call-logs/{id}/corrections/{correction}",
        &id,
        command,
    )
    .await
}
