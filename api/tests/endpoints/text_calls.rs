//! Calls at which a person types: what is refused before anybody is called. That they work is shown with a real network.

use crate::harness::{Client, Service, cookie};
use infra::config::Settings;
use reqwest::Method;
use serde_json::{Value, json};

const CALL: &str = "CA00000000000000000000000000000001";

/// A service whose telephone network is Twilio, whom nobody asks here.
async fn with_twilio() -> Service {
    Service::start_with(Settings {
        twilio_account_sid: Some("AC00000000000000000000000000000001".into()),
        ..Settings::default()
    })
    .await
}

/// Asks to open a line, as a browser or a program does.
async fn opens(client: &Client, call: &str, more: &[(&str, &str)]) -> crate::harness::Answer {
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
async fn where_the_network_is_twilio_nobody_types_and_is_told_what_to_do_instead() {
    let service = with_twilio().await;
    let admin = service.admin().await;
    let tried = admin.post("/api/agents/default/test-calls", &Value::Null).await;
    assert!(tried.text.contains("call the agent's number"), "{}", tried.text);
    tried.problem(409, "conflict", &[]);
    let dialled = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    assert!(dialled.text.contains("the dialer"), "{}", dialled.text);
    dialled.problem(409, "conflict", &[]);
    opens(&admin, CALL, &[]).await.problem(409, "conflict", &[]);
}

#[tokio::test]
async fn an_agent_that_cannot_be_called_is_not_tried() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let nothing = Value::Null;
    admin
        .post("/api/agents/agent_0/test-calls", &nothing)
        .await
        .problem(404, "not-found", &[]);
    let made = admin
        .post("/api/agents", &json!({ "name": "Sales" }))
        .await
        .is(201)
        .json();
    let path = format!("/api/agents/{}", made["agent_id"].as_str().expect("an id"));
    let tries = format!("{path}/test-calls");
    let without = admin.post(&tries, &nothing).await;
    assert!(without.text.contains("has no number"), "{}", without.text);
    without.problem(409, "conflict", &[]);
    admin.delete(&path).await.is(204);
    let archived = admin.post(&tries, &nothing).await;
    assert!(archived.text.contains("archived"), "{}", archived.text);
    archived.problem(409, "conflict", &[]);
}

#[tokio::test]
async fn a_number_that_is_none_is_not_called() {
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
async fn a_network_that_is_away_is_a_problem_that_passes() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let dialled = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    assert_eq!(dialled.headers["retry-after"], "2");
    dialled.problem(503, "network-away", &[]);
    opens(&admin, CALL, &[]).await.problem(503, "network-away", &[]);
    admin
        .post("/api/agents/default/test-calls", &Value::Null)
        .await
        .problem(503, "network-away", &[]);
}

#[tokio::test]
async fn only_who_may_calls_and_only_from_our_own_pages() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let auditor = service.invited(&admin, "auditor").await;
    let agent = service.invited(&admin, "agent").await;
    let body = json!({ "to": "+15045550142" });
    auditor
        .post("/api/text-calls", &body)
        .await
        .problem(403, "forbidden", &[]);
    opens(&auditor, CALL, &[]).await.problem(403, "forbidden", &[]);
    agent
        .post("/api/agents/default/test-calls", &Value::Null)
        .await
        .problem(403, "forbidden", &[]);
    let nobody = service.nobody();
    nobody
        .post("/api/text-calls", &body)
        .await
        .problem(401, "unauthenticated", &[]);
    opens(&nobody, CALL, &[]).await.problem(401, "unauthenticated", &[]);
    for call in ["CA1", "..", "%2e%2e%2fparties", &format!("CB{:032}", 1)] {
        opens(&agent, call, &[]).await.is(404);
    }
    let login = json!({ "email": "admin@example.org", "password": crate::harness::PASSWORD });
    let session = cookie(&nobody.post("/api/auth/login", &login).await.is(200));
    let elsewhere = [("cookie", session.as_str()), ("origin", "https://evil.example")];
    opens(&nobody, CALL, &elsewhere).await.problem(403, "cross-site", &[]);
}
