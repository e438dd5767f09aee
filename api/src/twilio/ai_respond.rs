//! `POST /twilio/ai-respond`: the result of a `<Gather>`: the caller's words or keys, or silence.

use super::{Signed, TwiML, voice_response};
use crate::conference;
use crate::error::ApiError;
use axum::extract::State;
use engine::SharedEngine;
use engine::callbacks::caller_turn::{self, AnsweredTurn};
use engine::dialogue::TurnOutcome;
use infra::config::Config;
use infra::twilio::twiml::{Response, hangup};

/// The caller's turn. The response is TwiML with the AI's turn.
#[utoipa::path(
    post, path = "/twilio/ai-respond", tag = "twilio", security(("twilio" = [])),
    params(("call_id" = Option<String>, Query), ("turn" = u32, Query)),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn ai_respond(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    let answered = caller_turn::handle(&engine, &received).await?;
    let response = answered.map_or_else(voice_response::apology, |answered| render(&engine.config, answered));
    Ok(TwiML(response))
}

fn render(config: &Config, answered: AnsweredTurn) -> Response {
    let AnsweredTurn { call_id, turn, outcome } = answered;
    match outcome {
        TurnOutcome::HangUp => Response::new().then(hangup()),
        TurnOutcome::JoinConference => conference::join(config, &call_id),
        TurnOutcome::AwaitRedirect { timeout_s } => conference::await_redirect(config, &call_id, turn, timeout_s),
        TurnOutcome::Wait { settings, words, waits } => {
            voice_response::wait_for_answer(config, &call_id, &settings, turn, words, waits)
        }
        TurnOutcome::Answer { settings, events } => voice_response::from_events(config, &call_id, &settings, &events),
        TurnOutcome::NoAnswer { settings } => voice_response::no_answer(&settings),
    }
}
