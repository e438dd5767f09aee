//! `POST /api/active-calls/{id}/digits`: sends keypad tones to the caller.
//!
//! The digits are recorded before they are sent, at most once: if the process is killed in between nothing is sent, and
//! a repetition with the same `Idempotency-Key` does not send them again.

use super::{Handled, READ_MODELS, done_before, load_for_handling};
use crate::auth::SignedIn;
use crate::conference::{of_caller, refused};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::{Call, CallCommand};
use engine::conference::announcement;
use infra::ledger::Outcome;
use infra::twilio::rest::ParticipantUpdate;
use serde::Deserialize;
use utoipa::ToSchema;

/// Effect name in `EffectFailed`.
const EFFECT: &str = "send_digits";

/// The keys to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    /// 1 to 32 of `0` to `9`, `*`, `#`, `w` (pause of half a second) and `W` (pause of one second).
    #[schema(example = "1w#")]
    digits: String,
}

/// Sends keypad tones to the caller.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/digits", tag = "live", request_body = Digits,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or no team member has it."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn digits(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Digits>,
) -> Result<WriteResponse<Handled>, ApiError> {
    let call = load_for_handling(&state, &signed_in, &id).await?;
    if let Some(position) = done_before(&state, &signed_in, &key).await? {
        return Ok(WriteResponse::changed(position, Handled { call_id: id }));
    }
    let (conference, caller) = of_caller(&call)?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/digits", key.of(&signed_in.user.user_id));
    let command = CallCommand::SendDigits {
        at: state.clock.now(),
        digits: body.digits.into(),
    };
    let executed = state.ledger.execute::<Call>(&id, command, metadata.clone()).await?;
    if executed.outcome == Outcome::Committed {
        let sent = executed.state.people.digits_sent;
        let update = ParticipantUpdate {
            announce_url: Some(announcement(&state.config, &id, &format!("what=digits&number={sent}"))),
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
    wait_for_read_models(state.models.progress(), READ_MODELS, executed.position).await;
    Ok(WriteResponse::changed(executed.position, Handled { call_id: id }))
}
