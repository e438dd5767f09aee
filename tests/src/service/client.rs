//! An HTTP client of the service: a user with a login session, or Twilio with a signature.

use super::{AUTH_TOKEN, PUBLIC_URL};
use futures::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// E-mail address of the first user, an admin.
pub const ADMIN: &str = "admin@example.com";
/// Password of all test users.
pub const PASSWORD: &str = "correct horse battery";

/// An open WebSocket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An HTTP client of the service.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Base URL. An IP address: `localhost` may resolve to IPv6 first, where the service does not listen.
    base: String,
    cookie: Option<String>,
}

/// A response of the service.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Asserts the status.
    ///
    /// # Panics
    /// If the response has another status.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "also used only for its assertion"
    )]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is not JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        let base = format!("http://127.0.0.1:{port}");
        Self {
            http: reqwest::Client::new(),
            base,
            cookie: None,
        }
    }

    /// Registers the first user, or signs them in if they exist.
    ///
    /// # Panics
    /// If the service refuses.
    pub async fn signed_in(self) -> Self {
        let body = serde_json::json!({ "email": ADMIN, "name": "Admin", "password": PASSWORD });
        let mut answer = self.post("/api/auth/register", &body).await;
        if answer.status != 201 {
            let body = serde_json::json!({ "email": ADMIN, "password": PASSWORD });
            answer = self.post("/api/auth/login", &body).await.expect(200);
        }
        self.with_session(&answer)
    }

    /// Uses the login session that this response set.
    ///
    /// # Panics
    /// If it set no session cookie.
    #[must_use]
    pub fn with_session(mut self, answer: &Answer) -> Self {
        let cookie = answer.header(SET_COOKIE.as_str()).expect("a session cookie");
        self.cookie = cookie.split(';').next().map(str::to_owned);
        self
    }

    /// The session cookie, as a `Cookie` header value.
    #[must_use]
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Opens a live feed. The user counts as online until it is dropped.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn feed(&self) -> impl Sized + use<> {
        let mut feed = self.socket("/ws", &[]).await.expect("a feed");
        // When the first message (at the latest a ping) arrives, the user counts as online.
        let first = feed.next().await;
        assert!(matches!(first, Some(Ok(_))), "the feed ended at once: {first:?}");
        feed
    }

    /// Opens a WebSocket with this client's login session, if any, and with additional headers.
    ///
    /// # Errors
    /// The HTTP status of the refusal.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn socket(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let address = format!("{}{path}", self.base.replacen("http", "ws", 1));
        let mut request = address.into_client_request().expect("an address");
        let cookie = self.cookie().map(|cookie| ("cookie", cookie));
        for (name, value) in headers.iter().copied().chain(cookie) {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(refusal)) => Err(refusal.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens the media stream WebSocket, signed as Twilio signs it.
    ///
    /// # Errors
    /// Those of [`Client::socket`].
    pub async fn media(&self) -> Result<Socket, u16> {
        let url = format!("{}/twilio/media", PUBLIC_URL.replacen("http", "wss", 1));
        let signature = sandbox::twilio::signature::sign(AUTH_TOKEN, &url, &[]);
        let header = ("x-twilio-signature", signature.as_str());
        self.socket("/twilio/media", &[header]).await
    }

    /// GET. `None` if the connection fails.
    pub async fn get(&self, path: &str) -> Option<Answer> {
        self.send(self.request(Method::GET, path)).await
    }

    /// GET.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn read(&self, path: &str) -> Answer {
        self.get(path).await.expect("an answer")
    }

    /// POST with a JSON body.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    /// PUT with a JSON body.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    /// DELETE.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await.expect("an answer")
    }

    /// Any method with a JSON body.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(self.request(method, path).json(body))
            .await
            .expect("an answer")
    }

    /// Starts a request with this client's login session; [`Client::send`] sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// Sends a request. `None` if the connection fails.
    pub async fn send(&self, request: RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Answer {
            status,
            headers,
            text: response.text().await.ok()?,
        })
    }

    /// Posts a webhook, signed as Twilio signs it. `None` if the connection fails.
    pub async fn webhook(&self, path: &str, params: &[(&str, &str)]) -> Option<Answer> {
        let url = format!("{PUBLIC_URL}{path}");
        let owned: Vec<_> = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let signature = sandbox::twilio::signature::sign(AUTH_TOKEN, &url, &owned);
        self.webhook_signed(path, params, &signature).await
    }

    /// Posts the webhook of an inbound call. Returns the status of the answer; 0 if the connection fails.
    pub async fn post_inbound(&self, call: &str) -> u16 {
        let params = [
            ("AccountSid", "AC00000000000000000000000000000000"),
            ("CallSid", call),
            ("CallStatus", "ringing"),
            ("Direction", "inbound"),
            ("From", "+15005550001"),
            ("To", "+15045550100"),
        ];
        let answer = self.webhook("/twilio/inbound", &params).await;
        answer.map_or(0, |answer| answer.status)
    }

    /// Posts a webhook with the given signature.
    pub async fn webhook_signed(&self, path: &str, params: &[(&str, &str)], signature: &str) -> Option<Answer> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(sandbox::twilio::signature::HEADER, signature)
            .body(body);
        self.send(request).await
    }
}
