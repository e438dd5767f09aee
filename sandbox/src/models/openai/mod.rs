//! `OpenAI`'s surfaces, as far as a telephone service uses them: <https://platform.openai.com/docs/api-reference>.

pub(super) mod chat;
mod chunks;
mod form;
pub(super) mod list;
mod sound;
pub(super) mod speech;
mod transcript;
pub(super) mod transcriptions;
