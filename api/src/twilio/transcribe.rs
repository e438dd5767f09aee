//! `POST /twilio/transcribe/{id}`: requests a transcription of a call's recordings, also a repeated one.
//!
//! The request is recorded as an event, from which the transcriber job finds it.

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

/// The requested transcriptions.
#[derive(Serialize, ToSchema)]
pub struct ToBeTranscribed {
    call_id: String,
    /// The phases with an archived recording: `ai`, `human`, `voicemail`.
    phases: Vec<&'static str>,
}

/// Requests a transcription of every archived recording of a call. The transcripts follow when they are finished.
#[utoipa::path(
    post, path = "/twilio/transcribe/{id}", tag = "calls",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = ToBeTranscribed),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has no archived recording, or was erased."),
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
    let archived = call
        .recordings
        .by_sid
        .values()
        .filter(|recording| recording.archived.is_some());
    let phases: BTreeSet<Phase> = archived.map(|recording| recording.phase).collect();
    if phases.is_empty() {
        return Err(ApiError::Conflict("the call has no archived recording".to_owned()));
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
    wait_for_read_models(state.models.progress(), &["work"], executed.position).await;
    let phases = phases.into_iter().map(Phase::as_str).collect();
    Ok(WriteResponse::changed(
        executed.position,
        ToBeTranscribed { call_id: id, phases },
    ))
}
