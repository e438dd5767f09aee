//! Calls the model and turns its answer into a reply.

use super::answer::Answer;
use super::{TurnContext, TurnInput, instructions};
use crate::Engine;
use domain::agent::field;
use domain::call::CallCommand;
use domain::call::value::{EndedBy, TokenCount, VoicemailReason};
use domain::dialogue::{Next, Reply, Speaker, Spoken, hand_over};
use domain::phone::identifies_caller;
use domain::{Personal, Timestamp};
use infra::models::{ChatAnswer, ChatRequest, Format, Message, prices};
use projections::call_log::PreviousCall;
use rustrict::CensorStr as _;
use std::time::Duration;

/// Timeout of the model request. Twilio gives a webhook 15 seconds in total.
const MODEL_TIMEOUT: Duration = Duration::from_secs(8);
/// Maximum length of the model's answer, in tokens.
const MAX_TOKENS: u32 = 500;
/// Sampling temperature, 0 to 2.
const TEMPERATURE: f32 = 0.4;
/// Guardrail name for an answer with inappropriate language.
const PROFANITY: &str = "profanity";
/// Escalation reason when the model asks for a team member.
const MODEL_ESCALATION: &str = "model_asked_for_a_person";
/// Maximum number of earlier calls of the same caller and agent given to the model.
const MAX_EARLIER_CALLS: i64 = 5;
/// Consecutive model failures after which the next one routes the caller to the voicemail.
const MAX_MODEL_FAILURES: u32 = 1;

/// Loads lazily initialized data: the guardrail's word list, the price lists and the telephone number metadata. This
/// takes about 100 ms, which must not delay the first caller.
pub fn warm_up() {
    let nothing = TokenCount { input: 0, output: 0 };
    std::hint::black_box((
        "ready".is_inappropriate(),
        prices::chat("any", "any", nothing).is_some(),
        domain::phone::parse("504 555 0100", Some("US")).is_ok(),
    ));
}

/// Returns the model's reply, or the fallback when the model fails.
pub async fn reply(engine: &Engine, context: &TurnContext, input: &TurnInput<'_>) -> Reply {
    let earlier = earlier(engine, context, input).await;
    let answered = engine.language_models.chat(&request(context, &earlier, input.at)).await;
    let at = input.at.max(engine.clock.now());
    match answered {
        Ok(answer) => match Answer::parse(&answer.text) {
            Some(parsed) => apply_model_output(engine, context, input, parsed, &answer),
            None => model_unavailable(
                context,
                engine.language_models.provider(),
                "the model's answer could not be parsed",
                at,
            ),
        },
        Err(error) => {
            tracing::warn!(call_id = context.call_id, %error, "model request failed");
            model_unavailable(context, engine.language_models.provider(), &error.to_string(), at)
        }
    }
}

/// Summaries of earlier calls between this caller and this agent. Empty if the read model is unavailable.
async fn earlier(engine: &Engine, context: &TurnContext, input: &TurnInput<'_>) -> Vec<PreviousCall> {
    let Some((number, agent)) = context.caller.as_deref().zip(input.agent.as_ref()) else {
        return Vec::new();
    };
    if !identifies_caller(number) {
        return Vec::new();
    }
    let tenant = input.tenant.as_str();
    let log = &engine.read.call_log;
    let found = log.previous_calls(tenant, number, agent.as_str(), input.call_id, MAX_EARLIER_CALLS);
    found.await.unwrap_or_else(|error| {
        tracing::warn!(call_id = input.call_id, %error, "earlier calls unavailable");
        Vec::new()
    })
}

fn request(context: &TurnContext, earlier: &[PreviousCall], at: Timestamp) -> ChatRequest {
    let messages = instructions::messages(context)
        .into_iter()
        .map(|(speaker, text)| match speaker {
            Speaker::Caller => Message::user(text),
            Speaker::Ai => Message::assistant(text),
        })
        .collect();
    ChatRequest {
        temperature: Some(TEMPERATURE),
        format: Format::JsonSchema {
            name: "answer".to_owned(),
            schema: instructions::schema(context),
        },
        model: context.agent.settings.model.clone(),
        ..ChatRequest::new(
            instructions::system(context, earlier, &today(context, at)),
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

/// Builds the reply from the model's parsed answer.
fn apply_model_output(
    engine: &Engine,
    context: &TurnContext,
    input: &TurnInput<'_>,
    parsed: Answer,
    answer: &ChatAnswer,
) -> Reply {
    let at = input.at.max(engine.clock.now());
    let mut notes = collected(context, &parsed, at);
    let cost = answer
        .tokens
        .and_then(|tokens| prices::chat(engine.language_models.provider(), &answer.model, tokens));
    notes.extend(cost.map(|cost| crate::cost::command(cost, at)));
    let latency_ms = u32::try_from((at.as_micros() - input.at.as_micros()).max(0) / 1_000).ok();
    let spoken = |text: String| Spoken {
        text,
        persona_version: context.agent.persona_in_force,
        model: Some(answer.model.clone()),
        latency_ms,
        tokens: answer.tokens,
    };
    if parsed.say.is_inappropriate() {
        let rule = PROFANITY.to_owned();
        notes.push(CallCommand::TripGuardrail { at, rule });
        return Reply {
            notes,
            spoken: spoken(context.phrases.deflection.to_owned()),
            next: Next::Listen,
        };
    }
    let next = if parsed.person {
        let (requests, next) = hand_over(MODEL_ESCALATION, &context.available_users, at);
        notes.extend(requests);
        next
    } else if parsed.goodbye {
        Next::HangUp(EndedBy::Ai)
    } else {
        Next::Listen
    };
    Reply {
        notes,
        spoken: spoken(parsed.say),
        next,
    }
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

/// The reply when the model fails: first a request to repeat, then the voicemail.
fn model_unavailable(context: &TurnContext, provider: &str, reason: &str, at: Timestamp) -> Reply {
    let note = CallCommand::ReportAiFailure {
        at,
        provider: provider.to_owned(),
        reason: reason.to_owned(),
    };
    let (text, next) = if context.conversation.failed < MAX_MODEL_FAILURES {
        (context.phrases.trouble, Next::Listen)
    } else {
        (
            context.phrases.trouble_again,
            Next::Voicemail(VoicemailReason::AiUnavailable),
        )
    };
    Reply {
        notes: vec![note],
        spoken: Spoken::fixed(text, context.agent.persona_in_force),
        next,
    }
}
