//! The parts of `OpenAI`'s API that a telephone service uses: <https://platform.openai.com/docs/api-reference>.

mod audio_input;
pub(super) mod chat;
mod chunks;
mod completion;
mod form;
pub(super) mod list;
pub(super) mod speech;
mod transcript;
pub(super) mod transcriptions;
