//! Calls the model and turns its answer into a reply.

use super::answer::Answer;
use super::{TurnContext, TurnInput, instructions};
use crate::Engine;
use domain::agent::field;
use domain::call::CallCommand;
use domain::call::value::TokenCount;
use domain::dialogue::guard::{severe_word, without_severe_words};
use domain::dialogue::{Reply, Speaker, Spoken, step_without_answer};
use domain::phone::identifies_caller;
use domain::{Personal, Timestamp};
use infra::models::{ChatAnswer, ChatRequest, Format, Message, prices};
use projections::call_log::PreviousCall;
use std::time::{Duration, Instant};

/// Timeout of the model request. The caller hears in between that the answer takes a moment.
const MODEL_TIMEOUT: Duration = Duration::from_secs(12);
/// Maximum length of the model's answer, in tokens.
const MAX_TOKENS: u32 = 500;
/// Sampling temperature, 0 to 2.
const TEMPERATURE: f32 = 0.4;
/// Least time for a second request after an answer with a severe word.
const MIN_SECOND_ATTEMPT: Duration = Duration::from_secs(2);
/// Added to the system prompt for the second request.
const WORDS_TO_AVOID: &str = "Your last answer contained an obscene word. Answer again without it.";
/// Guardrail name for an answer with inappropriate language.
const PROFANITY: &str = "profanity";
/// Maximum number of earlier calls of the same caller and agent given to the model.
const MAX_EARLIER_CALLS: i64 = 5;

/// Loads lazily initialized data: the price lists and the telephone number metadata. This takes about 100 ms, which must
/// not delay the first caller. See also [`infra::models::Models::warm_up`].
pub fn warm_up() {
    let nothing = TokenCount { input: 0, output: 0 };
    std::hint::black_box((
        prices::chat("any", "any", nothing).is_some(),
        domain::phone::parse("504 555 0100", Some("US")).is_ok(),
    ));
}

/// Returns the model's reply, or the fallback when the model fails.
pub async fn reply(engine: &Engine, context: &TurnContext, input: &TurnInput) -> Reply {
    let earlier = earlier(engine, context, input).await;
    let request = request(context, &earlier, input);
    let started = Instant::now();
    let (parsed, answer) = match ask(engine, context, &request).await {
        Ok(answered) => answered,
        Err(reason) => {
            let at = input.at.max(engine.clock.now());
            return model_unavailable(context, input, engine.language_models.provider(), reason, at);
        }
    };
    let language = context.agent.settings.language.as_deref();
    if severe_word(&parsed.say, language).is_none() {
        return apply_model_output(engine, context, input, parsed, &[answer]);
    }
    // Once more, with the reason. What else the answer says is not lost.
    let time_left = MODEL_TIMEOUT.saturating_sub(started.elapsed());
    let again = ChatRequest {
        system: format!("{}\n{WORDS_TO_AVOID}", request.system),
        timeout: time_left,
        ..request
    };
    let second = if time_left > MIN_SECOND_ATTEMPT {
        ask(engine, context, &again).await.ok()
    } else {
        None
    };
    let (mut parsed, answers) = match second {
        Some((second, answered)) => (second, vec![answer, answered]),
        None => (parsed, vec![answer]),
    };
    parsed.say = without_severe_words(&parsed.say, language);
    if parsed.say.is_empty() {
        context.phrases.deflection.clone_into(&mut parsed.say);
    }
    let (at, rule) = (input.at.max(engine.clock.now()), PROFANITY.to_owned());
    apply_model_output(engine, context, input, parsed, &answers).noting([CallCommand::TripGuardrail { at, rule }])
}

/// The model's answer, or why there is none.
async fn ask(engine: &Engine, context: &TurnContext, request: &ChatRequest) -> Result<(Answer, ChatAnswer), String> {
    let answer = engine.language_models.chat(request).await.map_err(|error| {
        tracing::warn!(call_id = context.call_id, %error, "model request failed");
        error.to_string()
    })?;
    match Answer::parse(&answer.text) {
        Some(parsed) => Ok((parsed, answer)),
        None => Err("the model's answer could not be parsed".to_owned()),
    }
}

