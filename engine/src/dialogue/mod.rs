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
use crate::{Engine, SharedEngine, agents};
use domain::agent::{Agent, AgentSettings};
use domain::call::value::Direction;
use domain::call::{Call, CallCommand, CallError, CallEvent};
use domain::dialogue::{Conversation, EmergencyNumbers, Phrases, Reply, ReplyContext, Utterance, next_step};
use domain::phone::{country_of, is_verified};
use domain::{AgentId, Personal, Tenant, Timestamp};
use infra::event_store::{Actor, Event, Metadata, Position, Recorded, StoreError, StreamId};
use infra::ledger::{Ledger, LedgerError, Outcome};

/// How long a caller who spoke at the moment of a takeover waits for its redirect to the conference, in seconds. Usually
/// it takes a fraction of one.
const REDIRECT_TIMEOUT_S: u32 = 3;

/// Actor name in the metadata of the AI's events.
const ACTOR: &str = "conversation";

/// What the caller said, and the request metadata.
#[derive(Clone)]
pub struct TurnInput {
    pub call_id: String,
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
    /// How often the caller was asked to wait for the answer to this turn.
    pub waits: u32,
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
    /// The call is over: the caller's leg, if it is still there, is hung up.
    HangUp,
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
    /// The answer takes longer: the caller hears this, and the request for the same turn is repeated.
    Wait {
        settings: AgentSettings,
        words: &'static str,
        /// How often the caller was asked to wait, with this time.
        waits: u32,
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
    /// Whether the other party has this number: we called it, or the network verified it. Anyone can claim another's number.
    is_caller_verified: bool,
    /// Users who can take the call over.
    available_users: Vec<String>,
    emergency: EmergencyNumbers,
    /// What a caller in danger hears first.
    emergency_answer: String,
}

impl TurnContext {
    /// What a reply at this time depends on.
    fn reply_context(&self, at: Timestamp) -> ReplyContext<'_> {
        ReplyContext {
            phrases: self.phrases,
            persona_version: self.agent.persona_in_force,
            available: &self.available_users,
            emergency: &self.emergency_answer,
            at,
        }
    }

    /// The region for telephone numbers without a country code: that of the agent's language.
    fn region(&self) -> Option<&str> {
        self.agent.settings.region()
    }
}

/// Answers the caller.
///
/// # Errors
/// When the ledger cannot be read or written. A failing model is no error: the caller hears a fallback.
pub async fn respond(engine: &SharedEngine, input: TurnInput) -> Result<TurnOutcome, LedgerError<CallError>> {
    let key = format!("conversation:{}:{}", input.call_id, input.turn);
    let history = engine.ledger.history(&StreamId::call(&input.call_id)).await?;
    let answered = answer_events(&history, &key);
    if let Some(outcome) = outcome_without_ai(engine, &input, answered.is_empty()).await? {
        return Ok(outcome);
    }
    let context = TurnContext::of(engine, &input, &history).await?;
    if !answered.is_empty() {
        return Ok(context.answer(answered));
    }
    let step = next_step(
        &context.conversation,
        &context.agent.settings,
        &input.utterance,
        input.at,
    );
    if let Some(step) = step {
        let reply = Reply::of_step(step, &context.reply_context(input.at));
        return record_answer(engine, &context, &input, reply, &key).await;
    }
    let waits = input.waits;
    let (phrases, settings) = (context.phrases, context.agent.settings.clone());
    let (about, wait_metadata) = (input.clone(), metadata(&input, &format!("{key}:wait:{waits}")));
    let task = engine.pending_turns.take(&key).unwrap_or_else(|| {
        let (engine, key) = (engine.clone(), key.clone());
        tokio::spawn(async move {
            let reply = model_turn::reply(&engine, &context, &input).await;
            record_answer(&engine, &context, &input, reply, &key).await.map(drop)
        })
    });
    if engine.pending_turns.wait(&key, task, waits).await? {
        return recorded_outcome(engine, &about, &key, settings).await;
    }
    let words = if waits == 0 {
        phrases.thinking
    } else {
        phrases.still_thinking
    };
    let said = CallCommand::SpeakAi {
        at: engine.clock.now(),
        turn: None,
        text: Personal::from(words),
        persona_version: 0,
        model: None,
        latency_ms: None,
        tokens: None,
        asks_to_confirm: None,
    };
    match engine.ledger.execute::<Call>(&about.call_id, said, wait_metadata).await {
        Ok(_) => Ok(TurnOutcome::Wait {
            settings,
            words,
            waits: waits + 1,
        }),
        // The request for the same turn finds out who has the call now.
        Err(LedgerError::Rejected(_)) => Ok(TurnOutcome::Wait {
            settings,
            words: "",
            waits: waits + 1,
        }),
        Err(error) => Err(error),
    }
}

