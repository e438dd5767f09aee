//! `POST /twilio/inbound-status`: the status of the caller's leg.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// The status of the caller's leg.
#[utoipa::path(
    post, path = "/twilio/inbound-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound_status(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::InboundStatus).await?;
    Ok(TwiML::empty())
}
