//! What follows from a model's answer: words, and what the model takes the caller to want.
//!
//! A model may misread the caller. So nothing follows from its reading but a question to the caller; see
//! [`super::next_step`] for their answer.

use super::dialogue_history::Conversation;
use super::reply::{Next, Reply, ReplyContext, Spoken};
use crate::call::value::CallerIntent;

impl Reply {
    /// The reply with a model's words. `wish`: what the model takes the caller to want of the call itself.
    #[must_use]
    pub fn of_model(
        wish: Option<CallerIntent>,
        mut spoken: Spoken,
        conversation: &Conversation,
        context: &ReplyContext<'_>,
    ) -> Self {
        match wish {
            // The first time, the caller gets the fixed answer, and later the model's words: one answer again and again is
            // no help.
            Some(CallerIntent::Emergency) if !conversation.emergency => {
                let mut reply = context.emergency();
                reply.spoken = Spoken {
                    text: reply.spoken.text,
                    ..spoken
                };
                reply
            }
            Some(CallerIntent::Emergency) | None => Self::listening(spoken),
            Some(wish) => {
                let wish = match wish {
                    CallerIntent::Person if context.available.is_empty() => CallerIntent::Message,
                    wish => wish,
                };
                spoken.text = with_question(&spoken.text, context.question(wish));
                spoken.asks_to_confirm = Some(wish);
                Self::listening(spoken)
            }
        }
    }

    const fn listening(spoken: Spoken) -> Self {
        Self {
            notes: Vec::new(),
            spoken,
            next: Next::Listen,
        }
    }
}

/// A model's statements, and the question. Questions of the model are left out: the caller's answer must be to ours.
fn with_question(text: &str, question: &str) -> String {
    let mut statements: String = sentences(text)
        .filter(|sentence| !sentence.trim_end().ends_with(['?', '？']))
        .collect();
    statements.truncate(statements.trim_end().len());
    // Words without an end, such as "Goodbye", would run into the question.
    if statements.ends_with(char::is_alphanumeric) {
        statements.push('.');
    }
    if !statements.is_empty() {
        statements.push(' ');
    }
    statements + question
}

/// The sentences of a text, each with its end and the space after it.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_end = |c: char| matches!(c, '.' | '!' | '?' | '।' | '？' | '\n');
        // The end of a sentence is followed by a space: "3.50" has none.
        let mut previous_is_end = false;
        let end = rest.char_indices().find_map(|(at, c)| {
            let is_between = previous_is_end && c.is_whitespace();
            previous_is_end = is_end(c);
            is_between.then_some(at + c.len_utf8())
        });
        let (sentence, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_the_model_are_left_out_before_ours() {
        for (text, expected) in [
            (
                "Your visit is booked. Is there anything else?",
                "Your visit is booked. Shall I?",
            ),
            ("It costs $3.50. Goodbye", "It costs $3.50. Goodbye. Shall I?"),
            ("Is there anything else?", "Shall I?"),
            ("Anything else? Bye!", "Bye! Shall I?"),
            ("", "Shall I?"),
            ("ठीक है। और कुछ?", "ठीक है। Shall I?"),
        ] {
            assert_eq!(with_question(text, "Shall I?"), expected, "{text}");
        }
    }
}
