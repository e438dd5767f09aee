//! `POST /twilio/token`: an access token with which a user's browser makes and takes calls through Twilio's Voice SDK.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use axum::Json;
use axum::extract::State;
use infra::clock::SharedClock;
use infra::config::Config;
use infra::twilio::token::TokenMaker;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An access token for one browser.
#[derive(Serialize, ToSchema)]
pub struct BrowserToken {
    /// JWT.
    token: String,
    /// Calls to `client:<identity>` ring in this browser.
    identity: String,
    expires_at: String,
}

/// An access token with which the user's browser makes and takes calls. Valid for one hour.
#[utoipa::path(
    post, path = "/twilio/token", tag = "live",
    responses(
        (status = OK, body = BrowserToken),
        (status = CONFLICT, body = Problem, description = "TWILIO_API_KEY and TWILIO_API_SECRET are not set."),
    )
)]
pub async fn token(
    State(config): State<Arc<Config>>,
    State(clock): State<SharedClock>,
    signed_in: SignedIn,
) -> Result<Json<BrowserToken>, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    let twilio = &config.twilio;
    let (Some(api_key), Some(api_secret)) = (twilio.api_key.clone(), twilio.api_secret.clone()) else {
        let missing = "calls from the browser need TWILIO_API_KEY and TWILIO_API_SECRET: set both";
        return Err(ApiError::Conflict(missing.to_owned()));
    };
    let maker = TokenMaker {
        account_sid: twilio.account_sid.clone(),
        api_key,
        api_secret,
        twiml_app_sid: twilio.twiml_app_sid.clone(),
    };
    let token = maker.token(&signed_in.user.user_id, true, clock.now());
    let token = token.map_err(ApiError::internal)?;
    Ok(Json(BrowserToken {
        token: token.jwt.expose().to_owned(),
        identity: token.identity,
        expires_at: token.expires_at.to_rfc3339(),
    }))
}
