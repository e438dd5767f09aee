//! `PUT /api/call-logs/{id}/grade`: sets or clears the grade of a call.

use super::CallLogResource;
use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use domain::call::value::Grade;
use serde::Deserialize;
use utoipa::ToSchema;

/// The grade of a call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutGrade {
    /// `good`, `needs_improvement`; `null` clears the grade.
    #[schema(value_type = Option<String>, example = "good")]
    grade: Option<Grade>,
}

/// Grades the call.
#[utoipa::path(
    put, path = "/api/call-logs/{id}/grade", tag = "review", request_body = PutGrade,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = CallDetail), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem))
)]
pub async fn grade_call(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<PutGrade>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let (at, by) = (calls.clock.now(), signed_in.by());
    let command = match body.grade {
        Some(grade) => CallCommand::Grade { at, grade, by },
        None => CallCommand::ClearGrade { at, by },
    };
    calls
        .change(&signed_in, &key, "PUT /api/call-logs/{id}/grade", &id, command)
        .await
}
