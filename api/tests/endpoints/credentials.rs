//! Credentials that are gone, guessed or stolen: revocation on open feeds, limits of password attempts, tokens that
//! outlive a password, and sensitive actions in an old login session.

use crate::harness::{Answer, Client, PASSWORD, Service, cookie};
use crate::live::{open, status};
use futures::StreamExt as _;
use infra::config::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// A login session of the admin, in a cookie.
async fn login(service: &Service) -> String {
    let body = json!({ "email": "admin@example.org", "password": PASSWORD });
    cookie(&service.anonymous().post("/api/auth/login", &body).await.is(200))
}

async fn with_cookie(client: &Client, method: Method, path: &str, body: &Value, cookie: &str) -> Answer {
    client.send(method, path, Some(body), &[("cookie", cookie)]).await
}

/// Whether the service closes the socket soon, and with which code.
async fn close_code(socket: &mut crate::live::Socket) -> Option<u16> {
    let closed = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                return frame.map(|frame| frame.code.into());
            }
        }
        None
    };
    tokio::time::timeout(Duration::from_secs(12), closed)
        .await
        .ok()
        .flatten()
}

#[tokio::test]
async fn feed_of_a_revoked_token_is_closed() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let session = login(&service).await;
    let body = json!({ "label": "feed" });
    let made = with_cookie(&service.anonymous(), Method::POST, "/api/auth/tokens", &body, &session)
        .await
        .is(201)
        .json();
    let mut of_token = admin.clone();
    of_token.token = made["token"].as_str().map(str::to_owned);
    let mut revoked = open(&service, &of_token, "/ws").await.expect("opens");
    let mut kept = open(&service, &admin, "/ws").await.expect("opens");
    let id = made["token_id"].as_str().expect("an ID");
    admin.delete(&format!("/api/auth/tokens/{id}")).await.is(204);
    assert_eq!(close_code(&mut revoked).await, Some(4001));
    assert_eq!(
        close_code(&mut kept).await,
        None,
        "another token of the same user stays"
    );
}

#[tokio::test]
async fn user_has_a_limited_number_of_open_feeds() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let mut feeds = Vec::new();
    for _ in 0..16 {
        feeds.push(open(&service, &admin, "/ws?after=0").await.expect("opens"));
    }
    assert_eq!(status(open(&service, &admin, "/ws?after=0").await), 429);
    open(&service, &agent, "/ws?after=0").await.expect("another user's");
    drop(feeds.pop());
    for attempt in 0.. {
        match open(&service, &admin, "/ws?after=0").await {
            Ok(_) => break,
            Err(_) if attempt < 100 => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => panic!("a closed feed makes room: {error}"),
        }
    }
}

#[tokio::test]
async fn api_token_makes_no_tokens() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let body = json!({ "label": "without end" });
    admin
        .post("/api/auth/tokens", &body)
        .await
        .problem(403, "not-a-person", &[]);
    let session = login(&service).await;
    with_cookie(&service.anonymous(), Method::POST, "/api/auth/tokens", &body, &session)
        .await
        .is(201);
}

#[tokio::test]
async fn sensitive_action_in_an_old_session_needs_the_password_again() {
    let service = Service::start().await;
    service.admin().await;
    let (anonymous, session) = (service.anonymous(), login(&service).await);
    let send =
        async |method: Method, path: &str, body: Value| with_cookie(&anonymous, method, path, &body, &session).await;
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    let contact = send(Method::POST, "/api/contacts", contact).await.is(201).json();
    let contact = format!("/api/contacts/{}/erase", contact["contact_id"].as_str().expect("an ID"));
    let me = send(Method::GET, "/api/auth/me", Value::Null).await.is(200).json();
    let user = format!("/api/users/{}", me["user_id"].as_str().expect("an ID"));
    service.clock.advance_seconds(16 * 60);
    for (method, path, body) in [
        (Method::POST, "/api/auth/tokens", json!({ "label": "x" })),
        (
            Method::POST,
            "/api/users",
            json!({ "email": "x@example.org", "role": "admin" }),
        ),
        (Method::PATCH, &user, json!({ "role": "admin" })),
        (Method::POST, &contact, json!({ "ground": "GDPR Art. 17" })),
    ] {
        let refused = send(method, path, body).await;
        refused.problem(403, "password-confirmation-required", &[]);
    }
    // Other actions do not need it.
    send(Method::PATCH, &user, json!({ "name": "Ada" })).await.is(200);
    let confirm = |password: &str| json!({ "password": password });
    let wrong = send(Method::POST, "/api/auth/confirm", confirm("wrong password")).await;
    wrong.problem(422, "invalid", &["/password"]);
    send(Method::POST, &contact, json!({ "ground": "GDPR Art. 17" }))
        .await
        .is(403);
    send(Method::POST, "/api/auth/confirm", confirm(PASSWORD)).await.is(204);
    send(Method::POST, &contact, json!({ "ground": "GDPR Art. 17" }))
        .await
        .is(204);
    send(Method::POST, "/api/auth/tokens", json!({ "label": "x" }))
        .await
        .is(201);
}

