//! The Messages API with Anthropic's official client.

use super::{anthropic, errors, start, user_message, values, with};
use serde_json::{Value, json};

fn args(extra: Value) -> Value {
    let mut args =
        json!({ "model": "claude-haiku-4-5", "max_tokens": 200, "messages": user_message("When are you open?") });
    if let (Value::Object(args), Value::Object(extra)) = (&mut args, extra) {
        args.extend(extra);
    }
    args
}

#[tokio::test]
async fn message_is_answered_from_the_prompt_streamed_and_truncated() {
    let server = start().await;
    let create = |extra| anthropic(&server, "messages.create", args(extra));
    let system = json!([{ "type": "text", "text": "You help callers. We are open from Monday to Friday, 9 to 6." }]);
    let answers = values(vec![
        create(json!({ "system": system })),
        with(create(json!({ "system": system, "stream": true })), "collect", true),
        create(json!({ "system": system, "max_tokens": 2 })),
    ])
    .await;
    let text = answers[0]["content"][0]["text"].as_str().expect("a text");
    assert_eq!(
        text,
        "We are open from Monday to Friday, 9 to 6. Is there anything else?"
    );
    assert_eq!(answers[0]["stop_reason"], "end_turn");
    assert!(answers[0]["usage"]["input_tokens"].as_u64() > Some(0));
    let events = answers[1].as_array().expect("events");
    let said: String = events
        .iter()
        .filter_map(|event| event["delta"]["text"].as_str())
        .collect();
    assert_eq!(said, text);
    assert_eq!(events.last().expect("an event")["type"], "message_stop");
    assert_eq!(answers[2]["stop_reason"], "max_tokens");
}

#[tokio::test]
async fn forced_tool_and_output_format_are_filled_from_the_conversation() {
    let server = start().await;
    let schema = json!({
        "type": "object",
        "properties": { "intent": { "type": "string" }, "email": { "type": ["string", "null"] } },
        "required": ["intent", "email"],
        "additionalProperties": false,
    });
    let tool = json!({ "name": "note", "description": "Takes it.", "input_schema": schema });
    let create = |extra| anthropic(&server, "messages.create", args(extra));
    let forced = json!({ "tools": [tool], "tool_choice": { "type": "tool", "name": "note" } });
    let mut streamed = forced.clone();
    streamed["stream"] = true.into();
    let answers = values(vec![
        create(forced),
        with(create(streamed), "collect", true),
        create(json!({ "output_config": { "format": { "type": "json_schema", "schema": schema } } })),
    ])
    .await;
    let filled = json!({ "intent": "When are you open?", "email": null });
    assert_eq!(answers[0]["content"][0]["type"], "tool_use");
    assert_eq!(answers[0]["content"][0]["input"], filled);
    assert_eq!(answers[0]["stop_reason"], "tool_use");
    let events = answers[1].as_array().expect("events");
    let input: String = events
        .iter()
        .filter_map(|event| event["delta"]["partial_json"].as_str())
        .collect();
    assert_eq!(serde_json::from_str::<Value>(&input).expect("JSON"), filled);
    let text = answers[2]["content"][0]["text"].as_str().expect("a text");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), filled);
}

#[tokio::test]
async fn invalid_request_is_rejected_in_anthropic_error_format() {
    let server = start().await;
    let create = |extra| anthropic(&server, "messages.create", args(extra));
    let cases = [
        (
            with(create(json!({})), "key", "sk-wrong"),
            "AuthenticationError",
            401,
            "authentication_error",
        ),
        (
            create(json!({ "model": "gpt-4o" })),
            "NotFoundError",
            404,
            "not_found_error",
        ),
        (
            create(json!({ "messages": [] })),
            "BadRequestError",
            400,
            "invalid_request_error",
        ),
        (
            create(json!({ "messages": user_message(" ") })),
            "BadRequestError",
            400,
            "invalid_request_error",
        ),
        (
            create(json!({ "messages": [{ "role": "assistant", "content": "Hello" }] })),
            "BadRequestError",
            400,
            "invalid_request_error",
        ),
    ];
    let (calls, expected): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .map(|(call, class, status, kind)| (call, (class, status, kind)))
        .unzip();
    for (error, (class, status, kind)) in errors(calls).await.iter().zip(expected) {
        assert_eq!(error["class"], class, "{error}");
        assert_eq!(error["status"], status, "{error}");
        assert_eq!(error["body"]["type"], "error", "{error}");
        assert_eq!(error["body"]["error"]["type"], kind, "{error}");
    }
}

#[tokio::test]
async fn request_without_api_version_is_rejected_with_400() {
    let server = start().await;
    let response = reqwest::Client::new()
        .post(format!("{}/v1/messages", server.url()))
        .header("x-api-key", super::KEY)
        .json(&args(json!({})))
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), 400);
    let error: Value = response.json().await.expect("JSON");
    assert_eq!(error["error"]["type"], "invalid_request_error");
}
