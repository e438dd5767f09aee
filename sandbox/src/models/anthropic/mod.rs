//! Anthropic's Messages API: <https://docs.anthropic.com/en/api/messages>.

pub(super) mod messages;
mod reply;
mod stream;
