//! Injected faults as seen by the official clients, and shutdown.

use super::{KEY, anthropic, errors, openai, start, start_with, user_message, values, with};
use sandbox::models::{Fault, FaultKind, Server, Settings, Surface};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

fn chat(server: &Server) -> Value {
    openai(
        server,
        "chat.completions.create",
        json!({ "model": "gpt-4o", "messages": user_message("Hello") }),
    )
}

async fn add_fault(server: &Server, fault: Value) -> u16 {
    let response = reqwest::Client::new()
        .post(format!("{}/sandbox/models/faults", server.url()))
        .json(&fault)
        .send()
        .await
        .expect("an answer");
    response.status().as_u16()
}

#[tokio::test]
async fn status_fault_added_over_http_applies_the_requested_number_of_times() {
    let server = start().await;
    let limit = json!({ "surface": "chat", "times": 2, "kind": { "status": { "status": 429, "retry_after": 7 } } });
    assert_eq!(add_fault(&server, limit).await, 204);
    assert_eq!(
        add_fault(&server, json!({ "kind": { "status": { "status": 200 } } })).await,
        400
    );
    for error in errors(vec![chat(&server), chat(&server)]).await {
        assert_eq!(error["class"], "RateLimitError");
        assert_eq!(error["retry_after"], "7");
        assert_eq!(error["body"]["code"], "rate_limit_exceeded");
    }
    values(vec![chat(&server)]).await;
}

#[tokio::test]
async fn down_fault_affects_one_surface_until_it_is_removed() {
    let server = start().await;
    server.models().add_fault(Fault::down(Surface::Messages, 529));
    server.models().add_fault(Fault::down(Surface::Chat, 500));
    let args = json!({ "model": "claude-haiku-4-5", "max_tokens": 9, "messages": user_message("Hello") });
    let message = anthropic(&server, "messages.create", args);
    let failures = errors(vec![message.clone(), chat(&server), chat(&server)]).await;
    assert_eq!(failures[0]["body"]["error"]["type"], "overloaded_error");
    assert_eq!(failures[1]["class"], "InternalServerError");
    assert_eq!(failures[2]["body"]["type"], "server_error");
    values(vec![openai(&server, "models.list", json!({}))]).await;
    server.models().clear_faults();
    values(vec![message, chat(&server)]).await;
}

#[tokio::test]
async fn malformed_cut_stalled_and_hanging_answers_fail_in_the_client() {
    let server = start().await;
    for kind in [FaultKind::Malformed, FaultKind::Cut, FaultKind::Stall, FaultKind::Hang] {
        server.models().add_fault(Fault::once(Surface::Chat, kind));
    }
    let mut streamed = chat(&server);
    streamed["args"]["stream"] = true.into();
    let streamed = with(streamed, "collect", true);
    let with_short_timeout = |call: Value| with(call, "timeout", 1);
    let failures = errors(vec![
        chat(&server),
        streamed,
        with_short_timeout(chat(&server)),
        with_short_timeout(chat(&server)),
    ])
    .await;
    assert!(
        failures[0]["text"].to_string().contains("JSON") || failures[0]["class"] == "JSONDecodeError",
        "{}",
        failures[0]
    );
    assert!(failures[1]["class"].to_string().contains("Error"), "{}", failures[1]);
    for error in &failures[2..] {
        assert!(error["class"].to_string().contains("Timeout"), "{error}");
    }
    values(vec![chat(&server)]).await;
}

#[tokio::test]
async fn delay_is_applied_by_fault_and_by_settings() {
    let server = start_with(Settings {
        delay: Duration::from_hours(1),
        ..Settings::default()
    })
    .await;
    let request = reqwest::get(format!("{}/models", server.openai_url()));
    assert!(timeout(Duration::from_millis(200), request).await.is_err());
    let server = start().await;
    server.models().add_fault(Fault::slow(Surface::Models, 3_600_000));
    let client = reqwest::Client::new();
    let list = |client: &reqwest::Client| {
        client
            .get(format!("{}/models", server.openai_url()))
            .bearer_auth(KEY)
            .send()
    };
    assert!(timeout(Duration::from_millis(200), list(&client)).await.is_err());
    server.models().clear_faults();
    assert_eq!(list(&client).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn server_stops_while_a_request_hangs() {
    let server = start().await;
    server.models().add_fault(Fault::once(Surface::Models, FaultKind::Hang));
    let url = format!("{}/models", server.openai_url());
    let hanging = tokio::spawn(async move {
        let client = reqwest::Client::new();
        client
            .get(url)
            .bearer_auth(KEY)
            .send()
            .await
            .map(|response| response.status().as_u16())
    });
    // The fault is consumed when the request arrives.
    let faults = format!("{}/sandbox/models/faults", server.url());
    loop {
        let left: Vec<Fault> = reqwest::get(&faults)
            .await
            .expect("a response")
            .json()
            .await
            .expect("JSON");
        if left.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    timeout(Duration::from_mins(1), server.stop())
        .await
        .expect("server stops")
        .expect("server succeeds");
    let status = hanging.await.expect("task does not panic").expect("an answer");
    assert_eq!(status, 503);
}