/// Summaries of earlier calls between this caller and this agent. Empty if the read model is unavailable, or if the caller
/// may have another's number.
async fn earlier(engine: &Engine, context: &TurnContext, input: &TurnInput) -> Vec<PreviousCall> {
    let Some((number, agent)) = context.caller.as_deref().zip(input.agent.as_ref()) else {
        return Vec::new();
    };
    let may_recall = context.is_caller_verified || context.agent.settings.recall_unverified_callers == Some(true);
    if !may_recall || !identifies_caller(number) {
        return Vec::new();
    }
    let tenant = input.tenant.as_str();
    let log = &engine.read.call_log;
    let found = log.previous_calls(tenant, number, agent.as_str(), &input.call_id, MAX_EARLIER_CALLS);
    found.await.unwrap_or_else(|error| {
        tracing::warn!(call_id = input.call_id, %error, "earlier calls unavailable");
        Vec::new()
    })
}

fn request(context: &TurnContext, earlier: &[PreviousCall], input: &TurnInput) -> ChatRequest {
    let turns = instructions::messages(context).into_iter();
    let turns = turns.map(|(speaker, text)| match speaker {
        Speaker::Caller => Message::user(text),
        Speaker::Ai => Message::assistant(text),
    });
    let messages = instructions::earlier_calls(earlier).map(Message::user).into_iter();
    let messages = messages.chain(turns).collect();
    ChatRequest {
        temperature: Some(TEMPERATURE),
        format: Format::JsonSchema {
            name: "answer".to_owned(),
            schema: instructions::schema(context),
        },
        model: context.agent.settings.model.clone(),
        tenant: input.tenant.to_string(),
        ..ChatRequest::new(
            instructions::system(context, &today(context, input.at)),
            messages,
            MAX_TOKENS,
            MODEL_TIMEOUT,
        )
    }
}

/// The date in the agent's time zone, such as `2026-03-27, a Friday`: callers say "tomorrow".
fn today(context: &TurnContext, at: Timestamp) -> String {
    let zone = context
        .agent
        .hours
        .as_ref()
        .map_or(chrono_tz::UTC, |hours| hours.time_zone);
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d, a %A").to_string()
}

/// Builds the reply from the model's parsed answer. `answers`: all that were asked for, the last one is used.
fn apply_model_output(
    engine: &Engine,
    context: &TurnContext,
    input: &TurnInput,
    parsed: Answer,
    answers: &[ChatAnswer],
) -> Reply {
    let at = input.at.max(engine.clock.now());
    let mut notes = collected(context, &parsed, at);
    let costs = answers.iter().filter_map(|answer| {
        let tokens = answer.tokens?;
        prices::chat(engine.language_models.provider(), &answer.model, tokens)
    });
    notes.extend(costs.map(|cost| crate::cost::command(cost, at)));
    let latency_ms = u32::try_from((at.as_micros() - input.at.as_micros()).max(0) / 1_000).ok();
    let used = answers.last();
    let spoken = |text: String| Spoken {
        text,
        persona_version: context.agent.persona_in_force,
        model: used.map(|answer| answer.model.clone()),
        latency_ms,
        tokens: used.and_then(|answer| answer.tokens),
        asks_to_confirm: None,
    };
    let (conversation, intent) = (&context.conversation, parsed.intent);
    let spoken = spoken(parsed.say);
    Reply::of_model(intent, spoken, conversation, &context.reply_context(at)).noting(notes)
}

/// Commands for the field values that are new or changed.
fn collected(context: &TurnContext, parsed: &Answer, at: Timestamp) -> Vec<CallCommand> {
    let fields = context.agent.settings.fields_to_collect.as_deref().unwrap_or_default();
    let region = context.region();
    parsed
        .values()
        .filter_map(|(name, text)| {
            let field = fields.iter().find(|field| field.name == name)?;
            let (value, valid) = field::checked(&field.kind, &text, region);
            let known = context.conversation.fields.get(name);
            let is_changed = known.is_none_or(|known| known.value != value || known.valid != valid);
            is_changed.then(|| CallCommand::CollectField {
                at,
                field: name.to_owned(),
                value: Personal::Known(value),
                valid,
            })
        })
        .collect()
}

/// The reply when the model does not answer.
fn model_unavailable(context: &TurnContext, input: &TurnInput, provider: &str, reason: String, at: Timestamp) -> Reply {
    let note = CallCommand::ReportAiFailure {
        at,
        provider: provider.to_owned(),
        reason,
    };
    let step = step_without_answer(&context.conversation, &input.utterance);
    Reply::of_step(step, &context.reply_context(at)).noting([note])
}
