//! From a callback of Twilio to a command, and from its result to what the caller gets. No HTTP types, no TwiML.
//!
//! A callback arrives as [`Received`], with its signature verified. `infra::twilio::callbacks` parses it, the tenant of
//! its call is determined, and the command is recorded. Nothing is answered before its events are durable. A callback
//! that cannot be parsed, or that its call rejects, is stored on a `quarantine` stream: a repetition would not help.
//!
//! [`handle`] is for callbacks that only report something. A callback whose answer a caller hears has a file of its own,
//! with an outcome that `api` renders as TwiML: [`inbound`], [`caller_turn`], [`voicemail`], [`outbound`].

pub mod announcement;
pub mod caller_turn;
mod error;
pub mod inbound;
pub mod outbound;
mod received;
mod record;
pub mod reingest;
mod tenant;
pub mod voicemail;

pub use error::CallbackError;
pub use received::Received;
pub use record::{CallContext, CallbackOutcome, handle};
