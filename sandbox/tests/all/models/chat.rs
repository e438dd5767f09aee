//! Chat completions and the list of models with OpenAI's official client.

use super::{KEY, errors, openai, start, start_with, user_message, values, with};
use sandbox::models::Settings;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn conversation_is_answered_from_the_prompt_with_token_counts() {
    let server = start().await;
    let turns = json!([
        { "role": "system", "content": "You help callers. A laptop that does not start is repaired for 90 dollars." },
        { "role": "user", "content": "Hello." },
        { "role": "assistant", "content": "How can I help you?" },
        { "role": "user", "content": [{ "type": "text", "text": "My laptop does not start." }] },
    ]);
    let ask = |messages| {
        openai(
            &server,
            "chat.completions.create",
            json!({ "model": "gpt-4o-mini", "messages": messages }),
        )
    };
    let answers = values(vec![
        ask(user_message("Hello, my laptop does not start.")),
        ask(turns.clone()),
        ask(turns),
    ])
    .await;
    let text = |answer: &Value| {
        answer["choices"][0]["message"]["content"]
            .as_str()
            .map(ToOwned::to_owned)
    };
    assert_eq!(
        text(&answers[0]).as_deref(),
        Some("I am sorry, I do not know about that. May I take a message?")
    );
    assert_eq!(
        text(&answers[1]).as_deref(),
        Some("A laptop that does not start is repaired for 90 dollars. Is there anything else?")
    );
    assert_eq!(text(&answers[1]), text(&answers[2]));
    let usage = &answers[1]["usage"];
    assert!(usage["prompt_tokens"].as_u64() > answers[0]["usage"]["prompt_tokens"].as_u64());
    assert_eq!(
        usage["total_tokens"].as_u64(),
        Some(usage["prompt_tokens"].as_u64().unwrap_or(0) + usage["completion_tokens"].as_u64().unwrap_or(0))
    );
    assert_eq!(answers[0]["choices"][0]["finish_reason"], "stop");
    assert_ne!(answers[1]["id"], answers[2]["id"]);
}

#[tokio::test]
async fn streamed_answer_equals_the_whole_answer_and_ends_with_usage() {
    let server = start().await;
    let args = json!({ "model": "gpt-4o", "messages": user_message("When are you open?") });
    let mut streamed = args.clone();
    streamed["stream"] = true.into();
    let mut counted = streamed.clone();
    counted["stream_options"] = json!({ "include_usage": true });
    let call = |args| openai(&server, "chat.completions.create", args);
    let answers = values(vec![
        call(args),
        with(call(streamed), "collect", true),
        with(call(counted), "collect", true),
    ])
    .await;
    let whole = answers[0]["choices"][0]["message"]["content"].as_str().expect("a text");
    for (chunks, counts) in [(&answers[1], false), (&answers[2], true)] {
        let chunks = chunks.as_array().expect("a list of chunks");
        let said: String = chunks
            .iter()
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
            .collect();
        assert_eq!(said, whole);
        assert!(chunks.len() > 5, "{chunks:?}");
        assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
        let reasons: Vec<_> = chunks
            .iter()
            .filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str())
            .collect();
        assert_eq!(reasons, ["stop"]);
        let last = chunks.last().expect("a chunk");
        assert_eq!(last["usage"] == answers[0]["usage"], counts, "{last}");
    }
}

#[tokio::test]
async fn answer_over_the_token_limit_ends_with_finish_reason_length() {
    let server = start().await;
    let args = json!({ "model": "gpt-4o", "messages": user_message("When are you open?"), "max_completion_tokens": 3 });
    let answers = values(vec![openai(&server, "chat.completions.create", args)]).await;
    assert_eq!(answers[0]["choices"][0]["finish_reason"], "length");
    assert_eq!(answers[0]["usage"]["completion_tokens"], 3);
}

