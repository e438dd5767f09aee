//! Answers in JSON: each property of a schema is filled from the conversation, by its name, type, choices and description.
//!
//! The schema is the asker's; nothing here knows one. What the conversation does not tell is null where the schema allows
//! null, and otherwise empty: as with a real model, a property that must be there is there.

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

/// Everything that an answer is made from.
struct Known<'a> {
    conversation: &'a Conversation,
    lines: Vec<Line>,
    report: Report,
    /// What a model without a schema would say.
    reply: String,
    today: Option<&'a str>,
}

/// A value of this schema.
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

/// A summary in plain words, if that is what is asked for: a transcript, and a word for summary.
pub(super) fn summary(conversation: &Conversation, rules: &Rules) -> Option<String> {
    let asked = conversation.said_by(Role::User).last()?;
    let wants_summary = conversation.texts().any(|text| text.to_lowercase().contains("summar"));
    let lines = wants_summary.then(|| dialogue::in_text(asked, rules)).flatten()?;
    Some(Report::of(&lines, &conversation.system, rules).summary())
}
