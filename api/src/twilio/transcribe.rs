//! `POST /twilio/transcribe/{id}`: a person wants a call's words written down, or written down again.
//!
//! That it was asked for is in the log, and the transcriber finds it there.

use crate::auth::{Permission, SignedIn};
use crate::call_logs::ensure_own_tenant;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What will be written down.
#[derive(Serialize, ToSchema)]
pub struct ToBeTranscribed {
    /// The call.
    call_id: String,
    /// The parts of the call whose recordings we have: `ai`, `human`, `voicemail`.
    phases: Vec<&'static str>,
}

/// Has every recording of a call that we have written down. The transcripts come when they are done.
#[utoipa::path(
    post, path = "/twilio/transcribe/{id}", tag = "calls",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = ToBeTranscribed),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "We have no recording of it, or it was erased."),
    )
)]
pub async fn transcribe(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<ToBeTranscribed>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    ensure_own_tenant(&state, &signed_in, &id).await?;
    let known = state.ledger.state::<Call>(&id).await?;
    let (call, _) = known.ok_or(ApiError::NotFound("call"))?;
    let kept = call
        .recordings
        .values()
        .filter(|recording| recording.archived.is_some());
    let phases: BTreeSet<Phase> = kept.map(|recording| recording.phase).collect();
    if phases.is_empty() {
        return Err(ApiError::Conflict("we have no recording of this call".to_owned()));
    }
    let at = state.clock.now();
    let request = |phase: &Phase| CallCommand::RequestTranscription {
        at,
        phase: *phase,
        by: signed_in.by(),
    };
    let commands: Vec<_> = phases.iter().map(request).collect();
    let metadata = signed_in.metadata("POST /twilio/transcribe/{id}", key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute_all::<Call>(&id, &commands, metadata).await?;
    wait_for_read_models(&state, &["work"], executed.position).await;
    let phases = phases.into_iter().map(Phase::as_str).collect();
    Ok(WriteResponse::changed(
        executed.position,
        ToBeTranscribed { call_id: id, phases },
    ))
}
