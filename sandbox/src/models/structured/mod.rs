//! JSON answers: each property of the requested schema is filled from the conversation by its name, type, choices and
//! description.
//!
//! No schema is built in. A value that the conversation does not contain is null if the schema allows it, otherwise
//! empty; required properties are always present, as with a real model.

mod concept;
mod condensed;
mod dates;
mod dialogue;
mod fill;
mod numbers;
mod report;
pub(super) mod shape;
pub(super) mod strict;
mod values;

use super::conversation::{Conversation, Role};
use super::rules::Rules;
use dialogue::Line;
use report::Report;
use serde_json::Value;

/// Inputs of an answer.
struct Known<'a> {
    conversation: &'a Conversation,
    lines: Vec<Line>,
    report: Report,
    /// The answer without a schema.
    reply: String,
    today: Option<&'a str>,
}

/// Answers with a value that matches this schema.
pub(super) fn answer(conversation: &Conversation, schema: &Value, rules: &Rules) -> Value {
    let lines = dialogue::of(conversation, rules);
    let known = Known {
        report: Report::of(&lines, &conversation.system, rules),
        reply: rules.answer(conversation),
        today: conversation.texts().find_map(dates::today_in),
        conversation,
        lines,
    };
    fill::Filler::new(&known, schema).answer()
}

/// A plain-text summary, if the request contains a transcript and asks for a summary.
pub(super) fn summary(conversation: &Conversation, rules: &Rules) -> Option<String> {
    let asked = conversation.said_by(Role::User).last()?;
    let wants_summary = conversation.texts().any(|text| text.to_lowercase().contains("summar"));
    let lines = wants_summary.then(|| dialogue::in_text(asked, rules)).flatten()?;
    Some(Report::of(&lines, &conversation.system, rules).summary())
}
