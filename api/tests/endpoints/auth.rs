use crate::harness::{PASSWORD, Service, cookie};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn first_user_becomes_admin_and_others_need_an_invitation() {
    let service = Service::start().await;
    let admin = service.admin().await;
    assert_eq!(admin.get("/api/auth/me").await.is(200).json()["role"], "admin");
    let body = json!({ "email": "b@example.org", "name": "B", "password": PASSWORD });
    service
        .anonymous()
        .post("/api/auth/register", &body)
        .await
        .problem(403, "not-invited", &[]);
    let agent = service.invited(&admin, "agent").await;
    assert_eq!(agent.get("/api/auth/me").await.is(200).json()["role"], "agent");
}

#[tokio::test]
async fn session_cookie_is_http_only_and_invalid_after_logout() {
    let service = Service::start().await;
    service.admin().await;
    let anonymous = service.anonymous();
    let login = json!({ "email": "Admin@Example.org", "password": PASSWORD });
    let answer = anonymous.post("/api/auth/login", &login).await.is(200);
    let set = answer.headers["set-cookie"].to_str().expect("text");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Secure"),
        "{set}"
    );
    let cookie = cookie(&answer);
    anonymous
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .is(200);
    anonymous
        .send(Method::POST, "/api/auth/logout", None, &[("cookie", &cookie)])
        .await
        .is(204);
    anonymous
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .problem(401, "unauthenticated", &[]);
}

#[tokio::test]
async fn session_expires() {
    let service = Service::start().await;
    service.admin().await;
    let anonymous = service.anonymous();
    let login = json!({ "email": "admin@example.org", "password": PASSWORD });
    let cookie = cookie(&anonymous.post("/api/auth/login", &login).await.is(200));
    service.clock.advance_seconds(168 * 3600);
    anonymous
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .is(401);
}

#[tokio::test]
async fn wrong_password_and_unknown_email_get_the_same_response() {
    let service = Service::start().await;
    service.admin().await;
    let anonymous = service.anonymous();
    let mut answers = Vec::new();
    for email in ["admin@example.org", "unknown@example.org"] {
        let login = json!({ "email": email, "password": "wrong password" });
        answers.push(anonymous.post("/api/auth/login", &login).await.is(401).json());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn repeated_password_attempts_are_429() {
    let service = Service::start().await;
    service.admin().await;
    let attempt = json!({ "email": "admin@example.org", "password": "wrong password" });
    for _ in 0..10 {
        service.anonymous().post("/api/auth/login", &attempt).await.is(401);
    }
    let limited = service.anonymous().post("/api/auth/login", &attempt).await;
    assert!(
        limited.headers["retry-after"]
            .to_str()
            .expect("text")
            .parse::<u64>()
            .expect("seconds")
            > 0
    );
    limited.problem(429, "too-many-requests", &[]);
}

#[tokio::test]
async fn cross_site_request_with_session_is_refused() {
    let service = Service::start().await;
    service.admin().await;
    let anonymous = service.anonymous();
    let login = json!({ "email": "admin@example.org", "password": PASSWORD });
    let cookie = cookie(&anonymous.post("/api/auth/login", &login).await.is(200));
    let body = json!({ "name": "Ada", "phone": "+15045550123" });
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let headers = [("cookie", cookie.as_str()), header];
        anonymous
            .send(Method::POST, "/api/contacts", Some(&body), &headers)
            .await
            .problem(403, "cross-site", &[]);
    }
    let headers = [("cookie", cookie.as_str()), ("origin", "https://calls.example")];
    anonymous
        .send(Method::POST, "/api/contacts", Some(&body), &headers)
        .await
        .is(201);
}

#[tokio::test]
async fn invalid_fields_are_named_by_pointer() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    let register =
        |email: &str, name: &str, password: &str| json!({ "email": email, "name": name, "password": password });
    anonymous
        .post("/api/auth/register", &register("ada", "A", PASSWORD))
        .await
        .problem(422, "invalid", &["/email"]);
    anonymous
        .post("/api/auth/register", &register("a@b.c", " ", PASSWORD))
        .await
        .problem(422, "invalid", &["/name"]);
    anonymous
        .post("/api/auth/register", &register("a@b.c", "A", "short"))
        .await
        .problem(422, "invalid", &["/password"]);
    anonymous
        .post("/api/auth/register", &json!({ "name": "A" }))
        .await
        .problem(422, "invalid", &["/email"]);
    anonymous
        .post("/api/auth/register", &json!({ "email": "a@b.c", "x": 1 }))
        .await
        .problem(422, "invalid", &["/x"]);
    anonymous
        .raw(Method::POST, "/api/auth/register", "application/json", "{")
        .await
        .problem(400, "malformed", &[]);
    anonymous
        .raw(Method::POST, "/api/auth/register", "text/plain", "{}")
        .await
        .problem(415, "media-type", &[]);
    let large = format!(r#"{{"email":"{}"}}"#, "a".repeat(300_000));
    anonymous
        .raw(Method::POST, "/api/auth/register", "application/json", large)
        .await
        .problem(413, "too-large", &[]);
}

#[tokio::test]
async fn own_password_change_needs_the_current_one_and_last_admin_cannot_be_removed() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let me = admin.get("/api/auth/me").await.json()["user_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/users/{me}");
    let new = "another long password";
    admin
        .patch(&path, &json!({ "password": new }))
        .await
        .problem(422, "invalid", &["/current_password"]);
    let wrong = json!({ "password": new, "current_password": "wrong password" });
    admin
        .patch(&path, &wrong)
        .await
        .problem(422, "invalid", &["/current_password"]);
    admin
        .patch(&path, &json!({ "password": new, "current_password": PASSWORD }))
        .await
        .is(200);
    service
        .anonymous()
        .post(
            "/api/auth/login",
            &json!({ "email": "admin@example.org", "password": new }),
        )
        .await
        .is(200);
    admin
        .patch(&path, &json!({ "role": "agent" }))
        .await
        .problem(409, "conflict", &[]);
    admin
        .patch(&path, &json!({ "active": false }))
        .await
        .problem(409, "conflict", &[]);
    admin
        .patch("/api/users/user_none", &json!({ "name": "X" }))
        .await
        .problem(404, "not-found", &[]);
}

