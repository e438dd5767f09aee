use crate::harness::{PASSWORD, Service, cookie};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_first_to_register_becomes_admin_and_others_need_an_invitation() {
    let service = Service::start().await;
    let admin = service.admin().await;
    assert_eq!(admin.get("/api/auth/me").await.is(200).json()["role"], "admin");
    let body = json!({ "email": "b@example.org", "name": "B", "password": PASSWORD });
    service
        .nobody()
        .post("/api/auth/register", &body)
        .await
        .problem(403, "not-invited", &[]);
    let agent = service.invited(&admin, "agent").await;
    assert_eq!(agent.get("/api/auth/me").await.is(200).json()["role"], "agent");
}

#[tokio::test]
async fn a_session_lives_in_a_cookie_that_scripts_cannot_read_and_ends_with_a_logout() {
    let service = Service::start().await;
    service.admin().await;
    let nobody = service.nobody();
    let login = json!({ "email": "Admin@Example.org", "password": PASSWORD });
    let answer = nobody.post("/api/auth/login", &login).await.is(200);
    let set = answer.headers["set-cookie"].to_str().expect("text");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Secure"),
        "{set}"
    );
    let cookie = cookie(&answer);
    nobody
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .is(200);
    nobody
        .send(Method::POST, "/api/auth/logout", None, &[("cookie", &cookie)])
        .await
        .is(204);
    nobody
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .problem(401, "unauthenticated", &[]);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let service = Service::start().await;
    service.admin().await;
    let nobody = service.nobody();
    let login = json!({ "email": "admin@example.org", "password": PASSWORD });
    let cookie = cookie(&nobody.post("/api/auth/login", &login).await.is(200));
    service.clock.advance_seconds(168 * 3600);
    nobody
        .send(Method::GET, "/api/auth/me", None, &[("cookie", &cookie)])
        .await
        .is(401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_the_same_answer() {
    let service = Service::start().await;
    service.admin().await;
    let nobody = service.nobody();
    let mut answers = Vec::new();
    for email in ["admin@example.org", "nobody@example.org"] {
        let login = json!({ "email": email, "password": "wrong password" });
        answers.push(nobody.post("/api/auth/login", &login).await.is(401).json());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn whoever_guesses_passwords_is_slowed_down() {
    let service = Service::start().await;
    service.admin().await;
    let guess = json!({ "email": "admin@example.org", "password": "wrong password" });
    for _ in 0..10 {
        service.nobody().post("/api/auth/login", &guess).await.is(401);
    }
    let limited = service.nobody().post("/api/auth/login", &guess).await;
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
async fn another_web_site_cannot_use_the_session() {
    let service = Service::start().await;
    service.admin().await;
    let nobody = service.nobody();
    let login = json!({ "email": "admin@example.org", "password": PASSWORD });
    let cookie = cookie(&nobody.post("/api/auth/login", &login).await.is(200));
    let body = json!({ "name": "Ada", "phone": "+15045550123" });
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let headers = [("cookie", cookie.as_str()), header];
        nobody
            .send(Method::POST, "/api/contacts", Some(&body), &headers)
            .await
            .problem(403, "cross-site", &[]);
    }
    let headers = [("cookie", cookie.as_str()), ("origin", "https://calls.example")];
    nobody
        .send(Method::POST, "/api/contacts", Some(&body), &headers)
        .await
        .is(201);
}

#[tokio::test]
async fn bad_fields_are_named_and_never_repeated() {
    let service = Service::start().await;
    let nobody = service.nobody();
    let register =
        |email: &str, name: &str, password: &str| json!({ "email": email, "name": name, "password": password });
    nobody
        .post("/api/auth/register", &register("ada", "A", PASSWORD))
        .await
        .problem(422, "invalid", &["/email"]);
    nobody
        .post("/api/auth/register", &register("a@b.c", " ", PASSWORD))
        .await
        .problem(422, "invalid", &["/name"]);
    nobody
        .post("/api/auth/register", &register("a@b.c", "A", "short"))
        .await
        .problem(422, "invalid", &["/password"]);
    nobody
        .post("/api/auth/register", &json!({ "name": "A" }))
        .await
        .problem(422, "invalid", &["/email"]);
    nobody
        .post("/api/auth/register", &json!({ "email": "a@b.c", "x": 1 }))
        .await
        .problem(422, "invalid", &["/x"]);
    nobody
        .raw(Method::POST, "/api/auth/register", "application/json", "{")
        .await
        .problem(400, "malformed", &[]);
    nobody
        .raw(Method::POST, "/api/auth/register", "text/plain", "{}")
        .await
        .problem(415, "media-type", &[]);
    let large = format!(r#"{{"email":"{}"}}"#, "a".repeat(300_000));
    nobody
        .raw(Method::POST, "/api/auth/register", "application/json", large)
        .await
        .problem(413, "too-large", &[]);
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let auditor = service.invited(&admin, "auditor").await;
    let analyst = service.invited(&admin, "analyst").await;
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    agent.post("/api/contacts", &contact).await.is(201);
    auditor
        .post("/api/contacts", &contact)
        .await
        .problem(403, "forbidden", &[]);
    analyst.get("/api/contacts").await.problem(403, "forbidden", &[]);
    agent.get("/api/users").await.problem(403, "forbidden", &[]);
    agent.get("/api/projections").await.problem(403, "forbidden", &[]);
    analyst.get("/api/projections").await.is(200);
    auditor
        .post("/api/projections/call_log/rebuild", &json!({}))
        .await
        .problem(403, "forbidden", &[]);
    agent
        .put("/api/agent-settings", &json!({ "emergency_closed": true }))
        .await
        .problem(403, "forbidden", &[]);
    for client in [&agent, &auditor, &analyst] {
        client.get("/api/call-logs").await.is(200);
        client
            .post("/api/call-logs/CA1/erase", &json!({ "ground": "x" }))
            .await
            .problem(403, "forbidden", &[]);
    }
}

#[tokio::test]
async fn a_user_changes_their_own_password_only_by_the_old_one_and_the_last_admin_stays() {
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
        .nobody()
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
        .patch("/api/users/user_nobody", &json!({ "name": "X" }))
        .await
        .problem(404, "not-found", &[]);
}

#[tokio::test]
async fn whoever_may_no_longer_sign_in_is_out_at_once() {
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
async fn a_token_taken_back_is_no_token() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let tokens = admin.get("/api/auth/tokens").await.is(200).json();
    let id = tokens[0]["token_id"].as_str().expect("an id");
    assert!(tokens[0].get("token").is_none(), "a token is shown once");
    admin.delete(&format!("/api/auth/tokens/{id}")).await.is(204);
    admin.get("/api/auth/me").await.is(401);
}

#[tokio::test]
async fn nobody_sees_anything_without_signing_in() {
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
        "/api/projections",
        "/api/quarantined-webhooks",
    ] {
        service.nobody().get(path).await.problem(401, "unauthenticated", &[]);
    }
}

#[tokio::test]
async fn the_page_is_told_whether_anybody_has_registered() {
    let service = Service::start().await;
    let nobody = service.nobody();
    let first = async || nobody.get("/api/auth/first-run").await.is(200).json();
    assert_eq!(first().await, json!({ "first_run": true }));
    service.admin().await;
    assert_eq!(first().await, json!({ "first_run": false }));
}

#[tokio::test]
async fn everybody_who_is_signed_in_knows_their_colleagues_by_name_and_no_more() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let auditor = service.invited(&admin, "auditor").await;
    let names = auditor.get("/api/colleagues").await.is(200);
    assert!(!names.text.contains("example.org"), "{}", names.text);
    let names = names.json();
    let called: Vec<_> = names
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(called, [&json!("Admin"), &json!("auditor")]);
    auditor.get("/api/users").await.problem(403, "forbidden", &[]);
    service
        .nobody()
        .get("/api/colleagues")
        .await
        .problem(401, "unauthenticated", &[]);
}
