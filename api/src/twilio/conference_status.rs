//! `POST /twilio/conference-status`: events of a conference.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// Events of the conference with a call's legs. The query parameter `call_id` names the call.
#[utoipa::path(
    post, path = "/twilio/conference-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn conference_status(
    State(engine): State<SharedEngine>,
    Signed(received): Signed,
) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::ConferenceStatus).await?;
    Ok(TwiML::empty())
}
