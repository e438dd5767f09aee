//! [`Conversation`]: the dialogue so far, rebuilt from the events of a call.

use crate::Timestamp;
use crate::call::CallEvent;
use crate::call::value::{CallerIntent, EMERGENCY, FieldValue};
use std::collections::BTreeMap;

/// The dialogue so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// The start of the call; the earliest, if several were recorded.
    pub began: Option<Timestamp>,
    /// By turn number. Erased and sealed turns are absent.
    pub turns: BTreeMap<u32, Turn>,
    /// The last collected value of each field.
    pub fields: BTreeMap<String, FieldValue>,
    /// Consecutive turns with too low a confidence.
    pub unclear: u32,
    /// Consecutive prompts to a silent caller.
    pub silent: u32,
    /// Consecutive failures of a model.
    pub failed: u32,
    /// What the AI's last turn asked the caller to confirm.
    pub asked: Option<CallerIntent>,
    /// Whether an emergency was recognized in this call.
    pub emergency: bool,
}

/// A turn of the dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub speaker: Speaker,
    /// Of an interrupted turn only the part that the caller heard.
    pub text: String,
}

/// The speaker of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    Caller,
    Ai,
}

impl Conversation {
    /// Applies the events of a call, in the order of its stream.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a CallEvent>) -> Self {
        let mut conversation = Self::default();
        for event in events {
            conversation.apply(event);
        }
        conversation
    }

    /// The number of the last turn; 0 before the first.
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
            E::AiTurn {
                turn,
                text,
                model,
                asks_to_confirm,
                ..
            } => {
                self.asked = *asks_to_confirm;
                if model.is_some() {
                    (self.unclear, self.failed) = (0, 0);
                }
                self.say(*turn, Speaker::Ai, text.text());
            }
            E::AiTurnInterrupted { turn, heard_text, .. } => self.say(*turn, Speaker::Ai, heard_text.text()),
            E::HeardUnclearly { .. } => self.unclear += 1,
            E::SilencePrompted { .. } => self.silent += 1,
            E::AiFailed { .. } => self.failed += 1,
            E::EscalationTriggered { rule, .. } => self.emergency |= rule == EMERGENCY,
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