/// What the caller gets after an answer was prepared.
async fn recorded_outcome(
    engine: &Engine,
    input: &TurnInput,
    key: &str,
    settings: AgentSettings,
) -> Result<TurnOutcome, LedgerError<CallError>> {
    let history = engine.ledger.history(&StreamId::call(&input.call_id)).await?;
    let events = answer_events(&history, key);
    let outcome = outcome_without_ai(engine, input, events.is_empty()).await?;
    Ok(outcome.unwrap_or(if events.is_empty() {
        TurnOutcome::NoAnswer { settings }
    } else {
        TurnOutcome::Answer { settings, events }
    }))
}

/// Records the reply, and returns what the caller gets.
async fn record_answer(
    engine: &Engine,
    context: &TurnContext,
    input: &TurnInput,
    reply: Reply,
    key: &str,
) -> Result<TurnOutcome, LedgerError<CallError>> {
    // The call may have ended, or a team member may have taken it over, while the model was answering.
    if let Some(outcome) = outcome_without_ai(engine, input, true).await? {
        record_notes(engine, input, reply, key).await?;
        return Ok(outcome);
    }
    let commands = reply.clone().commands(input.at.max(engine.clock.now()));
    let metadata = metadata(input, key);
    match engine
        .ledger
        .execute_all::<Call>(&input.call_id, &commands, metadata)
        .await
    {
        Ok(executed) if executed.outcome == Outcome::Committed => {
            suppress_if_wished(engine, &input.call_id, &executed.events).await;
            Ok(context.answer(executed.events))
        }
        // A concurrent repetition of the webhook recorded its answer first.
        Ok(_) => {
            let history = engine.ledger.history(&StreamId::call(&input.call_id)).await?;
            Ok(context.answer(answer_events(&history, key)))
        }
        // In another process the call ended or was taken over in the meantime, or it was erased.
        Err(LedgerError::Rejected(error)) => {
            tracing::info!(call_id = input.call_id, %error, "answer not recorded");
            record_notes(engine, input, reply, key).await?;
            let outcome = outcome_without_ai(engine, input, true).await?;
            Ok(outcome.unwrap_or_else(|| context.answer(Vec::new())))
        }
        Err(error) => Err(error),
    }
}

/// Suppresses the caller's number at once if these events contain the wish not to be called again.
async fn suppress_if_wished(engine: &Engine, call_id: &str, events: &[CallEvent]) {
    let is_wish = |event: &CallEvent| matches!(event, CallEvent::DoNotCallRequested { .. });
    if events.iter().any(is_wish)
        && let Err(error) = honor_opt_out(engine, call_id).await
    {
        // The job does it later.
        tracing::warn!(call_id, %error, "number not suppressed yet");
    }
}

