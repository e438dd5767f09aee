//! `POST /api/call-logs/{id}/corrections`, `DELETE …/{correction}`: corrections of what the AI said.

use super::CallLogResource;
use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// A correction: what the AI should have said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    #[schema(example = "Ask for the e-mail address before saying goodbye")]
    note: String,
    /// The number of the turn that it refers to; absent: the whole call.
    turn: Option<u32>,
}

/// Adds a correction.
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
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<NewCorrection>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::NoteCorrection {
        at: calls.clock.now(),
        note: body.note.into(),
        turn: body.turn,
        by: signed_in.by(),
    };
    calls
        .change(&signed_in, &key, "POST /api/call-logs/{id}/corrections", &id, command)
        .await
}

/// Withdraws a correction.
#[utoipa::path(
    delete, path = "/api/call-logs/{id}/corrections/{correction}", tag = "review",
    params(("id" = String, Path), ("correction" = u32, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = CallDetail), (status = NOT_FOUND, body = Problem))
)]
pub async fn withdraw_correction(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf((id, correction)): PathOf<(String, u32)>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::WithdrawCorrection {
        at: calls.clock.now(),
        correction,
        by: signed_in.by(),
    };
    calls
        .change(
            &signed_in,
            &key,
            "DELETE /api/call-logs/{id}/corrections/{correction}",
            &id,
            command,
        )
        .await
}
