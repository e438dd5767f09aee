//! `GET /api/call-logs/{id}/recordings/{phase}`: a link that plays the recording of a phase for one hour. The request
//! is recorded as an event, because the link itself needs no sign-in.

use super::ensure_own_tenant;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use serde::Serialize;
use utoipa::ToSchema;

/// A link that plays a recording.
#[derive(Serialize, ToSchema)]
pub struct RecordingLink {
    /// URL of the audio; it supports range requests.
    url: String,
    expires_at: String,
    #[schema(example = "audio/wav")]
    content_type: &'static str,
    bytes: u64,
    /// Lower-case hex.
    sha256: String,
    /// Absent if unknown.
    duration_s: Option<u32>,
}

/// A link that plays the recording of a phase for one hour. If the phase has several recordings, the longest one. The
/// request is recorded in the call's history.
#[utoipa::path(
    get, path = "/api/call-logs/{id}/recordings/{phase}", tag = "calls",
    params(("id" = String, Path), ("phase" = String, Path, description = "`ai`, `human`, `voicemail`")),
    responses((status = OK, body = RecordingLink), (status = NOT_FOUND, body = Problem))
)]
pub async fn recording_link(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf((id, phase)): PathOf<(String, String)>,
) -> Result<Json<RecordingLink>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    ensure_own_tenant(&state, &signed_in, &id).await?;
    let phase: Phase = phase.parse().map_err(|_| ApiError::NotFound("phase"))?;
    let (call, _) = state
        .ledger
        .state::<Call>(&id)
        .await?
        .ok_or(ApiError::NotFound("call"))?;
    let longest = call
        .recordings
        .of(phase)
        .filter(|_| !call.erased)
        .filter_map(|(sid, recording)| Some((sid, recording, recording.archived.as_ref()?)))
        .max_by_key(|(_, _, archived)| archived.bytes);
    let (sid, recording, archived) = longest.ok_or(ApiError::NotFound("recording"))?;
    let now = state.clock.now();
    let link = state.recording_links.sign(&id, sid, &archived.key, now);
    let (token, until) = link.map_err(ApiError::internal)?;
    let command = CallCommand::PlayRecording {
        at: now,
        phase,
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("GET /api/call-logs/{id}/recordings/{phase}", None);
    state.ledger.execute::<Call>(&id, command, metadata).await?;
    Ok(Json(RecordingLink {
        url: state
            .config
            .callback_url(&format!("/twilio/recording/{sid}?token={token}")),
        expires_at: until.to_rfc3339(),
        content_type: "audio/wav",
        bytes: archived.bytes,
        sha256: archived.sha256.clone(),
        duration_s: recording.duration_s,
    }))
}