/// Records what the reply notes of words that were said before the call ended or was taken over: collected values, costs,
/// a wish not to be called again. What the reply would do in the call is left out.
async fn record_notes(
    engine: &Engine,
    input: &TurnInput,
    reply: Reply,
    key: &str,
) -> Result<(), LedgerError<CallError>> {
    let is_note = |command: &CallCommand| {
        matches!(
            command,
            CallCommand::CollectField { .. }
                | CallCommand::IncurCost { .. }
                | CallCommand::ReportAiFailure { .. }
                | CallCommand::RequestDoNotCall { .. }
        )
    };
    let notes: Vec<_> = reply.notes.into_iter().filter(is_note).collect();
    if notes.is_empty() {
        return Ok(());
    }
    let metadata = metadata(input, &format!("{key}:notes"));
    match engine
        .ledger
        .execute_all::<Call>(&input.call_id, &notes, metadata)
        .await
    {
        Ok(_) => Ok(()),
        // The call was erased in the meantime.
        Err(LedgerError::Rejected(error)) => {
            tracing::info!(call_id = input.call_id, %error, "notes of a turn not recorded");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn metadata(input: &TurnInput, key: &str) -> Metadata {
    Metadata {
        causation: Some(input.causation),
        ..Metadata::new(
            input.tenant.clone(),
            Actor::Process(ACTOR.to_owned()),
            input.correlation_id.clone(),
        )
        .with_key(key)
    }
}

impl TurnContext {
    async fn of(engine: &Engine, input: &TurnInput, history: &[Recorded]) -> Result<Self, StoreError> {
        let began = history.first().map_or(0, |event| event.position);
        let agent = match &input.agent {
            Some(id) => agents::at(&engine.ledger, id.as_str(), began).await?,
            None => Agent::default(),
        };
        let events = || history.iter().filter_map(call_event);
        let phrases = Phrases::of(agent.settings.language.as_deref());
        // Callers are taken to be where our number is.
        let country = events().find_map(our_number).as_deref().and_then(country_of);
        let country = country.as_deref().or(agent.settings.region());
        let emergency = EmergencyNumbers::of(agent.settings.emergency.as_ref(), country);
        Ok(Self {
            call_id: input.call_id.clone(),
            conversation: Conversation::of(events()),
            emergency_answer: emergency.answer(agent.settings.emergency.as_ref(), phrases),
            emergency,
            phrases,
            caller: events().find_map(other_party),
            is_caller_verified: events().any(is_verified_start),
            agent,
            available_users: input.available_users.clone(),
        })
    }

    fn answer(&self, events: Vec<CallEvent>) -> TurnOutcome {
        let settings = self.agent.settings.clone();
        if events.is_empty() {
            TurnOutcome::NoAnswer { settings }
        } else {
            TurnOutcome::Answer { settings, events }
        }
    }
}

/// What the caller gets once the AI does not have the call any more. `None` while it has. The answer to a turn that was
/// recorded before the end is given again.
async fn outcome_without_ai(
    engine: &Engine,
    input: &TurnInput,
    is_unanswered: bool,
) -> Result<Option<TurnOutcome>, StoreError> {
    let known = engine.ledger.state::<Call>(&input.call_id).await?;
    let is_over = |call: &Call| call.is_over() && (is_unanswered || call.people.taken_over_by.is_some());
    if known.is_some_and(|(call, _)| is_over(&call)) {
        return Ok(Some(TurnOutcome::HangUp));
    }
    takeover_outcome(engine, input).await
}

/// What the caller gets while a team member has the call. `None` while the AI has it.
async fn takeover_outcome(engine: &Engine, input: &TurnInput) -> Result<Option<TurnOutcome>, StoreError> {
    let known = engine.ledger.state::<Call>(&input.call_id).await?;
    if known.is_none_or(|(call, _)| call.people.taken_over_by.is_none()) {
        return Ok(None);
    }
    if input.has_awaited {
        return Ok(Some(TurnOutcome::JoinConference));
    }
    let history = engine.ledger.history(&StreamId::call(&input.call_id)).await?;
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

/// Our number, E.164.
fn our_number(event: &CallEvent) -> Option<String> {
    match event {
        CallEvent::CallStarted { number, .. } => number.clone(),
        _ => None,
    }
}

/// Whether the event starts a call whose other party certainly has their number.
fn is_verified_start(event: &CallEvent) -> bool {
    match event {
        CallEvent::CallStarted {
            direction: Some(Direction::Outbound),
            ..
        } => true,
        CallEvent::CallStarted { attestation, .. } => is_verified(attestation.as_deref()),
        _ => false,
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

/// The events of an answer that was recorded under this key.
fn answer_events(history: &[Recorded], key: &str) -> Vec<CallEvent> {
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