#[tokio::test]
async fn deactivated_user_is_signed_out_immediately() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let id = agent.get("/api/auth/me").await.json()["user_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    admin
        .patch(&format!("/api/users/{id}"), &json!({ "active": false }))
        .await
        .is(200);
    agent.get("/api/auth/me").await.problem(401, "unauthenticated", &[]);
}

#[tokio::test]
async fn revoked_token_is_401() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let tokens = admin.get("/api/auth/tokens").await.is(200).json();
    let id = tokens[0]["token_id"].as_str().expect("an id");
    assert!(tokens[0].get("token").is_none(), "a token is shown once");
    admin.delete(&format!("/api/auth/tokens/{id}")).await.is(204);
    admin.get("/api/auth/me").await.is(401);
}

#[tokio::test]
async fn unauthenticated_requests_are_401() {
    let service = Service::start().await;
    for path in [
        "/api/auth/me",
        "/api/users",
        "/api/active-users",
        "/api/call-logs",
        "/api/call-logs/CA1",
        "/api/call-logs/CA1/history",
        "/api/call-logs/CA1/transcript",
        "/api/active-calls",
        "/api/agents",
        "/api/agents/default",
        "/api/agent-settings",
        "/api/phone-numbers",
        "/api/contacts",
        "/api/contacts/x",
        "/api/dashboard/stats",
        "/api/feedback",
        "/api/settings",
        "/api/projections",
        "/api/quarantined-webhooks",
    ] {
        service.anonymous().get(path).await.problem(401, "unauthenticated", &[]);
    }
}

#[tokio::test]
async fn first_run_is_true_until_a_user_registers() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    let first = async || anonymous.get("/api/auth/first-run").await.is(200).json();
    assert_eq!(first().await, json!({ "first_run": true }));
    service.admin().await;
    assert_eq!(first().await, json!({ "first_run": false }));
}

#[tokio::test]
async fn colleagues_lists_names_only() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let analyst = service.invited(&admin, "analyst").await;
    let names = analyst.get("/api/colleagues").await.is(200);
    assert!(!names.text.contains("example.org"), "{}", names.text);
    let names = names.json();
    let listed: Vec<_> = names
        .as_array()
        .expect("a list")
        .iter()
        .map(|colleague| &colleague["name"])
        .collect();
    assert_eq!(listed, [&json!("Admin"), &json!("analyst")]);
    analyst.get("/api/users").await.problem(403, "forbidden", &[]);
    service
        .anonymous()
        .get("/api/colleagues")
        .await
        .problem(401, "unauthenticated", &[]);
}
