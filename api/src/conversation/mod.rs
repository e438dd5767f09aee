//! The conversation between a caller and the AI, turn by turn: what was heard is durable before anything is thought about
//! it, and what is answered is durable before it is said.
//!
//! What follows from what was heard is decided in `domain::conversation`, from the call's own events; here the model is
//! asked where that decision wants it, and the answer becomes orders to Twilio. The orders are made from what was
//! recorded: a repeated webhook is answered with the same ones, and asks no model.

mod answer;
mod instructions;
pub mod orders;
mod think;

pub use think::prepare;

use crate::auth::Permission;
use crate::conference;
use crate::error::ApiError;
use crate::state::AppState;
use crate::twilio::TwiML;
use domain::agent::Agent;
use domain::call::value::Direction;
use domain::call::{Call, CallEvent};
use domain::conversation::{Conversation, Phrases, Reply, Utterance, next_step};
use domain::{AgentId, Tenant, Timestamp};
use infra::event_store::{Actor, Event, Metadata, Position, Recorded, StreamId};
use infra::ledger::{LedgerError, Outcome};

/// Who acts, in the metadata of what the AI says.
const ACTOR: &str = "conversation";

/// As many users as are asked at once to take a call over.
const ASKED: usize = 20;

/// What the AI is to answer.
pub struct Question<'a> {
    /// The call.
    pub call_id: &'a str,
    /// The place in the conversation that the caller's words took.
    pub turn: u32,
    /// When they were heard.
    pub at: Timestamp,
    /// What was heard.
    pub utterance: &'a Utterance,
    /// Who answers.
    pub agent: Option<AgentId>,
    /// Whose call it is.
    pub tenant: Tenant,
    /// What belongs together.
    pub correlation_id: String,
    /// The event of the caller's words.
    pub causation: Position,
}

/// What is needed to answer: the call as far as it has come, and the agent as it was when the call began.
struct Scene {
    call_id: String,
    conversation: Conversation,
    agent: Agent,
    phrases: &'static Phrases,
    /// The other side's number, as the beginning of the call told it.
    caller: Option<String>,
    /// The users who could take the call over.
    here: Vec<String>,
}

impl Scene {
    /// The country whose telephone numbers are given without a country code: that of the agent's language, as `US` in
    /// `en-US`.
    fn region(&self) -> Option<&str> {
        let tag = self.agent.settings.language.as_deref()?;
        let is_region = |subtag: &&str| subtag.len() == 2 && subtag.bytes().all(|c| c.is_ascii_uppercase());
        tag.split('-').skip(1).find(is_region)
    }
}

/// Answers the caller.
///
/// # Errors
/// When the ledger cannot be read or written. A model that does not answer is no error: the caller hears something else.
pub async fn respond(state: &AppState, question: Question<'_>) -> Result<TwiML, ApiError> {
    if is_taken_over(state, question.call_id).await? {
        return Ok(TwiML(conference::into(state, question.call_id)));
    }
    let stream = StreamId::call(question.call_id);
    let key = format!("conversation:{}:{}", question.call_id, question.turn);
    let history = state.ledger.history(&stream).await?;
    let began = history.first().map_or(0, |event| event.position);
    let agent = match &question.agent {
        Some(id) => state.directory.agent_then(state, id.as_str(), began).await?,
        None => Agent::default(),
    };
    let said_before = events_of(&history, &key);
    let scene = Scene {
        call_id: question.call_id.to_owned(),
        conversation: Conversation::of(history.iter().filter_map(call_event)),
        phrases: Phrases::of(agent.settings.language.as_deref()),
        caller: history.iter().filter_map(call_event).find_map(other_side),
        agent,
        here: who_could_take_over(state, &question),
    };
    let events = if said_before.is_empty() {
        let reply = reply(state, &scene, &question).await;
        // A person of ours has taken the call over while the AI was thinking.
        if is_taken_over(state, question.call_id).await? {
            return Ok(TwiML(conference::into(state, question.call_id)));
        }
        let metadata = Metadata {
            causation: Some(question.causation),
            ..Metadata::new(
                question.tenant.clone(),
                Actor::Process(ACTOR.to_owned()),
                question.correlation_id.clone(),
            )
            .with_key(&key)
        };
        let commands = reply.commands(question.at.max(state.clock.now()));
        match state
            .ledger
            .execute_all::<Call>(question.call_id, &commands, metadata)
            .await
        {
            Ok(executed) if executed.outcome == Outcome::Committed => executed.events,
            // A repetition was faster.
            Ok(_) => events_of(&state.ledger.history(&stream).await?, &key),
            // Erased meanwhile: there is nothing to be said any more.
            Err(LedgerError::Rejected(error)) => {
                tracing::warn!(%error, "an answer could not be recorded");
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        said_before
    };
    if events.is_empty() {
        return Ok(TwiML(orders::nothing_to_say(scene.phrases, &scene.agent.settings)));
    }
    Ok(TwiML(orders::after(
        state,
        question.call_id,
        &scene.agent.settings,
        &events,
    )))
}

async fn is_taken_over(state: &AppState, call_id: &str) -> Result<bool, ApiError> {
    let known = state.ledger.state::<Call>(call_id).await?;
    Ok(known.is_some_and(|(call, _)| call.people.taken_over_by.is_some()))
}

/// The users who could take the call over: those who look at the live calls now. With several processes: at this one.
fn who_could_take_over(state: &AppState, question: &Question<'_>) -> Vec<String> {
    let here = state.presence.here(question.tenant.as_str(), question.at);
    here.into_iter()
        .filter(|seen| seen.feeds > 0 && Permission::HandleCalls.is_granted_to(seen.user.role))
        .take(ASKED)
        .map(|seen| seen.user.user_id)
        .collect()
}

async fn reply(state: &AppState, scene: &Scene, question: &Question<'_>) -> Reply {
    let step = next_step(
        &scene.conversation,
        &scene.agent.settings,
        question.utterance,
        question.at,
    );
    let persona = scene.agent.persona_in_force;
    match Reply::without_model(step, scene.phrases, persona, &scene.here, question.at) {
        Some(reply) => reply,
        None => think::reply(state, scene, question).await,
    }
}

/// The number of the person that we speak with.
fn other_side(event: &CallEvent) -> Option<String> {
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
