//! Text calls: a user types what the caller says in a browser, and reads what the caller hears.
//!
//! They need the sandbox as the telephone network, which treats typed text as speech: the call is otherwise a normal
//! call, with webhooks, turns, recordings and events. With Twilio as the network these endpoints answer 409 and name
//! the alternative: the browser speaks through Twilio's Voice SDK.
//!
//! | endpoint | caller |
//! |---|---|
//! | `POST /api/agents/{id}/test-calls` | a test caller who calls the agent: [`crate::agents::test_calls`] |
//! | `POST /api/text-calls` | the user, who calls out: [`dial`] |
//! | `GET /api/text-calls/{call_id}/line` | the line of either call, as a WebSocket: [`line`] |

pub mod dial;
pub mod line;
mod line_event;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::composed_of_parts;
use crate::web::CommandKey;
use axum::Json;
use axum::http::{HeaderName, StatusCode, header};
use infra::config::Config;
use infra::twilio::sandbox::{SandboxControl, SandboxError, TextCall, TextCaller};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A text call that was placed.
#[derive(Serialize, ToSchema)]
pub struct PlacedCall {
    /// The call. Its events follow on the live feed.
    call_id: String,
    /// The caller: a number, or `client:` and a user ID.
    from: String,
    /// The called number, E.164.
    to: String,
    /// The WebSocket for typing and reading.
    #[schema(example = "/api/text-calls/CA00000000000000000000000000000001/line")]
    line: String,
}

/// A 201 response whose `Location` is the call's line.
pub type Placed = (StatusCode, [(HeaderName, String); 1], Json<PlacedCall>);

/// What endpoints of text calls use.
pub struct TextCallResource {
    config: Arc<Config>,
    sandbox_control: SandboxControl,
}

composed_of_parts!(TextCallResource {
    config,
    sandbox_control
});

impl TextCallResource {
    /// Returns the client of the sandbox.
    ///
    /// # Errors
    /// 409 with the alternative, when the telephone network is Twilio.
    pub fn require_sandbox(&self, alternative: &str) -> Result<&SandboxControl, ApiError> {
        if self.config.twilio.sandbox {
            Ok(&self.sandbox_control)
        } else {
            let reason = "text calls need the sandbox as the telephone network, and this service uses Twilio";
            Err(ApiError::Conflict(format!("{reason}: {alternative}")))
        }
    }

    /// Places a text call for this user.
    ///
    /// # Errors
    /// When the sandbox refuses or does not answer.
    pub async fn place(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        caller: TextCaller,
        to: String,
    ) -> Result<Placed, ApiError> {
        let from = match &caller {
            TextCaller::Phone { number, .. } => number.clone(),
            TextCaller::Browser { identity, .. } => format!("client:{identity}"),
        };
        let call = TextCall {
            typist: signed_in.user.user_id.clone(),
            caller,
            to,
        };
        let key = key.of(&signed_in.user.user_id);
        let key = key.map(|request| request.key);
        let placed = self.sandbox_control.place(&call, key.as_deref()).await;
        let call_id = placed.map_err(sandbox_error)?;
        tracing::Span::current().record("call_id", &call_id);
        let line = format!("/api/text-calls/{call_id}/line");
        let placed = PlacedCall {
            call_id,
            from,
            to: call.to,
            line: line.clone(),
        };
        Ok((StatusCode::CREATED, [(header::LOCATION, line)], Json(placed)))
    }
}

/// Maps an error of the sandbox to an API error.
fn sandbox_error(error: SandboxError) -> ApiError {
    match error {
        SandboxError::Refused { status: 404, .. } => ApiError::NotFound("call"),
        SandboxError::Refused { why, .. } => ApiError::Conflict(format!("the sandbox refused: {why}")),
        error => ApiError::NetworkAway(error.into()),
    }
}
