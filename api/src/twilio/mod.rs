//! Twilio's doors: one file a webhook. Here is what they share.
//!
//! A request is believed when its signature is right, understood by `infra::twilio::callbacks`, and answered 2xx only
//! after what it says is durable. What cannot be understood is kept whole on an `quarantine` stream, and answered 2xx as well:
//! asking Twilio to send it again would not make it clearer.

pub mod ai_respond;
pub mod amd_status;
pub mod announce;
pub mod answer;
pub mod call_status;
pub mod conference_status;
pub mod callback;
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
pub mod voicemail;
pub mod voicemail_done;

pub use answer::TwiML;
pub use callback::handle;
pub use signed::Signed;
