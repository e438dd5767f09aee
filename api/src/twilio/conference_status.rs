//! `POST /twilio/conference-status`: events of a conference.

use super::{Signed, TwiML, handle};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;

/// Events of the conference with a call's legs. The query parameter `call_id` names the call.
#[utoipa::path(
    post, path = "/twilio/conference-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn conference_status(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    handle(&state, &signed, Endpoint::ConferenceStatus).await?;
    Ok(TwiML::empty())
}
