//! `POST /api/active-calls/{id}/digits`: keypad tones for the other side.
//!
//! They are in the log before they are sent, once: whoever was killed in between has sent nothing, and whoever asks again
//! with the same `Idempotency-Key` does not send them twice.

use super::{ANSWERED_FROM, Handled, done_before, to_handle};
use crate::auth::SignedIn;
use crate::conference::{announcement, of_caller, refused};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::settle::settle;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::{Call, CallCommand};
use infra::ledger::Outcome;
use infra::twilio::rest::ParticipantUpdate;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be sent, in the names of failed effects.
const EFFECT: &str = "send_digits";

/// Keys to be pressed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    /// `0` to `9`, `*`, `#`; `w` waits half a second, `W` a second. 32 at most.
    #[schema(example = "1w#")]
    digits: String,
}

/// Sends keypad tones to the other side.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/digits", tag = "live", request_body = Digits,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, or no person of ours speaks with the caller."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn digits(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<Digits>,
) -> Result<Written<Handled>, ApiError> {
    let call = to_handle(&state, &signed_in, &id).await?;
    if let Some(position) = done_before(&state, &signed_in, &key).await? {
        return Ok(Written::changed(position, Handled { call_id: id }));
    }
    let (conference, caller) = of_caller(&call)?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/digits", key.of(&signed_in.user.user_id));
    let command = CallCommand::SendDigits {
        at: state.clock.now(),
        digits: wanted.digits.into(),
    };
    let executed = state.ledger.execute::<Call>(&id, command, metadata.clone()).await?;
    if executed.outcome == Outcome::Committed {
        let sent = executed.state.people.digits_sent;
        let update = ParticipantUpdate {
            announce_url: Some(announcement(&state, &id, &format!("what=digits&number={sent}"))),
            ..ParticipantUpdate::default()
        };
        if let Err(error) = state.twilio.update_participant(conference, caller, &update).await {
            let failed = CallCommand::FailEffect {
                at: state.clock.now(),
                effect: EFFECT.to_owned(),
                item: sent.to_string(),
                reason: error.to_string(),
                attempt: 1,
                retry_at: None,
            };
            let metadata = infra::event_store::Metadata {
                command_key: None,
                ..metadata
            };
            state.ledger.execute::<Call>(&id, failed, metadata).await?;
            return Err(refused(error));
        }
    }
    settle(&state, ANSWERED_FROM, executed.position).await;
    Ok(Written::changed(executed.position, Handled { call_id: id }))
}
