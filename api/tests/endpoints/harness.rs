//! A running service, and clients that assert responses.

use api::{App, Running};
use domain::Timestamp;
use infra::clock::TestClock;
use infra::config::{Config, Settings};
use infra::secret::Secret;
use infra::twilio::form::Form;
use infra::twilio::signature;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Auth token that signs Twilio's requests.
const TOKEN: &str = "a-token-of-these-tests";
/// Public URL of the service, as given to Twilio.
const PUBLIC: &str = "https://calls.example";
/// A valid password.
pub const PASSWORD: &str = "correct horse battery";
/// Friday, 2026-03-27T14:00:00Z: nine in the morning in Chicago.
pub const FRIDAY: i64 = 1_774_620_000;

/// A running service and its data folder.
pub struct Service {
    pub running: Running,
    pub clock: Arc<TestClock>,
    http: reqwest::Client,
    _folder: TempDir,
}

/// An HTTP client, with or without an API token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    pub token: Option<String>,
}

/// A response.
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Asserts a problem document of this kind that names these fields.
    #[track_caller]
    pub fn problem(self, status: u16, kind: &str, fields: &[&str]) {
        let answer = self.is(status);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let json = answer.json();
        assert_eq!(json["type"], format!("urn:call-ledger:problem:{kind}"), "{json}");
        assert_eq!(json["status"], status);
        let named = json["errors"].as_array().cloned().unwrap_or_default();
        let named: Vec<_> = named
            .iter()
            .map(|error| {
                error["pointer"]
                    .as_str()
                    .or(error["parameter"].as_str())
                    .unwrap_or_default()
            })
            .collect();
        assert_eq!(named, fields, "{json}");
    }

    pub fn position(&self) -> i64 {
        self.headers["x-ledger-position"]
            .to_str()
            .expect("text")
            .parse()
            .expect("a number")
    }
}

impl Service {
    pub async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::at(Timestamp::from_seconds(FRIDAY));
        let settings = Settings {
            data_dir: Some(folder.path().into()),
            port: Some(0),
            public_url: settings.public_url.or_else(|| Some(PUBLIC.into())),
            twilio_auth_token: Some(Secret::new(TOKEN)),
            twilio_phone_number: Some("+15045550199".into()),
            // Nothing listens there: these tests cover the endpoints only.
            twilio_api_base: settings.twilio_api_base.or_else(|| Some("http://127.0.0.1:9".into())),
            // The models of these tests count their requests.
            model_warm_up: settings.model_warm_up.or(Some(false)),
            ..settings
        };
        let config = Config::resolve(settings).expect("a configuration");
        let running = App::start(config, clock.clone()).await.expect("the service starts");
        Self {
            running,
            clock,
            http: reqwest::Client::new(),
            _folder: folder,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    pub fn anonymous(&self) -> Client {
        Client {
            http: self.http.clone(),
            base: self.url(""),
            token: None,
        }
    }

    /// Registers the first user, the admin, with an API token.
    pub async fn admin(&self) -> Client {
        let anonymous = self.anonymous();
        let body = json!({ "email": "admin@example.org", "name": "Admin", "password": PASSWORD });
        let answer = anonymous.post("/api/auth/register", &body).await.is(201);
        anonymous.with_token(&answer).await
    }

    /// Registers a user whom the admin invited, with an API token.
    pub async fn invited(&self, admin: &Client, role: &str) -> Client {
        let email = format!("{role}@example.org");
        let invited = admin
            .post("/api/users", &json!({ "email": email, "role": role }))
            .await
            .is(201);
        let body =
            json!({ "email": email, "name": role, "password": PASSWORD, "invitation": invited.json()["invitation"] });
        let anonymous = self.anonymous();
        let answer = anonymous.post("/api/auth/register", &body).await.is(201);
        anonymous.with_token(&answer).await
    }

    /// The signature of a WebSocket upgrade, which has no body.
    pub fn sign_upgrade(url: &str) -> String {
        signature::sign(&Secret::new(TOKEN), url, None)
    }

    /// Posts a signed webhook.
    pub async fn twilio(&self, path: &str, form: &str) -> Answer {
        self.twilio_with(path, form, &[]).await
    }

    /// Posts a signed webhook with additional headers.
    pub async fn twilio_with(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let parsed = Form::parse(form.as_bytes());
        let signature = signature::sign(&Secret::new(TOKEN), &format!("{PUBLIC}{path}"), Some(&parsed));
        self.post_signed(
            path,
            form.to_owned(),
            "application/x-www-form-urlencoded",
            &signature,
            headers,
        )
        .await
    }

    pub async fn post_signed(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        kind: &str,
        signature: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.post(self.url(path)).header("content-type", kind).body(body);
        if !signature.is_empty() {
            request = request.header("x-twilio-signature", signature);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    pub fn sign(path: &str, form: Option<&Form>) -> String {
        signature::sign(&Secret::new(TOKEN), &format!("{PUBLIC}{path}"), form)
    }

    /// Waits until every read model has reached the ledger's head.
    pub async fn wait_for_read_models(&self) {
        let engine = self.running.engine();
        let head = engine.ledger.head().await.expect("a head");
        for projector in engine.models.projectors() {
            let reached = engine
                .models
                .wait(projector.name(), head, Duration::from_secs(10))
                .await;
            assert!(reached, "{} lags", projector.name());
        }
    }

    /// The time by the service's clock.
    pub fn clock_now(&self) -> Timestamp {
        infra::clock::Clock::now(&*self.clock)
    }

    pub async fn head(&self) -> i64 {
        self.running.engine().ledger.head().await.expect("a head")
    }

    pub async fn stop(self) {
        self.running.shutdown(Duration::ZERO).await.expect("stops");
    }
}

impl Client {
    /// The same client with an API token, created in the login session of the response.
    async fn with_token(&self, answer: &Answer) -> Self {
        let cookie = cookie(answer);
        let (body, cookie) = (json!({ "label": "test" }), [("cookie", cookie.as_str())]);
        let made = self
            .send(Method::POST, "/api/auth/tokens", Some(&body), &cookie)
            .await
            .is(201);
        let token = made.json()["token"].as_str().expect("a token").to_owned();
        Self {
            token: Some(token),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// Sends a raw body.
    pub async fn raw(&self, method: Method, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("content-type", kind)
            .body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        answer(request).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer {
        status,
        headers,
        text: response.text().await.expect("a text"),
    }
}

/// The session cookie that a response sets, as a request sends it.
pub fn cookie(answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().expect("text");
    cookie.split(';').next().expect("a pair").to_owned()
}

/// The form of an inbound call from Ada.
pub fn inbound(call: &str) -> String {
    format!(
        "AccountSid=AC1&CallSid={call}&CallStatus=ringing&Direction=inbound&From=%2B15045550123&To=%2B15045550100&CallerName=ADA"
    )
}
