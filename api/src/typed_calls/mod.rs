//! Calls at which a person types: what they say is typed in a browser, and what they hear is read there.
//!
//! That is possible where the telephone network is the sandbox, which takes typing for speech: the call itself is as real
//! as any other, with webhooks, turns, recordings and events. Where the network is Twilio these doors are closed and say
//! what to do instead; a browser then speaks by Twilio's Voice SDK.
//!
//! | door | whose telephone |
//! |---|---|
//! | `POST /api/agents/{id}/test-calls` | somebody's who calls the agent: [`crate::agents::test_calls`] |
//! | `POST /api/typed-calls` | the user's own, who calls out: [`dial`] |
//! | `GET /api/typed-calls/{call_id}/line` | the line of either, as a WebSocket: [`line`] |

pub mod dial;
pub mod line;
mod moments;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::CommandKey;
use axum::Json;
use axum::http::{HeaderName, StatusCode, header};
use infra::twilio::sandbox::{SandboxDoors, SandboxError, TypedCall, TypedCaller};
use serde::Serialize;
use utoipa::ToSchema;

/// A call that was placed, and for which somebody types.
#[derive(Serialize, ToSchema)]
pub struct PlacedCall {
    /// The call. Its events arrive on the live feed in a moment.
    call_id: String,
    /// Who calls: a number, or `client:` and a user.
    from: String,
    /// The called number, E.164.
    to: String,
    /// The WebSocket by which one types and reads what is heard.
    #[schema(example = "/api/typed-calls/CA00000000000000000000000000000001/line")]
    line: String,
}

/// An answer with a place: where the line of the call is.
pub type Placed = (StatusCode, [(HeaderName, String); 1], Json<PlacedCall>);

/// The sandbox's own doors.
///
/// # Errors
/// 409 with what to do instead, when the telephone network is not the sandbox.
pub fn doors<'a>(state: &'a AppState, instead: &str) -> Result<&'a SandboxDoors, ApiError> {
    if state.config.twilio.sandbox {
        Ok(&state.sandbox_doors)
    } else {
        let only = "one can type only where the sandbox is the telephone network, and here it is Twilio";
        Err(ApiError::Conflict(format!("{only}: {instead}")))
    }
}

/// Has somebody call, for whom this user types.
///
/// # Errors
/// When the sandbox refuses or does not answer.
pub async fn place(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    caller: TypedCaller,
    to: String,
) -> Result<Placed, ApiError> {
    let from = match &caller {
        TypedCaller::Phone { number, .. } => number.clone(),
        TypedCaller::Browser { identity, .. } => format!("client:{identity}"),
    };
    let call = TypedCall {
        typist: signed_in.user.user_id.clone(),
        caller,
        to,
    };
    let key = key.of(&signed_in.user.user_id);
    let placed = state.sandbox_doors.place(&call, key.as_deref()).await;
    let call_id = placed.map_err(refused)?;
    tracing::Span::current().record("call_id", &call_id);
    let line = format!("/api/typed-calls/{call_id}/line");
    let placed = PlacedCall {
        call_id,
        from,
        to: call.to,
        line: line.clone(),
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, line)], Json(placed)))
}

/// What the sandbox's refusal means to whoever asked.
fn refused(error: SandboxError) -> ApiError {
    match error {
        SandboxError::Refused { status: 404, .. } => ApiError::NotFound("call"),
        SandboxError::Refused { why, .. } => ApiError::Conflict(format!("the sandbox refused: {why}")),
        error => ApiError::NetworkAway(error.into()),
    }
}
