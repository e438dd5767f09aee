//! The party at the end of a leg: scripted, or typing.
//!
//! A party receives what is said to it and acts on its own schedule; the leg asks for the time of its next action and
//! waits until then. A conversation is therefore the same at any clock speed. The leg decides how the party's speech is
//! used.

mod behavior;
mod script;
mod step;

pub use behavior::{Behavior, RingResponse};
pub use script::{Party, PartyReport};
pub(in crate::network) use step::expression;
pub use step::{PartyEvent, Step, StepAction};

/// An action of a party.
#[derive(Debug, Clone, PartialEq)]
pub enum PartyAction {
    Say {
        words: String,
        /// Confidence of speech recognition, 0 to 1.
        confidence: f64,
    },
    Press(char),
    HangUp,
}

#[cfg(test)]
mod tests;
