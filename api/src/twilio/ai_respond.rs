//! `POST /twilio/ai-respond`: the result of a `<Gather>`: the caller's words or keys, or silence.

use super::callback::{CallbackOutcome, quarantine, record, resolve_tenant};
use super::inbound::apology;
use super::{Signed, TwiML, voice_response};
use crate::auth::Permission;
use crate::conference;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::call::Call;
use domain::{Tenant, Timestamp};
use engine::dialogue::{TurnInput, TurnOutcome, recorded_utterance, respond};
use infra::event_store::StoreError;
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
    let input = if signed.query(conference::AWAITED).is_some() {
        answered_again(&state, &signed, &gathered).await?
    } else {
        recorded(&state, &signed, &gathered).await?
    };
    let Some(input) = input else {
        return Ok(apology());
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

/// The caller's turn, which is durable before the model is called. `None` if it was quarantined.
async fn recorded<'a>(
    state: &AppState,
    signed: &Signed,
    gathered: &'a Gathered,
) -> Result<Option<TurnInput<'a>>, ApiError> {
    let call_id = gathered.call_id.as_str();
    let key = signed.command_key(Endpoint::AiRespond, &gathered.key());
    let tenant = resolve_tenant(state, signed, Endpoint::AiRespond, call_id).await?;
    let command = gathered.command.clone();
    let outcome = record(state, signed, Endpoint::AiRespond, call_id, command, key, tenant).await?;
    let CallbackOutcome::Call(context) = outcome else {
        return Ok(None);
    };
    let executed = context.executed;
    Ok(Some(TurnInput {
        call_id,
        turn: gathered.turn,
        at: gathered.at,
        utterance: gathered.utterance.clone(),
        agent: executed.state.agent().cloned(),
        available_users: available_users(state, &executed.tenant, gathered.at),
        tenant: executed.tenant,
        correlation_id: signed.request_id().to_owned(),
        causation: executed.position,
        has_awaited: false,
    }))
}

/// The turn before the caller waited for a redirect. This request says nothing new, so nothing is recorded. `None` if the
/// call does not exist or cannot be read.
async fn answered_again<'a>(
    state: &AppState,
    signed: &Signed,
    gathered: &'a Gathered,
) -> Result<Option<TurnInput<'a>>, ApiError> {
    let call_id = gathered.call_id.as_str();
    let call = match state.ledger.state::<Call>(call_id).await {
        Ok(Some((call, _))) => call,
        Ok(None) | Err(StoreError::Unreadable(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let tenant = resolve_tenant(state, signed, Endpoint::AiRespond, call_id).await?;
    let (utterance, causation) = recorded_utterance(&state.ledger, call_id, gathered.turn).await?;
    Ok(Some(TurnInput {
        call_id,
        turn: gathered.turn,
        at: gathered.at,
        utterance,
        agent: call.agent().cloned(),
        available_users: available_users(state, &tenant, gathered.at),
        tenant,
        correlation_id: signed.request_id().to_owned(),
        causation,
        has_awaited: true,
    }))
}

fn available_users(state: &AppState, tenant: &Tenant, at: Timestamp) -> Vec<String> {
    let may_take_over = |role| Permission::HandleCalls.is_granted_to(role);
    state.presence.available(tenant.as_str(), at, may_take_over)
}
