//! The dialogue between the caller and the AI, turn by turn. The caller's words are durable before the model is called,
//! and the answer is durable before it is spoken.
//!
//! `domain::dialogue` decides the next step from the call's events. This module calls the model where that decision
//! requires it, and answers with the recorded events, so that a repeated webhook gets the same answer without a second
//! model call, as long as the AI has the call.

mod answer;
mod instructions;
mod model_turn;
mod speakable;

pub use model_turn::warm_up;

use crate::suppression::honor_opt_out;
use crate::{Engine, agents};
use domain::agent::{Agent, AgentSettings};
use domain::call::value::Direction;
use domain::call::{Call, CallError, CallEvent};
use domain::dialogue::{Conversation, Phrases, Reply, Utterance, next_step};
use domain::{AgentId, Tenant, Timestamp};
use infra::event_store::{Actor, Event, Metadata, Position, Recorded, StoreError, StreamId};
use infra::ledger::{Ledger, LedgerError, Outcome};

/// How long a caller who spoke at the moment of a takeover waits for its redirect to the conference, in seconds. Usually
/// it takes a fraction of one.
const REDIRECT_TIMEOUT_S: u32 = 3;

/// Actor name in the metadata of the AI's events.
const ACTOR: &str = "conversation";

/// What the caller said, and the request metadata.
pub struct TurnInput<'a> {
    pub call_id: &'a str,
    /// Number of the caller's turn, from 1.
    pub turn: u32,
    pub at: Timestamp,
    pub utterance: Utterance,
    pub agent: Option<AgentId>,
    pub tenant: Tenant,
    pub correlation_id: String,
    /// Position of the event with the caller's words.
    pub causation: Position,
    /// Users who can take the call over.
    pub available_users: Vec<String>,
    /// The caller has waited for a redirect to the conference that has not come.
    pub has_awaited: bool,
}

/// The caller's words of a turn that is answered again, and the position of their event. A silence is in no event.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn recorded_utterance(
    ledger: &Ledger,
    call_id: &str,
    turn: u32,
) -> Result<(Utterance, Position), StoreError> {
    let history = ledger.history(&StreamId::call(call_id)).await?;
    let spoken = history.iter().rev().find_map(|recorded| match call_event(recorded)? {
        CallEvent::CallerTurn {
            turn: of,
            text,
            confidence,
            ..
        } if *of == turn => {
            let utterance = Utterance {
                text: text.text().map(str::to_owned),
                confidence: *confidence,
            };
            Some((utterance, recorded.position))
        }
        _ => None,
    });
    let last = history.last().map_or(0, |last| last.position);
    Ok(spoken.unwrap_or_else(|| (Utterance::default(), last)))
}

