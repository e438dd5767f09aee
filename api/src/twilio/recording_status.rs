//! `POST /twilio/recording-status`: the status of a recording.

use super::{Signed, TwiML, handle};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;

/// The status of a recording. The query parameter `phase` names the phase of the call.
#[utoipa::path(
    post, path = "/twilio/recording-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn recording_status(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    handle(&state, &signed, Endpoint::RecordingStatus).await?;
    Ok(TwiML::empty())
}
