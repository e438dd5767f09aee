//! `POST /twilio/transcription-status`: the result of a transcription by Twilio.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// Twilio's transcription of a recording.
#[utoipa::path(
    post, path = "/twilio/transcription-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn transcription_status(
    State(engine): State<SharedEngine>,
    Signed(received): Signed,
) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::TranscriptionStatus).await?;
    Ok(TwiML::empty())
}
