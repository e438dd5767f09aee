//! A test service with a configured answer per path. It verifies every signature.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sandbox::twilio::signature;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use url::form_urlencoded;

/// A received request.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    pub path: String,
    pub method: Method,
    pub params: HashMap<String, String>,
    pub token: String,
}

impl ReceivedRequest {
    /// The value of a required parameter.
    pub fn is(&self, name: &str) -> &str {
        self.params
            .get(name)
            .unwrap_or_else(|| panic!("{} has no parameter {name}: {:?}", self.path, self.params))
    }
}

/// A configured answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub kind: &'static str,
    pub body: Vec<u8>,
    pub after_ms: u64,
}

impl From<&str> for Reply {
    /// Verbs inside a `<Response>`.
    fn from(verbs: &str) -> Self {
        Self {
            status: StatusCode::OK,
            kind: "text/xml; charset=utf-8",
            body: format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>").into_bytes(),
            after_ms: 0,
        }
    }
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).expect("a status"),
            ..Self::from("")
        }
    }

    pub fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            body: body.into(),
            ..Self::from("")
        }
    }
}

#[derive(Clone, Default)]
struct Inside {
    base: Arc<Mutex<String>>,
    got: Arc<Mutex<Vec<ReceivedRequest>>>,
    unsigned: Arc<Mutex<Vec<String>>>,
    replies: Arc<Mutex<HashMap<String, VecDeque<Reply>>>>,
}

pub struct Product {
    inside: Inside,
    pub base_url: String,
}

impl Product {
    pub async fn start() -> Self {
        let inside = Inside::default();
        let router = Router::new().fallback(answer).with_state(inside.clone());
        let base_url = crate::service::serve(router).await;
        inside.base.lock().expect("no panic").clone_from(&base_url);
        Self { inside, base_url }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Sets the answer of a path.
    pub fn at(&self, path: &str, reply: impl Into<Reply>) -> &Self {
        self.at_each(path, [reply])
    }

    /// Sets successive answers of a path; the last one repeats.
    pub fn at_each<R: Into<Reply>>(&self, path: &str, replies: impl IntoIterator<Item = R>) -> &Self {
        let replies = replies.into_iter().map(Into::into).collect();
        self.inside
            .replies
            .lock()
            .expect("no panic")
            .insert(path.to_owned(), replies);
        self
    }

    /// The requests to a path. Fails if any signature was invalid.
    pub fn requests(&self, path: &str) -> Vec<ReceivedRequest> {
        let unsigned = self.inside.unsigned.lock().expect("no panic");
        assert!(unsigned.is_empty(), "wrongly signed: {unsigned:?}");
        let got = self.inside.got.lock().expect("no panic");
        got.iter().filter(|got| got.path == path).cloned().collect()
    }

    /// The values of one parameter in the requests to a path.
    pub fn values(&self, path: &str, name: &str) -> Vec<String> {
        self.requests(path).iter().map(|got| got.is(name).to_owned()).collect()
    }
}

async fn answer(
    State(inside): State<Inside>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let url = format!("{}{uri}", inside.base.lock().expect("no panic"));
    if header(signature::HEADER) != signature::sign(super::TOKEN, &url, &form) {
        inside.unsigned.lock().expect("no panic").push(url);
    }
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
    let path = uri.path().to_owned();
    inside.got.lock().expect("no panic").push(ReceivedRequest {
        path: path.clone(),
        method,
        params: query.chain(form).collect(),
        token: header("i-twilio-idempotency-token"),
    });
    let reply = {
        let mut replies = inside.replies.lock().expect("no panic");
        match replies.get_mut(&path) {
            None => return StatusCode::NO_CONTENT.into_response(),
            Some(left) if left.len() > 1 => left.pop_front().expect("there is more than one"),
            Some(left) => left.front().expect("there is one").clone(),
        }
    };
    tokio::time::sleep(std::time::Duration::from_millis(reply.after_ms)).await;
    (reply.status, [(header::CONTENT_TYPE, reply.kind)], reply.body).into_response()
}
