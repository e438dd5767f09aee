//! [`Conversation`]: what was said so far, as a call's events tell it.

use crate::Timestamp;
use crate::call::CallEvent;
use crate::call::value::FieldValue;
use std::collections::BTreeMap;

/// What was said so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// When the call began, as far as its events say.
    pub began: Option<Timestamp>,
    /// What was said, by place. An erased or still sealed turn is not here.
    pub turns: BTreeMap<u32, Turn>,
    /// What was collected, the last value of each field.
    pub fields: BTreeMap<String, FieldValue>,
    /// Times in a row that the caller was not heard clearly.
    pub unclear: u32,
    /// Times in a row that the caller said nothing.
    pub silent: u32,
    /// Times in a row that a model did not answer.
    pub failed: u32,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// By whom.
    pub speaker: Speaker,
    /// The words; of an answer that was cut short, those that were heard.
    pub text: String,
}

/// Who of the two speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person outside.
    Caller,
    /// The AI.
    Ai,
}

impl Conversation {
    /// What a call's events tell, in the order of its stream.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a CallEvent>) -> Self {
        let mut conversation = Self::default();
        for event in events {
            conversation.apply(event);
        }
        conversation
    }

    /// The last turn's place; 0 before the first.
    #[must_use]
    pub fn last_turn(&self) -> u32 {
        self.turns.keys().next_back().copied().unwrap_or(0)
    }

    fn apply(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallStarted { at, .. } => self.began = Some(self.began.map_or(*at, |began| began.min(*at))),
            E::CallerTurn { turn, text, .. } => {
                self.silent = 0;
                self.say(*turn, Speaker::Caller, text.text());
            }
            E::AiTurn { turn, text, model, .. } => {
                if model.is_some() {
                    (self.unclear, self.failed) = (0, 0);
                }
                self.say(*turn, Speaker::Ai, text.text());
            }
            E::AiTurnInterrupted { turn, heard_text, .. } => self.say(*turn, Speaker::Ai, heard_text.text()),
            E::HeardUnclearly { .. } => self.unclear += 1,
            E::SilencePrompted { .. } => self.silent += 1,
            E::AiFailed { .. } => self.failed += 1,
            E::FieldCollected {
                field, value, valid, ..
            } => {
                if let Some(value) = value.text() {
                    let value = FieldValue {
                        value: value.to_owned(),
                        valid: *valid,
                    };
                    self.fields.insert(field.clone(), value);
                }
            }
            _ => {}
        }
    }

    fn say(&mut self, turn: u32, speaker: Speaker, text: Option<&str>) {
        if let Some(text) = text {
            let text = text.to_owned();
            self.turns.insert(turn, Turn { speaker, text });
        }
    }
}
