//! Text calls: requests that are refused before a call is placed. Calls that succeed are tested with the sandbox.

use crate::harness::{Client, Service, cookie};
use infra::config::Settings;
use reqwest::Method;
use serde_json::{Value, json};

const CALL: &str = "CA00000000000000000000000000000001";

/// A service whose telephone network is Twilio.
async fn with_twilio() -> Service {
    Service::start_with(Settings {
        twilio_account_sid: Some("AC00000000000000000000000000000001".into()),
        ..Settings::default()
    })
    .await
}

/// Requests a WebSocket upgrade of a line.
async fn open_line(client: &Client, call: &str, more: &[(&str, &str)]) -> crate::harness::Answer {
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let path = format!("/api/text-calls/{call}/line");
    client.send(Method::GET, &path, None, &[&upgrade, more].concat()).await
}

#[tokio::test]
async fn text_call_with_twilio_as_network_is_409_and_names_the_alternative() {
    let service = with_twilio().await;
    let admin = service.admin().await;
    let tried = admin.post("/api/agents/default/test-calls", &Value::Null).await;
    assert!(tried.text.contains("call the agent's number"), "{}", tried.text);
    tried.problem(409, "conflict", &[]);
    let dialed = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    assert!(dialed.text.contains("the dialer"), "{}", dialed.text);
    dialed.problem(409, "conflict", &[]);
    open_line(&admin, CALL, &[]).await.problem(409, "conflict", &[]);
}

#[tokio::test]
async fn test_call_of_an_unreachable_agent_is_refused() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let nothing = Value::Null;
    admin
        .post("/api/agents/agent_0/test-calls", &nothing)
        .await
        .problem(404, "not-found", &[]);
    let created = admin
        .post("/api/agents", &json!({ "name": "Sales" }))
        .await
        .is(201)
        .json();
    let path = format!("/api/agents/{}", created["agent_id"].as_str().expect("an id"));
    let test_calls = format!("{path}/test-calls");
    let without = admin.post(&test_calls, &nothing).await;
    assert!(without.text.contains("has no number"), "{}", without.text);
    without.problem(409, "conflict", &[]);
    admin.delete(&path).await.is(204);
    let archived = admin.post(&test_calls, &nothing).await;
    assert!(archived.text.contains("archived"), "{}", archived.text);
    archived.problem(409, "conflict", &[]);
}

#[tokio::test]
async fn invalid_number_is_422() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for (body, field) in [
        (json!({}), "/to"),
        (json!({ "to": "" }), "/to"),
        (json!({ "to": "5045550142" }), "/to"),
        (json!({ "to": "client:user_1" }), "/to"),
        (json!({ "to": 1 }), "/to"),
        (json!({ "to": "+15045550142", "from": "+15045550143" }), "/from"),
    ] {
        admin
            .post("/api/text-calls", &body)
            .await
            .problem(422, "invalid", &[field]);
    }
    let key = [("idempotency-key", "a b")];
    let body = json!({ "to": "+15045550142" });
    admin
        .send(Method::POST, "/api/text-calls", Some(&body), &key)
        .await
        .problem(422, "invalid", &["Idempotency-Key"]);
}

#[tokio::test]
async fn unavailable_network_is_503_with_retry_after() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let dialed = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    assert_eq!(dialed.headers["retry-after"], "2");
    dialed.problem(503, "network-away", &[]);
    open_line(&admin, CALL, &[]).await.problem(503, "network-away", &[]);
    admin
        .post("/api/agents/default/test-calls", &Value::Null)
        .await
        .problem(503, "network-away", &[]);
}

#[tokio::test]
async fn text_call_needs_permission_ownership_and_same_origin() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let auditor = service.invited(&admin, "auditor").await;
    let agent = service.invited(&admin, "agent").await;
    let body = json!({ "to": "+15045550142" });
    auditor
        .post("/api/text-calls", &body)
        .await
        .problem(403, "forbidden", &[]);
    open_line(&auditor, CALL, &[]).await.problem(403, "forbidden", &[]);
    agent
        .post("/api/agents/default/test-calls", &Value::Null)
        .await
        .problem(403, "forbidden", &[]);
    let anonymous = service.anonymous();
    anonymous
        .post("/api/text-calls", &body)
        .await
        .problem(401, "unauthenticated", &[]);
    open_line(&anonymous, CALL, &[])
        .await
        .problem(401, "unauthenticated", &[]);
    for call in ["CA1", "..", "%2e%2e%2fparties", &format!("CB{:032}", 1)] {
        open_line(&agent, call, &[]).await.is(404);
    }
    let login = json!({ "email": "admin@example.org", "password": crate::harness::PASSWORD });
    let session = cookie(&anonymous.post("/api/auth/login", &login).await.is(200));
    let elsewhere = [("cookie", session.as_str()), ("origin", "https://evil.example")];
    open_line(&anonymous, CALL, &elsewhere)
        .await
        .problem(403, "cross-site", &[]);
}
