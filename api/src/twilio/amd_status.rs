//! `POST /twilio/amd-status`: the result of answering machine detection.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// The result of answering machine detection: a human, a machine, a fax.
#[utoipa::path(
    post, path = "/twilio/amd-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn amd_status(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::AmdStatus).await?;
    Ok(TwiML::empty())
}
