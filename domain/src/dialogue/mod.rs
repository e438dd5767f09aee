//! The dialogue between a caller and the AI: what was said so far, and the step that follows an utterance.
//!
//! Every decision depends only on the events of the call. So a service that was killed during a call continues the dialogue,
//! and a repeated webhook gets the same response. A step that needs a language model is only named here ([`Step::Think`]);
//! the engine calls the model, and the API renders the TwiML.

mod dialogue_history;
pub mod guard;
pub mod intent;
mod phrases;
mod reply;
mod step;

pub use dialogue_history::{Conversation, Speaker, Turn};
pub use phrases::Phrases;
pub use reply::{Next, Reply, Spoken, hand_over};
pub use step::{Step, Utterance, next_step};
