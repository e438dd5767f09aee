//! `PUT /api/call-logs/{id}`: details, grade and notes at once, as an edit form sends them.

use super::view::CallDetail;
use super::{detail, order};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::Personal;
use domain::call::CallCommand;
use domain::call::value::Grade;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCall {
    /// The caller's name.
    caller_name: Option<String>,
    /// The caller's number.
    caller_number: Option<String>,
    /// Free notes.
    notes: Option<String>,
    /// `good`, `needs_improvement`; `null` takes the judgement back.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    grade: Told<Grade>,
}

/// A field that may be left out, be `null`, or have a value: three wishes.
#[derive(Default)]
enum Told<T> {
    #[default]
    Nothing,
    Null,
    Value(T),
}

/// Is called only when the field is there.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Told<T>, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.map_or(Told::Null, Told::Value))
}

/// Corrects details and grades, each as an event of its own.
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
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<PutCall>,
) -> Result<Written<CallDetail>, ApiError> {
    const ENDPOINT: &str = "PUT /api/call-logs/{id}";
    signed_in.may(Permission::ReviewCalls)?;
    let (at, by) = (state.clock.now(), signed_in.by());
    let mut commands = Vec::new();
    if wanted.caller_name.is_some() || wanted.caller_number.is_some() || wanted.notes.is_some() {
        commands.push(CallCommand::EditDetails {
            at,
            caller_name: wanted.caller_name.map(Personal::from),
            caller_number: wanted.caller_number.map(Personal::from),
            notes: wanted.notes.map(Personal::from),
            by: by.clone(),
        });
    }
    match wanted.grade {
        Told::Value(grade) => commands.push(CallCommand::Grade { at, grade, by }),
        Told::Null => commands.push(CallCommand::ClearGrade { at, by }),
        Told::Nothing => {}
    }
    if commands.is_empty() {
        return Err(ApiError::field("", "nothing to change"));
    }
    let mut position = 0;
    for (part, command) in commands.into_iter().enumerate() {
        // Each command of the request is a command of its own to the ledger, and so has a key of its own.
        position = order(&state, &signed_in, &key.part(part), ENDPOINT, &id, command).await?;
    }
    Ok(Written::changed(position, detail(&state, &signed_in, &id).await?))
}
