//! Streaming of a chat completion: <https://platform.openai.com/docs/api-reference/chat-streaming>.

use super::completion::Completion;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

pub(super) fn stream(completion: &Completion, word_delay: Duration) -> Response {
    let events = chunks(completion)
        .into_iter()
        .map(|chunk| chunk.to_string())
        .chain(["[DONE]".to_owned()]);
    let events = stream::iter(events.enumerate()).then(move |(index, data)| async move {
        if index > 0 && !word_delay.is_zero() {
            tokio::time::sleep(word_delay).await;
        }
        Ok::<_, Infallible>(Event::default().data(data))
    });
    Sse::new(events).into_response()
}

fn chunks(completion: &Completion) -> Vec<Value> {
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": completion.id,
            "object": "chat.completion.chunk",
            "created": completion.created,
            "model": completion.model,
            "choices": choices,
        });
        if completion.includes_usage {
            chunk["usage"] = usage;
        }
        chunk
    };
    let choice = |delta: Value, finish: Option<&str>| json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]);
    let mut chunks = vec![chunk(
        choice(json!({ "role": "assistant", "content": "" }), None),
        Value::Null,
    )];
    if let Some(name) = &completion.function {
        let mut call = completion.call(name);
        call["index"] = json!(0);
        chunks.push(chunk(choice(json!({ "tool_calls": [call] }), None), Value::Null));
    } else {
        let pieces = completion.answer.pieces().into_iter();
        chunks.extend(pieces.map(|piece| chunk(choice(json!({ "content": piece }), None), Value::Null)));
    }
    chunks.push(chunk(choice(json!({}), Some(completion.finish_reason())), Value::Null));
    if completion.includes_usage {
        chunks.push(chunk(json!([]), completion.usage()));
    }
    chunks
}
