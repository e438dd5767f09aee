//! `POST /twilio/recording-status`: the status of a recording.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// The status of a recording. The query parameter `phase` names the phase of the call.
#[utoipa::path(
    post, path = "/twilio/recording-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn recording_status(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::RecordingStatus).await?;
    Ok(TwiML::empty())
}