/// What the caller gets.
#[derive(Debug)]
pub enum TurnOutcome {
    /// A team member has the call: the caller joins the conference.
    JoinConference,
    /// A team member has just taken the call over, and the caller is being redirected to the conference. A caller who had
    /// joined it by this answer would be taken out of it by the redirect, and join it a second time.
    AwaitRedirect { timeout_s: u32 },
    /// The recorded events of the AI's turn, in the voice and language of the call's agent.
    Answer {
        settings: AgentSettings,
        events: Vec<CallEvent>,
    },
    /// Nothing was recorded: the call was erased in the meantime.
    NoAnswer { settings: AgentSettings },
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
pub async fn respond(engine: &Engine, input: TurnInput<'_>) -> Result<TurnOutcome, LedgerError<CallError>> {
    if let Some(outcome) = takeover_outcome(engine, &input).await? {
        return Ok(outcome);
    }
    let stream = StreamId::call(input.call_id);
    let key = format!("conversation:{}:{}", input.call_id, input.turn);
    let history = engine.ledger.history(&stream).await?;
    let began = history.first().map_or(0, |event| event.position);
    let agent = match &input.agent {
        Some(id) => agents::at(&engine.ledger, id.as_str(), began).await?,
        None => Agent::default(),
    };
    let recorded_events = events_of(&history, &key);
    let context = TurnContext {
        call_id: input.call_id.to_owned(),
        conversation: Conversation::of(history.iter().filter_map(call_event)),
        phrases: Phrases::of(agent.settings.language.as_deref()),
        caller: history.iter().filter_map(call_event).find_map(other_party),
        agent,
        available_users: input.available_users.clone(),
    };
    let events = if recorded_events.is_empty() {
        let reply = reply(engine, &context, &input).await;
        // A team member took the call over while the model was answering.
        if let Some(outcome) = takeover_outcome(engine, &input).await? {
            return Ok(outcome);
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
        let commands = reply.commands(input.at.max(engine.clock.now()));
        match engine
            .ledger
            .execute_all::<Call>(input.call_id, &commands, metadata)
            .await
        {
            Ok(executed) if executed.outcome == Outcome::Committed => executed.events,
            // A concurrent repetition of the webhook recorded its answer first.
            Ok(_) => events_of(&engine.ledger.history(&stream).await?, &key),
            // The call was erased in the meantime.
            Err(LedgerError::Rejected(error)) => {
                tracing::warn!(call_id = input.call_id, %error, "answer not recorded");
                Vec::new()
            }
            Err(error) => return Err(error),
        }
    } else {
        recorded_events
    };
    if events
        .iter()
        .any(|event| matches!(event, CallEvent::DoNotCallRequested { .. }))
        && let Err(error) = honor_opt_out(engine, input.call_id).await
    {
        // The job does it later.
        tracing::warn!(call_id = input.call_id, %error, "number not suppressed yet");
    }
    let settings = context.agent.settings;
    Ok(if events.is_empty() {
        TurnOutcome::NoAnswer { settings }
    } else {
        TurnOutcome::Answer { settings, events }
    })
}

/// What the caller gets while a team member has the call. `None` while the AI has it.
async fn takeover_outcome(engine: &Engine, input: &TurnInput<'_>) -> Result<Option<TurnOutcome>, StoreError> {
    let known = engine.ledger.state::<Call>(input.call_id).await?;
    if known.is_none_or(|(call, _)| call.people.taken_over_by.is_none()) {
        return Ok(None);
    }
    if input.has_awaited {
        return Ok(Some(TurnOutcome::JoinConference));
    }
    let history = engine.ledger.history(&StreamId::call(input.call_id)).await?;
    let taken_over_at = history
        .iter()
        .filter_map(call_event)
        .rev()
        .find_map(|event| match event {
            CallEvent::TakenOver { at, .. } => Some(*at),
            _ => None,
        });
    Ok(Some(outcome_after_takeover(taken_over_at, engine.clock.now())))
}

fn outcome_after_takeover(taken_over_at: Option<Timestamp>, now: Timestamp) -> TurnOutcome {
    match taken_over_at {
        Some(at) if now < at.plus_seconds(i64::from(REDIRECT_TIMEOUT_S)) => TurnOutcome::AwaitRedirect {
            timeout_s: REDIRECT_TIMEOUT_S,
        },
        _ => TurnOutcome::JoinConference,
    }
}

async fn reply(engine: &Engine, context: &TurnContext, input: &TurnInput<'_>) -> Reply {
    let step = next_step(
        &context.conversation,
        &context.agent.settings,
        &input.utterance,
        input.at,
    );
    let persona = context.agent.persona_in_force;
    match Reply::without_model(step, context.phrases, persona, &context.available_users, input.at) {
        Some(reply) => reply,
        None => model_turn::reply(engine, context, input).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caller_waits_for_the_redirect_right_after_a_takeover_and_then_joins() {
        let at = Timestamp::from_seconds(1_800_000_000);
        let after = |seconds| outcome_after_takeover(Some(at), at.plus_seconds(seconds));
        for seconds in [0, 2] {
            assert!(matches!(after(seconds), TurnOutcome::AwaitRedirect { .. }), "{seconds}");
        }
        for seconds in [3, 600] {
            assert!(matches!(after(seconds), TurnOutcome::JoinConference), "{seconds}");
        }
    }
}
