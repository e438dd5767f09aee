//! `POST /twilio/amd-status`: the result of answering machine detection.

use super::{Signed, TwiML, handle};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;

/// The result of answering machine detection: a human, a machine, a fax.
#[utoipa::path(
    post, path = "/twilio/amd-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn amd_status(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    handle(&state, &signed, Endpoint::AmdStatus).await?;
    Ok(TwiML::empty())
}
