//! `POST /twilio/transcription-status`: the result of a transcription by Twilio.

use super::{Signed, TwiML, handle};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;

/// Twilio's transcription of a recording.
#[utoipa::path(
    post, path = "/twilio/transcription-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn transcription_status(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    handle(&state, &signed, Endpoint::TranscriptionStatus).await?;
    Ok(TwiML::empty())
}