#[tokio::test]
async fn models_are_listed_and_retrieved() {
    let server = start().await;
    let answers = values(vec![
        openai(&server, "models.list", json!({})),
        openai(&server, "models.retrieve", json!({ "model": "gpt-4o" })),
    ])
    .await;
    let names: Vec<_> = answers[0]["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|model| model["id"].as_str())
        .collect();
    assert!(
        names.contains(&"gpt-4o-transcribe-diarize") && names.contains(&"sandbox"),
        "{names:?}"
    );
    assert_eq!(answers[1]["id"], "gpt-4o");
}

#[tokio::test]
async fn invalid_request_is_rejected_in_openai_error_format() {
    let server = start().await;
    let chat = |args: Value| {
        let mut whole = json!({ "model": "gpt-4o", "messages": user_message("Hello") });
        for (name, value) in args.as_object().expect("arguments") {
            whole[name.as_str()] = value.clone();
        }
        openai(&server, "chat.completions.create", whole)
    };
    let open = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let tool = json!([{ "type": "function", "function": { "name": "look_up", "parameters": open } }]);
    let cases = [
        (
            with(chat(json!({})), "key", "sk-wrong"),
            "AuthenticationError",
            401,
            "invalid_api_key",
        ),
        (
            chat(json!({ "model": "gpt-9" })),
            "NotFoundError",
            404,
            "model_not_found",
        ),
        (chat(json!({ "messages": [] })), "BadRequestError", 400, "messages"),
        (
            chat(json!({ "messages": [{ "role": "wizard", "content": "Hello" }] })),
            "BadRequestError",
            400,
            "messages",
        ),
        (chat(json!({ "temperature": 3 })), "BadRequestError", 400, "temperature"),
        (chat(json!({ "n": 2 })), "BadRequestError", 400, "'n'"),
        (
            chat(json!({ "response_format": { "type": "json_object" } })),
            "BadRequestError",
            400,
            "'json'",
        ),
        (
            chat(
                json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "a", "strict": true, "schema": open } } }),
            ),
            "BadRequestError",
            400,
            "additionalProperties",
        ),
        (chat(json!({ "tools": tool })), "BadRequestError", 400, "tool_choice"),
    ];
    let (calls, expected): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .map(|(call, class, status, word)| (call, (class, status, word)))
        .unzip();
    for (error, (class, status, word)) in errors(calls).await.iter().zip(expected) {
        assert_eq!(error["class"], class, "{error}");
        assert_eq!(error["status"], status, "{error}");
        assert_eq!(error["body"]["type"], "invalid_request_error", "{error}");
        assert!(error["body"].to_string().contains(word), "{word}: {error}");
    }
}

#[tokio::test]
async fn malformed_json_is_rejected_with_400_and_unknown_path_with_404() {
    let server = start().await;
    let client = reqwest::Client::new();
    let send = |path: &str, body: &'static str| {
        client
            .post(format!("{}{path}", server.openai_url()))
            .bearer_auth(KEY)
            .body(body)
            .send()
    };
    for (path, body, status) in [
        ("/chat/completions", "{", 400),
        ("/chat/completions", "{}", 400),
        ("/nowhere", "{}", 404),
    ] {
        let response = send(path, body).await.expect("an answer");
        assert_eq!(response.status(), status, "{path}");
        let error: Value = response.json().await.expect("JSON");
        assert_eq!(error["error"]["type"], "invalid_request_error", "{error}");
    }
}

#[tokio::test]
async fn request_without_key_is_accepted_when_no_keys_are_configured() {
    let server = start_with(Settings::default()).await;
    let response = reqwest::get(format!("{}/models", server.openai_url()))
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn requests_are_recorded() {
    let server = start_with(Settings {
        delay: Duration::from_millis(5),
        ..Settings::default()
    })
    .await;
    let args = json!({ "model": "sandbox", "messages": user_message("This parrot is dead.") });
    values(vec![openai(&server, "chat.completions.create", args)]).await;
    let requests = server.models().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].body["messages"][0]["content"], "This parrot is dead.");
    let listed: Value = reqwest::get(format!("{}/sandbox/models/requests", server.url()))
        .await
        .expect("a response")
        .json()
        .await
        .expect("JSON");
    assert_eq!(listed[0]["surface"], "chat");
}
