//! `PUT /api/call-logs/{id}`: changes details, grade and notes together, as an edit form sends them.

use super::view::CallDetail;
use super::{CallLogResource, detail};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::Personal;
use domain::call::CallCommand;
use domain::call::value::Grade;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// The fields to change; absent fields stay unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCall {
    caller_name: Option<String>,
    caller_number: Option<String>,
    notes: Option<String>,
    /// `good`, `needs_improvement`; `null` clears the grade.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    grade: Patch<Grade>,
}

/// A field that may be absent, `null`, or a value.
#[derive(Default)]
enum Patch<T> {
    #[default]
    Absent,
    Null,
    Value(T),
}

/// Serde calls this only when the field is present.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Patch<T>, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.map_or(Patch::Null, Patch::Value))
}

/// Changes details and grade. Each change is a separate event.
#[utoipa::path(
    put, path = "/api/call-logs/{id}", tag = "calls", request_body = PutCall,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = CallDetail),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn put_call(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<PutCall>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    const ENDPOINT: &str = "PUT /api/call-logs/{id}";
    signed_in.may(Permission::ReviewCalls)?;
    let (at, by) = (calls.clock.now(), signed_in.by());
    let caller_number = body.caller_number.as_deref().map(party).transpose()?;
    let mut commands = Vec::new();
    if body.caller_name.is_some() || caller_number.is_some() || body.notes.is_some() {
        commands.push(CallCommand::EditDetails {
            at,
            caller_name: body.caller_name.map(Personal::from),
            caller_number: caller_number.map(Personal::from),
            notes: body.notes.map(Personal::from),
            by: by.clone(),
        });
    }
    match body.grade {
        Patch::Value(grade) => commands.push(CallCommand::Grade { at, grade, by }),
        Patch::Null => commands.push(CallCommand::ClearGrade { at, by }),
        Patch::Absent => {}
    }
    if commands.is_empty() {
        return Err(ApiError::field("", "nothing to change"));
    }
    key.ensure_not_reused(&calls.ledger, &signed_in.user.user_id).await?;
    let mut position = 0;
    for (part, command) in commands.into_iter().enumerate() {
        // Each command of the request needs its own command key.
        position = calls
            .execute(&signed_in, &key.part(part), ENDPOINT, &id, command)
            .await?;
    }
    Ok(WriteResponse::changed(
        position,
        detail(&calls.call_log, &signed_in, &id).await?,
    ))
}

/// The number of a caller; empty if it is not known.
fn party(text: &str) -> Result<String, ApiError> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    crate::web::phone_number("/caller_number", text)
}