#[tokio::test]
async fn new_password_asks_what_to_do_with_tokens() {
    for (revoke_tokens, status) in [(true, 401), (false, 200)] {
        let service = Service::start().await;
        let admin = service.admin().await;
        let (anonymous, session) = (service.anonymous(), login(&service).await);
        let me = admin.get("/api/auth/me").await.is(200).json();
        let path = format!("/api/users/{}", me["user_id"].as_str().expect("an ID"));
        let mut change = json!({ "password": "another long password", "current_password": PASSWORD });
        let unasked = with_cookie(&anonymous, Method::PATCH, &path, &change, &session).await;
        unasked.problem(422, "invalid", &["/revoke_tokens"]);
        admin.get("/api/auth/me").await.is(200);
        change["revoke_tokens"] = json!(revoke_tokens);
        with_cookie(&anonymous, Method::PATCH, &path, &change, &session)
            .await
            .is(200);
        admin.get("/api/auth/me").await.is(status);
    }
}

/// Signs in from an address behind the proxy.
async fn attempt(service: &Service, address: &str, password: &str, cookie: &str) -> Answer {
    let body = json!({ "email": "admin@example.org", "password": password });
    let headers = [("x-forwarded-for", address), ("cookie", cookie)];
    service
        .anonymous()
        .send(Method::POST, "/api/auth/login", Some(&body), &headers)
        .await
}

#[tokio::test]
async fn stranger_with_wrong_passwords_does_not_lock_the_owner_out() {
    let service = Service::start_with(Settings {
        trusted_proxies: Some("127.0.0.1".into()),
        ..Settings::default()
    })
    .await;
    service.admin().await;
    let known = attempt(&service, "203.0.113.1:4711", PASSWORD, "").await.is(200);
    let cookies = known
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().expect("text"));
    let known = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .find(|cookie| cookie.starts_with("call_ledger_known"));
    let known = known.expect("a cookie of a known browser").to_owned();
    for _ in 0..10 {
        attempt(&service, "198.51.100.9:1", "wrong password", "").await.is(401);
    }
    attempt(&service, "198.51.100.9:2", PASSWORD, "").await.is(429);
    attempt(&service, "203.0.113.7", PASSWORD, "").await.is(200);
    // A browser in which the account has signed in before is not stopped at an address that used up its attempts.
    attempt(&service, "198.51.100.9:3", PASSWORD, "call_ledger_known=0")
        .await
        .is(429);
    attempt(&service, "198.51.100.9:4", PASSWORD, &known).await.is(200);
}

#[tokio::test]
async fn page_opened_by_http_learns_the_https_address() {
    let canonical = async |url: &str| {
        let settings = Settings {
            public_url: Some(url.into()),
            ..Settings::default()
        };
        let service = Service::start_with(settings).await;
        let answer = service.anonymous().get("/api/auth/first-run").await.is(200);
        let link = answer
            .headers
            .get("link")
            .map(|link| link.to_str().expect("text").to_owned());
        link.unwrap_or_default()
    };
    assert_eq!(
        canonical("https://calls.example").await,
        "<https://calls.example/>; rel=\"canonical\""
    );
    assert_eq!(canonical("http://localhost:3000").await, "");
}
