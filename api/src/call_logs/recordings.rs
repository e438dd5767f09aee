//! `GET /api/call-logs/{id}/recordings/{phase}`: a link that plays the recording of a phase for one hour. The request
//! is recorded as an event, because the link itself needs no sign-in.

use super::ensure_own_tenant;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;
use domain::call::value::Phase;
use engine::SharedEngine;
use engine::recordings::{Playable, play};
use infra::recording_links::RecordingLinks;
use serde::Serialize;
use std::sync::Arc;
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
    State(engine): State<SharedEngine>,
    State(links): State<Arc<RecordingLinks>>,
    signed_in: SignedIn,
    PathOf((id, phase)): PathOf<(String, String)>,
) -> Result<Json<RecordingLink>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    ensure_own_tenant(&engine.ledger, &engine.read.call_log, &signed_in, &id).await?;
    let phase: Phase = phase.parse().map_err(|_| ApiError::NotFound("phase"))?;
    let metadata = signed_in.metadata("GET /api/call-logs/{id}/recordings/{phase}", None);
    let Playable {
        recording_sid: sid,
        archived,
        duration_s,
    } = play(&engine, &id, phase, signed_in.by(), metadata).await?;
    let link = links.sign(&id, &sid, &archived.key, engine.clock.now());
    let (token, until) = link.map_err(ApiError::internal)?;
    let path = format!("/twilio/recording/{sid}?token={token}");
    Ok(Json(RecordingLink {
        url: engine.config.callback_url(&path),
        expires_at: until.to_rfc3339(),
        content_type: "audio/wav",
        bytes: archived.bytes,
        sha256: archived.sha256,
        duration_s,
    }))
}
