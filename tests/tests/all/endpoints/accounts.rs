//! The REST endpoints for users: every operation in the OpenAPI document.

use super::{open, problem};
use harness::on_both_engines;
use harness::service::{Answer, Client};
use harness::test_stores::TestStores;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

on_both_engines!(
    every_operation_without_a_session_is_answered_401,
    unparsable_body_is_refused_and_writes_nothing,
    request_that_contradicts_the_state_is_answered_409,
);

/// Operations without authentication.
const PUBLIC_PATHS: [&str; 4] = [
    "/api/auth/first-run",
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/logout",
];

/// An operation of the document. Path parameters are replaced by `1`.
struct Operation {
    method: Method,
    path: String,
    takes_json: bool,
}

async fn operations(client: &Client) -> Vec<Operation> {
    let document = client.read("/api/openapi.json").await.expect(200).json();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/") || PUBLIC_PATHS.contains(&path.as_str()) {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse() else {
                continue;
            };
            if !matches!(
                method,
                Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE
            ) {
                continue;
            }
            let path = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part });
            operations.push(Operation {
                method,
                path: path.collect::<Vec<_>>().join("/"),
                takes_json: !operation["requestBody"].is_null(),
            });
        }
    }
    assert!(
        operations.len() > 40,
        "the document lists only {} operations",
        operations.len()
    );
    operations
}

async fn send(client: &Client, operation: &Operation, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = client
        .request(operation.method.clone(), &operation.path)
        .header(CONTENT_TYPE, kind)
        .body(body);
    client.send(request).await.expect("an answer")
}

async fn every_operation_without_a_session_is_answered_401(stores: TestStores) {
    let app = open(stores).await;
    let (anonymous, before) = (app.client(), app.head().await);
    for operation in operations(&anonymous).await {
        let answer = send(&anonymous, &operation, "application/json", "{}").await;
        assert_eq!(
            answer.status, 401,
            "{} {}: {}",
            operation.method, operation.path, answer.text
        );
        problem(&answer, 401, "unauthenticated");
    }
    assert_eq!(app.head().await, before);
}

async fn unparsable_body_is_refused_and_writes_nothing(stores: TestStores) {
    const JSON: &str = "application/json";
    let app = open(stores).await;
    let admin = app.client().signed_in().await;
    let before = app.head().await;
    let operations: Vec<_> = operations(&admin)
        .await
        .into_iter()
        .filter(|operation| operation.takes_json)
        .collect();
    assert!(
        operations.len() > 15,
        "only {} operations take a body",
        operations.len()
    );
    for operation in operations {
        let name = format!("{} {}", operation.method, operation.path);
        let answer = send(&admin, &operation, JSON, "{]").await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        problem(&answer, 400, "malformed");
        let answer = send(&admin, &operation, "text/plain", "{}").await;
        assert_eq!(answer.status, 415, "{name}: {}", answer.text);
        let answer = send(&admin, &operation, JSON, format!("\"{}\"", "x".repeat(300_000))).await;
        assert_eq!(answer.status, 413, "{name}: {}", answer.text);
        problem(&answer, 413, "too-large");
        let answer = send(&admin, &operation, JSON, r#"{"no_such_field":"555-0123"}"#).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        assert!(
            problem(&answer, 422, "invalid")
                .iter()
                .all(|field| field.starts_with('/')),
            "{name}"
        );
        assert!(
            !answer.text.contains("555-0123"),
            "{name}: the response repeats a value"
        );
    }
    assert_eq!(app.head().await, before);
}

fn new_call() -> Value {
    json!({ "direction": "inbound", "from": "+15045550123", "to": "+15045550100" })
}

async fn request_that_contradicts_the_state_is_answered_409(stores: TestStores) {
    let app = open(stores).await;
    let admin = app.client().signed_in().await;
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    admin.post("/api/contacts", &contact).await.expect(201);
    let call = admin.post("/api/call-logs", &new_call()).await.expect(201).json();
    let call = format!("/api/call-logs/{}", call["call_id"].as_str().unwrap());
    admin
        .post(&format!("{call}/erase"), &json!({ "ground": "request 17" }))
        .await
        .expect(200);
    let me = admin.read("/api/auth/me").await.expect(200).json();
    let me = format!("/api/users/{}", me["user_id"].as_str().unwrap());
    let before = app.head().await;
    let conflicts = [
        (Method::POST, "/api/contacts".to_owned(), contact),
        (
            Method::POST,
            format!("{call}/corrections"),
            json!({ "note": "she said her name" }),
        ),
        (Method::PATCH, me, json!({ "role": "agent" })),
        (Method::DELETE, "/api/agents/default".to_owned(), json!({})),
    ];
    for (method, path, body) in conflicts {
        let answer = admin.json(method, &path, &body).await;
        assert_eq!(answer.status, 409, "{path}: {}", answer.text);
        problem(&answer, 409, "conflict");
    }
    assert_eq!(app.head().await, before, "nothing is written");
}
