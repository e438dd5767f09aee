//! Faults on demand, as the official packages see them, and a clean end.

use super::{KEY, anthropic, errors, openai, says, start, start_with, values, with};
use sandbox::models::{Fault, FaultKind, Server, Settings, Surface};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

fn chat(server: &Server) -> Value {
    openai(
        server,
        "chat.completions.create",
        json!({ "model": "gpt-4o", "messages": says("Hello") }),
    )
}

async fn order(server: &Server, fault: Value) -> u16 {
    let response = reqwest::Client::new()
        .post(format!("{}/sandbox/models/faults", server.url()))
        .json(&fault)
        .send()
        .await
        .expect("an answer");
    response.status().as_u16()
}

#[tokio::test]
async fn a_status_is_ordered_over_http_and_comes_as_often_as_it_was_ordered() {
    let server = start().await;
    let limit = json!({ "surface": "chat", "times": 2, "kind": { "status": { "status": 429, "retry_after": 7 } } });
    assert_eq!(order(&server, limit).await, 204);
    assert_eq!(
        order(&server, json!({ "kind": { "status": { "status": 200 } } })).await,
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
async fn a_model_that_is_down_is_down_until_it_is_mended_and_others_are_not() {
    let server = start().await;
    server.models().add_fault(Fault::down(Surface::Messages, 529));
    server.models().add_fault(Fault::down(Surface::Chat, 500));
    let args = json!({ "model": "claude-haiku-4-5", "max_tokens": 9, "messages": says("Hello") });
    let message = anthropic(&server, "messages.create", args);
    let told = errors(vec![message.clone(), chat(&server), chat(&server)]).await;
    assert_eq!(told[0]["body"]["error"]["type"], "overloaded_error");
    assert_eq!(told[1]["class"], "InternalServerError");
    assert_eq!(told[2]["body"]["type"], "server_error");
    values(vec![openai(&server, "models.list", json!({}))]).await;
    server.models().clear_faults();
    values(vec![message, chat(&server)]).await;
}

#[tokio::test]
async fn answers_are_spoilt_cut_off_and_withheld() {
    let server = start().await;
    for kind in [FaultKind::Malformed, FaultKind::Cut, FaultKind::Stall, FaultKind::Hang] {
        server.models().add_fault(Fault::once(Surface::Chat, kind));
    }
    let mut streamed = chat(&server);
    streamed["args"]["stream"] = true.into();
    let streamed = with(streamed, "collect", true);
    let soon = |call: Value| with(call, "timeout", 1);
    let told = errors(vec![chat(&server), streamed, soon(chat(&server)), soon(chat(&server))]).await;
    assert!(
        told[0]["text"].to_string().contains("JSON") || told[0]["class"] == "JSONDecodeError",
        "{}",
        told[0]
    );
    assert!(told[1]["class"].to_string().contains("Error"), "{}", told[1]);
    for error in &told[2..] {
        assert!(error["class"].to_string().contains("Timeout"), "{error}");
    }
    values(vec![chat(&server)]).await;
}

#[tokio::test]
async fn a_fault_can_be_a_delay_alone_and_every_answer_can_have_one() {
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
async fn a_server_stops_even_while_a_request_hangs() {
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
    // The fault is taken when the request has arrived.
    let faults = format!("{}/sandbox/models/faults", server.url());
    loop {
        let left: Vec<Fault> = reqwest::get(&faults)
            .await
            .expect("an answer")
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
        .expect("it stops")
        .expect("it served well");
    let status = hanging.await.expect("it does not panic").expect("an answer");
    assert_eq!(status, 503);
}
