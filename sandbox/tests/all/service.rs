//! A test service that verifies signatures and records accepted requests.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sandbox::twilio::signature;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use url::form_urlencoded;

pub const AUTH_TOKEN: &str = "not a real token";
pub const PUBLIC_URL: &str = "https://calls.example.com";

/// An accepted request.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub token: String,
    pub call_sid: String,
}

/// Records requests; optionally refuses each one the first time.
#[derive(Clone, Default)]
pub struct Service {
    received: Arc<Mutex<Vec<Received>>>,
    refuses_once: Option<StatusCode>,
    refused: Arc<Mutex<HashSet<String>>>,
}

impl Service {
    /// Answers the first attempt of every request with this status.
    pub fn that_refuses_once(status: StatusCode) -> Self {
        Self {
            refuses_once: Some(status),
            ..Self::default()
        }
    }

    /// Starts the service. Returns its URL.
    pub async fn start(&self) -> String {
        let router = Router::new()
            .route("/twilio/{webhook}", post(webhook))
            .with_state(self.clone());
        serve(router).await
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }
}

/// Serves a router on a free port. Returns its URL.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn webhook(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    if !header("content-type").starts_with("application/x-www-form-urlencoded") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE;
    }
    let params: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    if header(signature::HEADER) != signature::sign(AUTH_TOKEN, &format!("{PUBLIC_URL}{uri}"), &params) {
        return StatusCode::FORBIDDEN;
    }
    let token = header("I-Twilio-Idempotency-Token");
    if let Some(status) = service.refuses_once
        && service.refused.lock().expect("no panic").insert(token.clone())
    {
        return status;
    }
    let query: HashMap<_, _> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect();
    let form: HashMap<_, _> = params.into_iter().collect();
    let call_sid = query
        .get("call_id")
        .or(form.get("CallSid"))
        .cloned()
        .unwrap_or_default();
    let received = Received {
        path: uri.path().to_owned(),
        token,
        call_sid,
    };
    service.received.lock().expect("no panic").push(received);
    StatusCode::NO_CONTENT
}
