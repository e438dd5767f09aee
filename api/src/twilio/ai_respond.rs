//! `POST /twilio/ai-respond`: what the caller said to the AI, or that they said nothing.

use super::callback::{CallbackOutcome, quarantine, record, resolve_tenant};
use super::inbound::sorry;
use super::{Signed, TwiML};
use crate::dialogue::{TurnInput, respond};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::{Endpoint, Gathered};

/// What the caller said to the AI. Answered with the AI's words.
#[utoipa::path(
    post, path = "/twilio/ai-respond", tag = "twilio", security(("twilio" = [])),
    params(("call_id" = Option<String>, Query), ("turn" = u32, Query)),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn ai_respond(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let gathered = match Gathered::understand(&signed.callback(Endpoint::AiRespond)) {
        Ok(gathered) => gathered,
        Err(reason) => {
            quarantine(&state, &signed, Endpoint::AiRespond, &reason).await?;
            return Ok(sorry());
        }
    };
    let call_id = gathered.call_id.0.clone();
    let key = signed.command_key(Endpoint::AiRespond, &gathered.key());
    // What was said is durable before anything is thought about it.
    let tenant = resolve_tenant(&state, &signed, Endpoint::AiRespond, &call_id).await?;
    let heard = record(
        &state,
        &signed,
        Endpoint::AiRespond,
        &call_id,
        gathered.command.clone(),
        key,
        tenant,
    )
    .await?;
    let CallbackOutcome::Call(on_call) = heard else {
        return Ok(sorry());
    };
    let input = TurnInput {
        call_id: &call_id,
        turn: gathered.turn,
        at: gathered.at,
        utterance: &gathered.utterance,
        agent: on_call.executed.state.agent().cloned(),
        tenant: on_call.executed.tenant.clone(),
        correlation_id: signed.request_id().to_owned(),
        causation: on_call.executed.position,
    };
    respond(&state, input).await
}
