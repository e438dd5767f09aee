//! `PUT /api/call-logs/{id}/resolution`: sets or clears the disposition of a call.

use super::CallLogResource;
use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// The disposition of a call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutResolution {
    /// `resolved`, `callback_needed`, `spam`, ...; `null` reopens the call.
    #[schema(example = "resolved")]
    disposition: Option<String>,
    /// Display text of the disposition.
    label: Option<String>,
}

/// Sets the disposition of the call, or reopens it.
#[utoipa::path(
    put, path = "/api/call-logs/{id}/resolution", tag = "review", request_body = PutResolution,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = CallDetail),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn resolve_call(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<PutResolution>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let (at, by) = (calls.clock.now(), signed_in.by());
    let command = match body.disposition {
        Some(disposition) => CallCommand::Resolve {
            at,
            disposition,
            label: body.label,
            by,
        },
        None => CallCommand::Reopen { at, by },
    };
    calls
        .change(&signed_in, &key, "PUT /api/call-logs/{id}/resolution", &id, command)
        .await
}
