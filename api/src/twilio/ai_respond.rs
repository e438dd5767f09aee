//! `POST /twilio/ai-respond`: the result of a `<Gather>`: the caller's words or keys, or silence.

use super::callback::{CallbackOutcome, quarantine, record, resolve_tenant};
use super::inbound::apology;
use super::{Signed, TwiML, voice_response};
use crate::auth::Permission;
use crate::conference;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use engine::dialogue::{TurnInput, TurnOutcome, respond};
use infra::twilio::callbacks::{Endpoint, Gathered};

/// The caller's turn. The response is TwiML with the AI's turn.
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
            return Ok(apology());
        }
    };
    let call_id = gathered.call_id.0.clone();
    let key = signed.command_key(Endpoint::AiRespond, &gathered.key());
    // The caller's turn is durable before the model is called.
    let tenant = resolve_tenant(&state, &signed, Endpoint::AiRespond, &call_id).await?;
    let outcome = record(
        &state,
        &signed,
        Endpoint::AiRespond,
        &call_id,
        gathered.command.clone(),
        key,
        tenant,
    )
    .await?;
    let CallbackOutcome::Call(context) = outcome else {
        return Ok(apology());
    };
    let input = TurnInput {
        call_id: &call_id,
        turn: gathered.turn,
        at: gathered.at,
        utterance: &gathered.utterance,
        agent: context.executed.state.agent().cloned(),
        tenant: context.executed.tenant.clone(),
        correlation_id: signed.request_id().to_owned(),
        causation: context.executed.position,
        available_users: state
            .presence
            .available(context.executed.tenant.as_str(), gathered.at, |role| {
                Permission::HandleCalls.is_granted_to(role)
            }),
    };
    let twiml = match respond(&state, input).await? {
        TurnOutcome::JoinConference => conference::join(&state.config, &call_id),
        TurnOutcome::AwaitRedirect { timeout_s } => {
            conference::await_redirect(&state.config, &call_id, gathered.turn, timeout_s)
        }
        TurnOutcome::Answer { settings, events } => {
            voice_response::from_events(&state.config, &call_id, &settings, &events)
        }
        TurnOutcome::NoAnswer { settings } => voice_response::no_answer(&settings),
    };
    Ok(TwiML(twiml))
}
