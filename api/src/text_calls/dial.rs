//! `POST /api/text-calls`: a user calls out and types what they say.
//!
//! The sandbox calls from the user's browser as the Voice SDK does: it requests `/twilio/voice` with `To`, and the call
//! continues like any other browser call.

use super::{Placed, PlacedCall, TextCallResource};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey};
use axum::extract::State;
use engine::{SharedEngine, suppression};
use infra::twilio::sandbox::TextCaller;
use serde::Deserialize;
use utoipa::ToSchema;

/// The number to call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    /// E.164.
    #[schema(example = "+15045550142")]
    to: String,
}

/// Calls a number from the user's browser, in which they type. Only with the sandbox as the telephone network. A number
/// without a configured party is answered after two seconds, by a party that says that no real person was called.
#[utoipa::path(
    post, path = "/api/text-calls", tag = "live", request_body = Dial,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = CREATED, body = PlacedCall),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = CONFLICT, body = Problem, description = "The telephone network is Twilio, no number or application is configured for outgoing calls, or the number is on the do-not-call list."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn dial(
    State(engine): State<SharedEngine>,
    State(text_calls): State<TextCallResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<Dial>,
) -> Result<Placed, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    text_calls.require_sandbox("call with the dialer, which uses Twilio's Voice SDK")?;
    let to = crate::web::phone_number("/to", &body.to)?;
    if suppression::is_suppressed(&engine, signed_in.tenant(), &to).await? {
        return Err(ApiError::Conflict(suppression::REFUSAL.to_owned()));
    }
    if text_calls.config.twilio.phone_number.is_none() {
        let missing = "no number is configured for outgoing calls: set TWILIO_PHONE_NUMBER";
        return Err(ApiError::Conflict(missing.to_owned()));
    }
    let caller = TextCaller::Browser {
        identity: signed_in.user.user_id.clone(),
        application: text_calls.config.twilio.twiml_app_sid.clone(),
    };
    text_calls.place(&signed_in, &key, caller, to).await
}
