//! What the service does, without HTTP: the dialogue with a caller, listening and takeover by team members, and the
//! jobs that follow from events.
//!
//! Rules are in `domain`; this crate calls them, calls the outside (the telephone network, models, the blob store), and
//! records the results as commands.
//!
//! **Architecture invariant:** this crate serves no HTTP, builds no TwiML and contains no SQL. (It knows the paths of the
//! webhooks, which it gives to Twilio.) What it needs of the process's interfaces is in [`ports`].

pub mod agents;
pub mod audio_tap;
pub mod callbacks;
mod calls;
pub mod conference;
pub mod contacts;
mod cost;
pub mod dialogue;
pub mod drain;
pub mod erasure;
pub mod finish_calls;
pub mod jobs;
pub mod listening;
pub mod number_assignment;
pub mod number_ownership;
pub mod number_routing;
pub mod pending_turns;
pub mod ports;
pub mod presence;
pub mod provider_record;
pub mod recordings;
pub mod sandbox_status;
mod shared;
pub mod suppression;
pub mod takeover;
pub mod test_calls;
pub mod user_events;

pub use shared::{Engine, Queries, SharedEngine};
