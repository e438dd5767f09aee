//! `POST /twilio/inbound-status`: the status of the caller's leg.

use super::{Signed, TwiML, handle};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;

/// The status of the caller's leg.
#[utoipa::path(
    post, path = "/twilio/inbound-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound_status(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    handle(&state, &signed, Endpoint::InboundStatus).await?;
    Ok(TwiML::empty())
}
