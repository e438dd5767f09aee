//! What is done to users is on their streams, for auditors.

use crate::harness::{Answer, Client, PASSWORD, Service};
use infra::event_store::StreamId;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The types of a user's events, oldest first.
fn types(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().expect("events");
    let mut types: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect();
    types.reverse();
    types
}

/// The newest event of a type.
fn event<'a>(history: &'a Value, kind: &str) -> &'a Value {
    let events = history["events"].as_array().expect("events");
    events
        .iter()
        .find(|event| event["type"] == kind)
        .unwrap_or_else(|| panic!("{kind} in {history}"))
}

async fn history(reader: &Client, user_id: &str) -> Answer {
    reader.get(&format!("/api/users/{user_id}/history?limit=200")).await
}

async fn sign_in(service: &Service, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    service.anonymous().post("/api/auth/login", &body).await
}

/// Signs in, creates an API token, revokes it and signs out. Returns the token.
async fn use_a_token(service: &Service, email: &str) -> String {
    let signed_in = sign_in(service, email, PASSWORD).await.is(200);
    let cookie = crate::harness::cookie(&signed_in);
    let headers = [("cookie", cookie.as_str())];
    let anonymous = service.anonymous();
    let made = anonymous
        .send(
            Method::POST,
            "/api/auth/tokens",
            Some(&json!({ "label": "export" })),
            &headers,
        )
        .await
        .is(201)
        .json();
    let path = format!("/api/auth/tokens/{}", made["token_id"].as_str().expect("an id"));
    anonymous.send(Method::DELETE, &path, None, &headers).await.is(204);
    anonymous
        .send(Method::POST, "/api/auth/logout", None, &headers)
        .await
        .is(204);
    made["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn auditor_reads_what_was_done_to_a_user_and_by_whom() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let auditor = service.invited(&admin, "auditor").await;
    let invited = admin
        .post("/api/users", &json!({ "email": "grace@example.org", "role": "agent" }))
        .await
        .is(201)
        .json();
    let user_id = invited["user_id"].as_str().expect("an id").to_owned();
    // An invitation is part of the history of the person who has not registered yet.
    assert_eq!(
        types(&history(&auditor, &user_id).await.is(200).json()),
        ["UserInvited"]
    );
    let body = json!({
        "email": "grace@example.org", "name": "Grace", "password": PASSWORD, "invitation": invited["invitation"]
    });
    service.anonymous().post("/api/auth/register", &body).await.is(201);
    let path = format!("/api/users/{user_id}");
    admin
        .patch(&path, &json!({ "role": "analyst", "name": "Grace H." }))
        .await
        .is(200);
    // What does not change is not an event.
    admin.patch(&path, &json!({ "role": "analyst" })).await.is(200);
    for _ in 0..3 {
        sign_in(&service, "grace@example.org", "a wrong password").await.is(401);
    }
    sign_in(&service, "unknown@example.org", "a wrong password")
        .await
        .is(401);
    let token = use_a_token(&service, "grace@example.org").await;
    admin.patch(&path, &json!({ "active": false })).await.is(200);

    let secrets = [PASSWORD, "a wrong password", "$argon2", token.as_str()];
    let read = history(&auditor, &user_id).await.is(200);
    for secret in secrets {
        assert!(!read.text.contains(secret), "{}", read.text);
    }
    let read = read.json();
    assert_eq!(
        types(&read),
        [
            "UserInvited",
            "UserRegistered",
            "SignedIn",
            "UserRenamed",
            "RoleChanged",
            "SignedIn",
            "TokenCreated",
            "TokenRevoked",
            "SignedOut",
            "UserDeactivated"
        ]
    );
    let admin_id = admin.get("/api/auth/me").await.json()["user_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let changed = event(&read, "RoleChanged");
    assert_eq!(
        (&changed["data"]["role"], &changed["data"]["by"]),
        (&json!("analyst"), &json!(admin_id))
    );
    assert_eq!(changed["actor"], format!("user:{admin_id}"));
    assert_eq!(event(&read, "SignedIn")["data"]["address"], "127.0.0.1");

    // The wrong passwords become one event when their minute has ended.
    service.clock.advance_seconds(61);
    let read = history(&auditor, &user_id).await.is(200).json();
    let failed = event(&read, "SignInFailed");
    assert_eq!(
        (&failed["data"]["count"], &failed["data"]["window_s"]),
        (&json!(3), &json!(60))
    );
    assert_eq!(read["version"], 11);
    let before = admin
        .get(&format!("{path}/history?before=3&limit=1"))
        .await
        .is(200)
        .json();
    assert_eq!(types(&before), ["UserRegistered"]);
    admin
        .get(&format!("{path}/history?limit=0"))
        .await
        .problem(422, "invalid", &["limit"]);
    history(&admin, "user_of_no_one").await.problem(404, "not-found", &[]);
}

#[tokio::test]
async fn erased_user_is_gone_from_the_accounts_and_their_history() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let user_id = agent.get("/api/auth/me").await.json()["user_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/users/{user_id}");
    admin
        .post(&format!("{path}/erase"), &json!({ "ground": " " }))
        .await
        .problem(422, "invalid", &["/ground"]);
    let me = admin.get("/api/auth/me").await.json()["user_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    admin
        .post(&format!("/api/users/{me}/erase"), &json!({ "ground": "request 7" }))
        .await
        .problem(409, "conflict", &[]);
    admin
        .post(&format!("{path}/erase"), &json!({ "ground": "request 7" }))
        .await
        .is(204);
    agent.get("/api/auth/me").await.is(401);
    let users = admin.get("/api/users").await.is(200);
    assert!(!users.text.contains("agent@example.org"), "{}", users.text);
    let engine = service.running.engine();
    // The eraser destroys the key of the stream.
    let streams = [StreamId::new("user", user_id.as_str())];
    let is_alive = async || {
        let alive = engine.ledger.keys_to_destroy(&streams).await.expect("keys");
        !alive.is_empty()
    };
    for _ in 0..300 {
        if !is_alive().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!is_alive().await, "the key of the erased user");
    let read = history(&admin, &user_id).await.is(200);
    assert!(
        !read.text.contains("agent@example.org") && !read.text.contains("127.0.0.1"),
        "{}",
        read.text
    );
    let read = read.json();
    assert_eq!(types(&read).last().map(String::as_str), Some("UserErased"));
    // What remains of the user cannot be changed: an erased admin would count as one.
    for change in [json!({ "role": "admin", "active": true }), json!({ "name": "X" })] {
        admin.patch(&path, &change).await.problem(404, "not-found", &[]);
    }
    admin
        .post(&format!("{path}/erase"), &json!({ "ground": "request 7" }))
        .await
        .problem(404, "not-found", &[]);
    // The address is free again.
    admin
        .post("/api/users", &json!({ "email": "agent@example.org", "role": "agent" }))
        .await
        .is(201);
}

/// Registers with an invitation for this address.
async fn register(service: &Service, email: &str, invitation: &Value) -> Answer {
    let body = json!({ "email": email, "name": "Grace", "password": PASSWORD, "invitation": invitation });
    service.anonymous().post("/api/auth/register", &body).await
}

/// Invites a person. Returns their id and the secret of the invitation.
async fn invite(admin: &Client, email: &str) -> (String, Value) {
    let body = json!({ "email": email, "role": "agent" });
    let invited = admin.post("/api/users", &body).await.is(201).json();
    let user_id = invited["user_id"].as_str().expect("an id").to_owned();
    (user_id, invited["invitation"].clone())
}

async fn pending(user: &Client) -> Value {
    user.get("/api/invitations").await.is(200).json()
}

#[tokio::test]
async fn second_invitation_replaces_the_first() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (first_id, first) = invite(&admin, "grace@example.org").await;
    let (_, second) = invite(&admin, "grace@example.org").await;
    let read = history(&admin, &first_id).await.is(200).json();
    assert_eq!(types(&read), ["UserInvited", "InvitationRevoked"]);
    register(&service, "grace@example.org", &first).await.is(403);
    register(&service, "grace@example.org", &second).await.is(201);
}

#[tokio::test]
async fn pending_invitation_is_listed_and_can_be_revoked() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (grace_id, grace) = invite(&admin, "grace@example.org").await;
    let (_, ada) = invite(&admin, "ada@example.org").await;
    let listed = pending(&admin).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(
        (&listed[1]["email"], &listed[1]["role"], &listed[1]["user_id"]),
        (&json!("grace@example.org"), &json!("agent"), &json!(grace_id))
    );
    let secret = grace.as_str().expect("a secret");
    assert!(!listed.to_string().contains(secret), "{listed}");

    let path = format!("/api/invitations/{grace_id}");
    admin.delete(&path).await.is(204);
    admin.delete(&path).await.problem(404, "not-found", &[]);
    register(&service, "grace@example.org", &grace).await.is(403);
    let read = history(&admin, &grace_id).await.is(200).json();
    assert_eq!(types(&read), ["UserInvited", "InvitationRevoked"]);

    // One that was used, and one that has expired, are not pending.
    register(&service, "ada@example.org", &ada).await.is(201);
    let (late_id, late) = invite(&admin, "grace@example.org").await;
    service.clock.advance_seconds(7 * 86_400 + 1);
    let cookie = crate::harness::cookie(&sign_in(&service, "admin@example.org", PASSWORD).await.is(200));
    let headers = [("cookie", cookie.as_str())];
    let send = async |method, path: &str| service.anonymous().send(method, path, None, &headers).await;
    assert_eq!(send(Method::GET, "/api/invitations").await.is(200).json(), json!([]));
    send(Method::DELETE, &format!("/api/invitations/{late_id}"))
        .await
        .problem(404, "not-found", &[]);
    register(&service, "grace@example.org", &late).await.is(403);
}

#[tokio::test]
async fn invited_person_without_an_account_can_be_erased() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (user_id, invitation) = invite(&admin, "grace@example.org").await;
    let erase = format!("/api/users/{user_id}/erase");
    let ground = json!({ "ground": "request 7" });
    admin.post(&erase, &ground).await.is(204);
    admin.post(&erase, &ground).await.problem(404, "not-found", &[]);
    admin
        .post("/api/users/user_unknown/erase", &ground)
        .await
        .problem(404, "not-found", &[]);
    register(&service, "grace@example.org", &invitation).await.is(403);
    assert_eq!(pending(&admin).await, json!([]));
    let read = history(&admin, &user_id).await.is(200);
    assert!(!read.text.contains("grace@example.org"), "{}", read.text);
    assert_eq!(types(&read.json()), ["UserInvited", "UserErased"]);
}
