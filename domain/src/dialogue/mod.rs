//! A conversation between a caller and an AI: what was said so far, and what follows from what was just heard.
//!
//! Everything here is decided from the call's own events, so that a service that was killed in the middle of a call goes on
//! where it was, and a repeated webhook comes to the same orders. What takes a language model is only asked for here
//! ([`Step::Think`]); asking it is not this crate's job, and neither is putting words into TwiML.

pub mod field;
pub mod intent;
mod dialogue_history;
mod phrases;
mod reply;
mod step;

pub use dialogue_history::{Conversation, Speaker, Turn};
pub use phrases::Phrases;
pub use reply::{Next, Reply, Spoken, hand_over};
pub use step::{Step, Utterance, next_step};
