//! `POST /twilio/call-status`: the status of a leg that is not the caller's, and the end of a `<Dial>`.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::{SharedEngine, callbacks};
use infra::twilio::callbacks::Endpoint;

/// The status of a leg. The query parameters may name the leg: `call_id`, `role`, `attempt`.
#[utoipa::path(
    post, path = "/twilio/call-status", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn call_status(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    callbacks::handle(&engine, &received, Endpoint::CallStatus).await?;
    Ok(TwiML::empty())
}
