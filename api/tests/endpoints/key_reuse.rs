//! An `Idempotency-Key` that comes with another request is refused, on every endpoint that takes a key and a body.

use crate::harness::{Answer, Client, Service, inbound};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Operations that cannot be tried here. They need a conversation of a team member in the conference, or the sandbox,
/// which keeps the keys of calls that it places itself.
const ELSEWHERE: [&str; 5] = [
    "POST /api/active-calls/{id}/agent-response",
    "POST /api/active-calls/{id}/digits",
    "POST /api/active-calls/{id}/monitor",
    "POST /api/active-calls/{id}/transfer",
    "POST /api/text-calls",
];

/// Operations with two bodies that both have an effect.
fn cases() -> Vec<(&'static str, Value, Value)> {
    let contact = |name: &str, last: u32| json!({ "name": name, "phone": format!("+1504555010{last}") });
    let hours = |until: &str| {
        let days = json!({ "monday": [format!("09:00-{until}")] });
        json!({ "hours": { "time_zone": "America/Chicago", "days": days } })
    };
    let call = |seconds: u32| {
        let (from, to) = ("+15045550101", "+15045550102");
        json!({ "direction": "inbound", "from": from, "to": to, "outcome": "completed", "duration_s": seconds })
    };
    vec![
        ("POST /api/contacts", contact("Ada", 1), contact("Bo", 2)),
        (
            "PUT /api/contacts/{id}",
            json!({ "name": "Cy" }),
            json!({ "name": "Di" }),
        ),
        (
            "POST /api/suppressions",
            json!({ "number": "+15045550107" }),
            json!({ "number": "+15045550108" }),
        ),
        (
            "POST /api/agents",
            json!({ "name": "Sales" }),
            json!({ "name": "Support" }),
        ),
        (
            "PUT /api/agents/{id}",
            json!({ "settings": { "name": "A" } }),
            json!({ "settings": { "name": "B" } }),
        ),
        (
            "PUT /api/agent-settings",
            json!({ "settings": { "name": "C" } }),
            json!({ "settings": { "name": "D" } }),
        ),
        (
            "POST /api/agent-settings",
            json!({ "settings": { "name": "E" } }),
            json!({ "settings": { "name": "F" } }),
        ),
        (
            "PUT /api/agents/{id}/emergency",
            json!({ "closed": true }),
            json!({ "closed": false }),
        ),
        ("PUT /api/agents/{id}/hours", hours("17:00"), hours("18:00")),
        (
            "POST /api/agents/{id}/personas",
            json!({ "rules": ["Be brief."] }),
            json!({ "rules": ["Be kind."] }),
        ),
        (
            "PUT /api/phone-numbers",
            json!({ "number": "+15045550103", "agent": "default" }),
            json!({ "number": "+15045550104", "agent": "default" }),
        ),
        (
            "PUT /api/settings",
            json!({ "time_zone": "Asia/Tokyo" }),
            json!({ "time_zone": "Asia/Kolkata" }),
        ),
        ("POST /api/call-logs", call(60), call(90)),
        // The first leaves the key of its second command only.
        (
            "PUT /api/call-logs/{id}",
            json!({ "caller_name": "ADA", "grade": "good" }),
            json!({ "caller_name": "ADA", "grade": "needs_improvement" }),
        ),
        (
            "PUT /api/call-logs/{id}/grade",
            json!({ "grade": "needs_improvement" }),
            json!({ "grade": "good" }),
        ),
        (
            "POST /api/call-logs/{id}/corrections",
            json!({ "note": "Slower." }),
            json!({ "note": "Louder." }),
        ),
        (
            "PUT /api/call-logs/{id}/resolution",
            json!({ "disposition": "resolved" }),
            json!({ "disposition": "spam" }),
        ),
        (
            "POST /api/contacts/{id}/erase",
            json!({ "ground": "request 1" }),
            json!({ "ground": "request 2" }),
        ),
        (
            "POST /api/call-logs/{id}/erase",
            json!({ "ground": "request 3" }),
            json!({ "ground": "request 4" }),
        ),
    ]
}

async fn send(client: &Client, operation: &str, ids: &[(&str, String)], body: &Value, key: &str) -> Answer {
    let (method, path) = operation.split_once(' ').expect("a method");
    let id = ids
        .iter()
        .find(|(part, _)| path.contains(part))
        .map(|(_, id)| id.as_str());
    let path = path.replace("{id}", id.unwrap_or_default());
    let method: Method = method.parse().expect("a method");
    client
        .send(method, &path, Some(body), &[("idempotency-key", key)])
        .await
}

#[tokio::test]
async fn key_of_another_request_is_422_on_every_endpoint_that_takes_a_key() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    service.wait_for_read_models().await;
    let other = json!({ "name": "Eve", "phone": "+15045550109" });
    let other = admin.post("/api/contacts", &other).await.is(201).json();
    let contact = other["contact_id"].as_str().expect("an id").to_owned();
    let ids = [
        ("/contacts/", contact),
        ("/agents/", "default".to_owned()),
        ("/call-logs/", "CA1".to_owned()),
    ];
    for (number, (operation, first, second)) in cases().into_iter().enumerate() {
        let key = format!("key-{number}");
        let made = send(&admin, operation, &ids, &first, &key).await;
        assert!(made.status.is_success(), "{operation}: {} {}", made.status, made.text);
        // The same request again, also written in another way, is the same command.
        let head = service.head().await;
        let again = send(&admin, operation, &ids, &first, &key).await;
        assert_eq!(
            (again.status, service.head().await),
            (made.status, head),
            "{operation}: {}",
            again.text
        );
        let refused = send(&admin, operation, &ids, &second, &key).await;
        assert_eq!(refused.status, 422, "{operation}: {}", refused.text);
        assert_eq!(
            refused.json()["type"],
            "urn:call-ledger:problem:key-reused",
            "{operation}"
        );
        assert_eq!(service.head().await, head, "{operation}");
    }
}

/// An endpoint that is added with a key and a body must be added above.
#[test]
fn every_operation_with_a_key_and_a_body_is_tried() {
    let document = serde_json::to_value(api::openapi_document()).expect("serializes");
    let mut with_key = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let takes_key = parameters.iter().any(|it| it["name"] == "Idempotency-Key");
            if takes_key && operation.get("requestBody").is_some() {
                with_key.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let mut tried: BTreeSet<_> = cases().iter().map(|(operation, ..)| (*operation).to_owned()).collect();
    tried.extend(ELSEWHERE.map(str::to_owned));
    assert_eq!(with_key, tried);
}

#[tokio::test]
async fn request_written_in_another_way_is_the_same() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let post = async |body: &'static str| {
        let headers = [("idempotency-key", "k")];
        let url = service.url("/api/contacts");
        let mut request = reqwest::Client::new()
            .post(url)
            .bearer_auth(admin.token.as_ref().expect("a token"))
            .header("content-type", "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    let first = post(r#"{"name":"Ada","phone":"+15045550101"}"#).await;
    assert_eq!(first.0, 201, "{}", first.1);
    assert_eq!(post(r#"{ "phone": "+15045550101",  "name": "Ada" }"#).await, first);
    assert_eq!(post(r#"{"name":"Ada","phone":"+15045550102"}"#).await.0, 422);
}
