//! Twilio's webhooks, one file each, and what they share.
//!
//! A request is verified by its signature and handled by [`engine::callbacks`]; the outcome is rendered as TwiML here. It
//! is acknowledged with 2xx only after its events are durable. A request that was quarantined is acknowledged with 2xx as
//! well, because a retry would not help.

pub mod ai_respond;
pub mod amd_status;
pub mod announce;
pub mod answer;
pub mod call_status;
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
pub mod voice_response;
pub mod voicemail;
pub mod voicemail_done;

pub use answer::TwiML;
pub use signed::Signed;
