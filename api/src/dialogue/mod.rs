//! The dialogue between the caller and the AI, turn by turn. The caller's words are durable before the model is called,
//! and the answer is durable before it is spoken.
//!
//! `domain::dialogue` decides the next step from the call's events. This module calls the model where that decision
//! requires it, and builds the TwiML from the recorded events, so that a repeated webhook gets the same TwiML without a
//! second model call.

mod answer;
mod instructions;
mod model_turn;
pub mod voice_response;

pub use model_turn::warm_up;

use crate::auth::Permission;
use crate::conference;
use crate::error::ApiError;
use crate::state::AppState;
use crate::twilio::TwiML;
use domain::agent::Agent;
use domain::call::value::Direction;
use domain::call::{Call, CallEvent};
use domain::dialogue::{Conversation, Phrases, Reply, Utterance, next_step};
use domain::{AgentId, Tenant, Timestamp};
use infra::event_store::{Actor, Event, Metadata, Position, Recorded, StreamId};
use infra::ledger::{LedgerError, Outcome};

/// Actor name in the metadata of the AI's events.
const ACTOR: &str = "conversation";

/// Maximum number of users asked at the same time to take a call over.
const MAX_TAKEOVER_REQUESTS: usize = 20;

/// What the caller said, and the request metadata.
pub struct TurnInput<'a> {
    pub call_id: &'a str,
    /// Number of the caller's turn, from 1.
    pub turn: u32,
    pub at: Timestamp,
    pub utterance: &'a Utterance,
    pub agent: Option<AgentId>,
    pub tenant: Tenant,
    pub correlation_id: String,
    /// Position of the event with the caller's words.
    pub causation: Position,
}

/// Everything an answer is based on: the conversation so far, and the agent as it was when the call started.
struct TurnContext {
    call_id: String,
    conversation: Conversation,
    agent: Agent,
    phrases: &'static Phrases,
    /// Number of the other party, from the call's first event.
    caller: Option<String>,
    /// Users who can take the call over.
    available_users: Vec<String>,
}

impl TurnContext {
    /// The region for telephone numbers without a country code: that of the agent's language, such as `US` in `en-US`.
    fn region(&self) -> Option<&str> {
        let tag = self.agent.settings.language.as_deref()?;
        let is_region = |subtag: &&str| subtag.len() == 2 && subtag.bytes().all(|c| c.is_ascii_uppercase());
        tag.split('-').skip(1).find(is_region)
    }
}

/// Answers the caller.
///
/// # Errors
/// When the ledger cannot be read or written. A failing model is no error: the caller hears a fallback.
pub async fn respond(state: &AppState, input: TurnInput<'_>) -> Result<TwiML, ApiError> {
    if is_taken_over(state, input.call_id).await? {
        return Ok(TwiML(conference::into(state, input.call_id)));
    }
    let stream = StreamId::call(input.call_id);
    let key = format!("conversation:{}:{}", input.call_id, input.turn);
    let history = state.ledger.history(&stream).await?;
    let began = history.first().map_or(0, |event| event.position);
    let agent = match &input.agent {
        Some(id) => state.number_routing.agent_at(state, id.as_str(), began).await?,
        None => Agent::default(),
    };
    let recorded_events = events_of(&history, &key);
    let context = TurnContext {
        call_id: input.call_id.to_owned(),
        conversation: Conversation::of(history.iter().filter_map(call_event)),
        phrases: Phrases::of(agent.settings.language.as_deref()),
        caller: history.iter().filter_map(call_event).find_map(other_party),
        agent,
        available_users: available_users(state, &input),
    };
    let events = if recorded_events.is_empty() {
        let reply = reply(state, &context, &input).await;
        // A team member took the call over while the model was answering.
        if is_taken_over(state, input.call_id).await? {
            return Ok(TwiML(conference::into(state, input.call_id)));
        }
        let metadata = Metadata {
            causation: Some(input.causation),
            ..Metadata::new(
                input.tenant.clone(),
                Actor::Process(ACTOR.to_owned()),
                input.correlation_id.clone(),
            )
            .with_key(&key)
        };
        let commands = reply.commands(input.at.max(state.clock.now()));
        match state
            .ledger
            .execute_all::<Call>(input.call_id, &commands, metadata)
            .await
        {
            Ok(executed) if executed.outcome == Outcome::Committed => executed.events,
            // A concurrent repetition of the webhook recorded its answer first.
            Ok(_) => events_of(&state.ledger.history(&stream).await?, &key),
            // The call was erased in the meantime.
            Err(LedgerError::Rejected(error)) => {
                tracing::warn!(call_id = input.call_id, %error, "answer not recorded");
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        recorded_events
    };
    if events.is_empty() {
        return Ok(TwiML(voice_response::no_answer(
            context.phrases,
            &context.agent.settings,
        )));
    }
    Ok(TwiML(voice_response::from_events(
        state,
        input.call_id,
        &context.agent.settings,
        &events,
    )))
}

async fn is_taken_over(state: &AppState, call_id: &str) -> Result<bool, ApiError> {
    let known = state.ledger.state::<Call>(call_id).await?;
    Ok(known.is_some_and(|(call, _)| call.people.taken_over_by.is_some()))
}

/// The users who can take the call over: those who have the live page open, in this process.
fn available_users(state: &AppState, input: &TurnInput<'_>) -> Vec<String> {
    let here = state.presence.present(input.tenant.as_str(), input.at);
    here.into_iter()
        .filter(|seen| seen.feeds > 0 && Permission::HandleCalls.is_granted_to(seen.user.role))
        .take(MAX_TAKEOVER_REQUESTS)
        .map(|seen| seen.user.user_id)
        .collect()
}

async fn reply(state: &AppState, context: &TurnContext, input: &TurnInput<'_>) -> Reply {
    let step = next_step(
        &context.conversation,
        &context.agent.settings,
        input.utterance,
        input.at,
    );
    let persona = context.agent.persona_in_force;
    match Reply::without_model(step, context.phrases, persona, &context.available_users, input.at) {
        Some(reply) => reply,
        None => model_turn::reply(state, context, input).await,
    }
}

/// The number of the other party.
fn other_party(event: &CallEvent) -> Option<String> {
    match event {
        CallEvent::CallStarted {
            direction: Some(Direction::Outbound),
            to,
            ..
        } => to.text().map(str::to_owned),
        CallEvent::CallStarted { from, .. } => from.text().map(str::to_owned),
        _ => None,
    }
}

fn call_event(recorded: &Recorded) -> Option<&CallEvent> {
    match &recorded.event {
        Event::Call(event) => Some(event),
        _ => None,
    }
}

fn events_of(history: &[Recorded], key: &str) -> Vec<CallEvent> {
    history
        .iter()
        .filter(|event| event.metadata.command_key.as_deref() == Some(key))
        .filter_map(call_event)
        .cloned()
        .collect()
}
