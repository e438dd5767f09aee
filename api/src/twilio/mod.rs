//! Twilio's webhooks, one file each, and what they share.
//!
//! A request is verified by its signature, parsed by `infra::twilio::callbacks`, and acknowledged with 2xx only after
//! its events are durable. A request that cannot be parsed is stored on a `quarantine` stream and acknowledged with 2xx
//! as well, because a retry would not help.

pub mod ai_respond;
pub mod amd_status;
pub mod announce;
pub mod answer;
pub mod call_status;
pub mod callback;
pub mod conference_status;
pub mod inbound;
pub mod inbound_status;
pub mod media;
pub mod recording;
pub mod recording_status;
pub mod signed;
pub mod token;
pub mod transcribe;
pub mod transcription_status;
pub mod voice;
mod voice_response;
pub mod voicemail;
pub mod voicemail_done;

pub use answer::TwiML;
pub use callback::handle;
pub use signed::Signed;
