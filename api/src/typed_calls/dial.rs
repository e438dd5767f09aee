//! `POST /api/typed-calls`: somebody of ours calls out, and types what they say.
//!
//! The sandbox has the user's browser call as the Voice SDK does: `/twilio/voice` is asked with `To`, and everything after
//! that is as with any other call from a browser.

use super::{Placed, PlacedCall, doors, place};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey};
use axum::extract::State;
use infra::twilio::sandbox::TypedCaller;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom to call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    /// E.164.
    #[schema(example = "+15045550142")]
    to: String,
}

/// Calls a number from the user's browser, in which they type. Only where the sandbox is the telephone network. A number
/// of which the sandbox was told nothing is answered after two seconds, by somebody who says that nobody real was called.
#[utoipa::path(
    post, path = "/api/typed-calls", tag = "live", request_body = Dial,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = CREATED, body = PlacedCall),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = CONFLICT, body = Problem, description = "The telephone network is Twilio, or no number or application is set up to call from."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn dial(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(wanted): Body<Dial>,
) -> Result<Placed, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    doors(&state, "call with the dialer, which speaks by Twilio's Voice SDK")?;
    if !domain::phone::is_e164(&wanted.to) {
        return Err(ApiError::field("/to", "is not a number in E.164 form"));
    }
    if state.config.twilio.phone_number.is_none() {
        let missing = "no number is set up for outgoing calls: set TWILIO_PHONE_NUMBER";
        return Err(ApiError::Conflict(missing.to_owned()));
    }
    let caller = TypedCaller::Browser {
        identity: signed_in.user.user_id.clone(),
        application: state.config.twilio.twiml_app_sid.clone(),
    };
    place(&state, &signed_in, &key, caller, wanted.to).await
}
