//! People's doors: every one that the OpenAPI document lists.

use super::{open, problem};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use harness::service::{Answer, Client, PASSWORD};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

on_both_engines!(
    no_door_opens_without_a_session,
    every_door_that_takes_a_body_refuses_one_that_cannot_be_read_and_writes_nothing,
    a_role_opens_its_own_doors_and_no_others,
    what_contradicts_the_present_state_is_a_conflict,
);

/// Doors that are open to everybody: they are how one gets a session.
const OPEN: [&str; 4] = [
    "/api/auth/first-run",
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/logout",
];

/// A door of the document: its method, its path with something in the place of its parameters, and whether it takes JSON.
struct Door {
    method: Method,
    path: String,
    takes_json: bool,
}

async fn doors(client: &Client) -> Vec<Door> {
    let document = client.read("/api/openapi.json").await.expect(200).json();
    let mut doors = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/") || OPEN.contains(&path.as_str()) {
            continue;
        }
        for (method, door) in methods.as_object().unwrap() {
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
            doors.push(Door {
                method,
                path: path.collect::<Vec<_>>().join("/"),
                takes_json: !door["requestBody"].is_null(),
            });
        }
    }
    assert!(doors.len() > 40, "the document lists {} doors", doors.len());
    doors
}

async fn send(client: &Client, door: &Door, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = client
        .request(door.method.clone(), &door.path)
        .header(CONTENT_TYPE, kind)
        .body(body);
    client.send(request).await.expect("an answer")
}

async fn no_door_opens_without_a_session(stores: TestStores) {
    let app = open(stores).await;
    let (nobody, before) = (app.client(), app.head().await);
    for door in doors(&nobody).await {
        let answer = send(&nobody, &door, "application/json", "{}").await;
        assert_eq!(answer.status, 401, "{} {}: {}", door.method, door.path, answer.text);
        problem(&answer, 401, "unauthenticated");
    }
    assert_eq!(app.head().await, before);
}

async fn every_door_that_takes_a_body_refuses_one_that_cannot_be_read_and_writes_nothing(stores: TestStores) {
    const JSON: &str = "application/json";
    let app = open(stores).await;
    let admin = app.client().signed_in().await;
    let before = app.head().await;
    let doors: Vec<_> = doors(&admin).await.into_iter().filter(|door| door.takes_json).collect();
    assert!(doors.len() > 15, "{} doors take a body", doors.len());
    for door in doors {
        let name = format!("{} {}", door.method, door.path);
        let answer = send(&admin, &door, JSON, "{]").await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        problem(&answer, 400, "malformed");
        let answer = send(&admin, &door, "text/plain", "{}").await;
        assert_eq!(answer.status, 415, "{name}: {}", answer.text);
        let answer = send(&admin, &door, JSON, format!("\"{}\"", "x".repeat(300_000))).await;
        assert_eq!(answer.status, 413, "{name}: {}", answer.text);
        problem(&answer, 413, "too-large");
        let answer = send(&admin, &door, JSON, r#"{"no_such_field":"555-0123"}"#).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        assert!(
            problem(&answer, 422, "invalid")
                .iter()
                .all(|field| field.starts_with('/')),
            "{name}"
        );
        assert!(!answer.text.contains("555-0123"), "{name}: no value comes back");
    }
    assert_eq!(app.head().await, before);
}

/// Somebody whom the admin invited.
async fn invited(admin: &Client, nobody: &Client, role: &str) -> Client {
    let email = format!("{role}@example.com");
    let invited = admin
        .post("/api/users", &json!({ "email": email, "role": role }))
        .await
        .expect(201)
        .json();
    let body = json!({ "email": email, "name": role, "password": PASSWORD, "invitation": invited["invitation"] });
    let registered = nobody.post("/api/auth/register", &body).await.expect(201);
    nobody.clone().with_session(&registered)
}

async fn a_role_opens_its_own_doors_and_no_others(stores: TestStores) {
    let app = open(stores).await;
    let (nobody, admin) = (app.client(), app.client().signed_in().await);
    let call = admin.post("/api/call-logs", &new_call()).await.expect(201).json();
    let id = call["call_id"].as_str().unwrap();
    let (grade, erase) = (
        format!("/api/call-logs/{id}/grade"),
        format!("/api/call-logs/{id}/erase"),
    );
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    let good = json!({ "grade": "good" });
    // Each door with the roles that it opens to, the admin apart.
    let doors: [(Method, &str, Option<&Value>, &[&str]); 8] = [
        (Method::GET, "/api/call-logs", None, &["agent", "auditor", "analyst"]),
        (Method::GET, "/api/contacts", None, &["agent", "auditor"]),
        (Method::GET, "/api/projections", None, &["auditor", "analyst"]),
        (Method::GET, "/api/quarantined-webhooks", None, &["auditor"]),
        (Method::GET, "/api/users", None, &[]),
        (Method::PUT, &grade, Some(&good), &["agent"]),
        (Method::POST, "/api/contacts", Some(&contact), &["agent"]),
        (Method::POST, &erase, Some(&json!({ "ground": "x" })), &[]),
    ];
    for role in ["agent", "auditor", "analyst"] {
        let client = invited(&admin, &nobody, role).await;
        for (method, path, body, roles) in &doors {
            let before = app.head().await;
            let answer = match body {
                Some(body) => client.json(method.clone(), path, body).await,
                None => client.read(path).await,
            };
            if roles.contains(&role) {
                assert!((200..300).contains(&answer.status), "{role}, {path}: {}", answer.text);
            } else {
                assert_eq!(answer.status, 403, "{role}, {path}: {}", answer.text);
                problem(&answer, 403, "forbidden");
                assert_eq!(app.head().await, before, "nothing is written");
            }
        }
    }
}

fn new_call() -> Value {
    json!({ "direction": "inbound", "from": "+15045550123", "to": "+15045550100" })
}

async fn what_contradicts_the_present_state_is_a_conflict(stores: TestStores) {
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
