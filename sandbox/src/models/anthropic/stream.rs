//! Streaming of a message: <https://docs.anthropic.com/en/docs/build-with-claude/streaming>.

use super::reply::Reply;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

pub(super) fn stream(reply: &Reply, word_delay: Duration) -> Response {
    let events = stream::iter(events(reply).into_iter().enumerate()).then(move |(index, data)| async move {
        if index > 0 && !word_delay.is_zero() {
            tokio::time::sleep(word_delay).await;
        }
        let name = data["type"].as_str().unwrap_or_default();
        Ok::<_, Infallible>(Event::default().event(name).data(data.to_string()))
    });
    Sse::new(events).into_response()
}

fn events(reply: &Reply) -> Vec<Value> {
    let (block, delta): (Value, fn(String) -> Value) = match &reply.tool {
        Some(name) => (
            reply.tool_use(name, &json!({})),
            |text| json!({ "type": "input_json_delta", "partial_json": text }),
        ),
        None => (
            json!({ "type": "text", "text": "" }),
            |text| json!({ "type": "text_delta", "text": text }),
        ),
    };
    let mut events = vec![
        json!({ "type": "message_start", "message": reply.head(1) }),
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        json!({ "type": "ping" }),
    ];
    let pieces = reply.answer.pieces().into_iter();
    events.extend(pieces.map(|piece| json!({ "type": "content_block_delta", "index": 0, "delta": delta(piece) })));
    events.extend([
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({
            "type": "message_delta",
            "delta": { "stop_reason": reply.stop_reason(), "stop_sequence": null },
            "usage": { "output_tokens": reply.answer.output_tokens },
        }),
        json!({ "type": "message_stop" }),
    ]);
    events
}
