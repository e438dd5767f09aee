//! Asking the model, and what becomes of its answer.

use super::answer::Answer;
use super::{Question, Scene, instructions};
use crate::state::AppState;
use domain::call::CallCommand;
use domain::call::value::{EndedBy, TokenCount, VoicemailReason};
use domain::conversation::{Next, Reply, Speaker, Spoken, field, hand_over};
use domain::phone::tells_who;
use domain::{Personal, Timestamp};
use infra::models::{ChatAnswer, ChatRequest, Format, Message, prices};
use projections::call_log::Earlier;
use rustrict::CensorStr as _;
use std::time::Duration;

/// As long as a caller waits for the model. Twilio gives a webhook 15 seconds in all.
const PATIENCE: Duration = Duration::from_secs(8);
/// As much as the model may write, in tokens.
const MAX_TOKENS: u32 = 500;
/// How freely it may choose its words, 0 to 2.
const TEMPERATURE: f32 = 0.4;
/// What the model's answer may not say: the guardrail's name.
const PROFANITY: &str = "profanity";
/// Why a person is wanted: the model says so.
const MODEL_ASKS: &str = "model_asked_for_a_person";
/// As many earlier calls of the same person and agent as the model is told of.
const EARLIER_CALLS: i64 = 5;
/// So often in a row a model may fail before the caller is sent to the voicemail.
const FAILURES: u32 = 1;

/// Makes ready what is made at its first use: the guardrail's words, the price lists, what is known of telephone numbers. It
/// takes a tenth of a second, which no caller shall wait.
pub fn prepare() {
    let nothing = TokenCount { input: 0, output: 0 };
    std::hint::black_box((
        "ready".is_inappropriate(),
        prices::chat("any", "any", nothing).is_some(),
        domain::phone::parse("504 555 0100", Some("US")).is_ok(),
    ));
}

/// What the model answers, or what is said in its place.
pub async fn reply(state: &AppState, scene: &Scene, question: &Question<'_>) -> Reply {
    let earlier = earlier(state, scene, question).await;
    let answered = state.minds.chat(&request(scene, &earlier, question.at)).await;
    let at = question.at.max(state.clock.now());
    match answered {
        Ok(answer) => match Answer::read(&answer.text) {
            Some(read) => considered(state, scene, question, read, &answer),
            None => failed(scene, state.minds.provider(), "its answer was not understood", at),
        },
        Err(error) => {
            tracing::warn!(call_id = scene.call_id, %error, "the model did not answer");
            failed(scene, state.minds.provider(), &error.to_string(), at)
        }
    }
}

/// What this person and this agent spoke of before. A read model that is away is no reason to say nothing.
async fn earlier(state: &AppState, scene: &Scene, question: &Question<'_>) -> Vec<Earlier> {
    let Some((number, agent)) = scene.caller.as_deref().zip(question.agent.as_ref()) else {
        return Vec::new();
    };
    if !tells_who(number) {
        return Vec::new();
    }
    let tenant = question.tenant.as_str();
    let log = &state.read.call_log;
    let found = log.earlier(tenant, number, agent.as_str(), question.call_id, EARLIER_CALLS);
    found.await.unwrap_or_else(|error| {
        tracing::warn!(call_id = question.call_id, %error, "earlier calls cannot be looked up");
        Vec::new()
    })
}

fn request(scene: &Scene, earlier: &[Earlier], at: Timestamp) -> ChatRequest {
    let messages = instructions::messages(scene)
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
            schema: instructions::schema(scene),
        },
        model: scene.agent.settings.model.clone(),
        ..ChatRequest::new(
            instructions::system(scene, earlier, &today(scene, at)),
            messages,
            MAX_TOKENS,
            PATIENCE,
        )
    }
}

/// The day where the agent works: `2026-03-27, a Friday`. Callers say "tomorrow".
fn today(scene: &Scene, at: Timestamp) -> String {
    let zone = scene
        .agent
        .hours
        .as_ref()
        .map_or(chrono_tz::UTC, |hours| hours.time_zone);
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d, a %A").to_string()
}

/// What is said and noted after the model has answered.
fn considered(state: &AppState, scene: &Scene, question: &Question<'_>, read: Answer, answer: &ChatAnswer) -> Reply {
    let at = question.at.max(state.clock.now());
    let mut notes = collected(scene, &read, at);
    let cost = answer
        .tokens
        .and_then(|tokens| prices::chat(state.minds.provider(), &answer.model, tokens));
    notes.extend(cost.map(|cost| crate::cost::command(cost, at)));
    let latency_ms = u32::try_from((at.as_micros() - question.at.as_micros()).max(0) / 1_000).ok();
    let spoken = |text: String| Spoken {
        text,
        persona_version: scene.agent.persona_in_force,
        model: Some(answer.model.clone()),
        latency_ms,
        tokens: answer.tokens,
    };
    if read.say.is_inappropriate() {
        let rule = PROFANITY.to_owned();
        notes.push(CallCommand::TripGuardrail { at, rule });
        return Reply {
            notes,
            spoken: spoken(scene.phrases.deflection.to_owned()),
            next: Next::Listen,
        };
    }
    let next = if read.person {
        let (wanted, next) = hand_over(MODEL_ASKS, &scene.here, at);
        notes.extend(wanted);
        next
    } else if read.goodbye {
        Next::HangUp(EndedBy::Ai)
    } else {
        Next::Listen
    };
    Reply {
        notes,
        spoken: spoken(read.say),
        next,
    }
}

/// The values that are new, or other than they were.
fn collected(scene: &Scene, read: &Answer, at: Timestamp) -> Vec<CallCommand> {
    let wanted = scene.agent.settings.fields_to_collect.as_deref().unwrap_or_default();
    let region = scene.region();
    read.values()
        .filter_map(|(name, said)| {
            let field = wanted.iter().find(|field| field.name == name)?;
            let (value, valid) = field::checked(&field.kind, &said, region);
            let known = scene.conversation.fields.get(name);
            let is_news = known.is_none_or(|known| known.value != value || known.valid != valid);
            is_news.then(|| CallCommand::CollectField {
                at,
                field: name.to_owned(),
                value: Personal::Known(value),
                valid,
            })
        })
        .collect()
}

/// What is said when the model does not answer: once, that the caller may say it again; then the way to the voicemail.
fn failed(scene: &Scene, provider: &str, reason: &str, at: Timestamp) -> Reply {
    let note = CallCommand::ReportAiFailure {
        at,
        provider: provider.to_owned(),
        reason: reason.to_owned(),
    };
    let (words, next) = if scene.conversation.failed < FAILURES {
        (scene.phrases.trouble, Next::Listen)
    } else {
        (
            scene.phrases.trouble_again,
            Next::Voicemail(VoicemailReason::AiUnavailable),
        )
    };
    Reply {
        notes: vec![note],
        spoken: Spoken::fixed(words, scene.agent.persona_in_force),
        next,
    }
}
