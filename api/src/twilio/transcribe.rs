//! `POST /twilio/transcribe/{id}`: requests a transcription of a call's recordings, also a repeated one.

use crate::auth::{Permission, SignedIn};
use crate::call_logs::ensure_own_tenant;
use crate::error::{ApiError, Problem};
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::value::Phase;
use engine::SharedEngine;
use engine::recordings::request_transcription;
use serde::Serialize;
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
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<ToBeTranscribed>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    ensure_own_tenant(&engine.ledger, &engine.read.call_log, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /twilio/transcribe/{id}", key.of(&signed_in.user.user_id));
    let requested = request_transcription(&engine, &id, signed_in.by(), metadata).await?;
    wait_for_read_models(engine.models.progress(), &["work"], requested.position).await;
    let phases = requested.phases.into_iter().map(Phase::as_str).collect();
    Ok(WriteResponse::changed(
        requested.position,
        ToBeTranscribed { call_id: id, phases },
    ))
}
