//! JSON answers: each property of the requested schema is filled from the conversation by its name, type, choices and
//! description.
//!
//! No schema is built in. A value that the conversation does not contain is null if the schema allows it, otherwise
//! empty; required properties are always present, as with a real model. Judgments, such as an outcome or a score, come
//! only from a script.

mod concept;
mod condensed;
mod dates;
mod dialogue;
mod fill;
mod numbers;
mod requested;
pub(super) mod shape;
pub(super) mod strict;
mod summary;
mod values;

use super::conversation::{Conversation, Role};
use super::reply::Reply;
use super::scripts::Scripts;
use dialogue::Line;
use serde_json::{Map, Value};

/// Inputs of an answer.
struct Known<'a> {
    conversation: &'a Conversation,
    lines: Vec<Line>,
    /// Scripted values by property name; empty for a conversation without a script.
    script: Map<String, Value>,
    /// The answer without a schema.
    reply: Reply,
    today: Option<&'a str>,
}

/// Answers with a value that matches this schema.
pub(super) fn answer(conversation: &Conversation, schema: &Value, scripts: &Scripts) -> Value {
    let lines = dialogue::of(conversation);
    let known = Known {
        script: scripts.summary_of(&summary::said(&lines)).unwrap_or_default(),
        reply: Reply::to(conversation, &requested::of(Some(schema), conversation, &lines)),
        today: today(conversation),
        conversation,
        lines,
    };
    fill::Filler::new(&known, schema).answer()
}

/// Answers with a text: a summary, if the request contains a transcript and asks for one; otherwise the next turn.
pub(super) fn text(conversation: &Conversation, scripts: &Scripts) -> String {
    let wants_summary = conversation.texts().any(|text| text.to_lowercase().contains("summar"));
    let asked = conversation.said_by(Role::User).last().filter(|_| wants_summary);
    let Some(lines) = asked.and_then(dialogue::in_text) else {
        return Reply::to(
            conversation,
            &requested::of(None, conversation, &dialogue::of(conversation)),
        )
        .say;
    };
    let script = scripts.summary_of(&summary::said(&lines)).unwrap_or_default();
    let scripted = script.get("summary").and_then(Value::as_str).map(ToOwned::to_owned);
    scripted.unwrap_or_else(|| summary::of(&lines))
}

/// Current date as `YYYY-MM-DD`, if the prompt gives it.
fn today(conversation: &Conversation) -> Option<&str> {
    conversation.texts().find_map(dates::today_in)
}
