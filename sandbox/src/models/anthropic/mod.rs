//! Anthropic's surface: <https://docs.anthropic.com/en/api/messages>.

pub(super) mod messages;
mod stream;
