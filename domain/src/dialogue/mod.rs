//! The dialogue between a caller and the AI: what was said so far, and the step that follows an utterance.
//!
//! Every decision depends only on the events of the call. So a service that was killed during a call continues the dialogue,
//! and a repeated webhook gets the same response. Where no rule decides, the engine calls the model; what follows from its
//! answer is decided here too. The API renders the TwiML.

mod dialogue_history;
mod emergency;
pub mod guard;
pub mod intent;
mod phrases;
mod reply;
mod step;
mod wish;

pub use dialogue_history::{Conversation, Speaker, Turn};
pub use emergency::EmergencyNumbers;
pub use phrases::Phrases;
pub use reply::{Next, Reply, ReplyContext, Spoken};
pub use step::{Step, Utterance, next_step, step_without_answer};
