//! Who is at the end of a leg: somebody with a script, or somebody who types.
//!
//! A person hears what is said to them and acts on it by their own time; the leg asks when they will do something next
//! and lets time pass until then. So a conversation is the same at any speed. What the network does with their words is
//! not decided here.

mod behaviour;
mod script;
mod step;

pub use behaviour::{Behaviour, Picks};
pub use script::{Person, Verdict};
pub(in crate::network) use step::expression;
pub use step::{Action, Occasion, Step};

/// Something that a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Speaks.
    Say {
        /// The words.
        words: String,
        /// How sure recognition will be, 0 to 1.
        confidence: f64,
    },
    /// Presses a key.
    Press(char),
    /// Puts the receiver down.
    HangUp,
}

#[cfg(test)]
mod tests;
