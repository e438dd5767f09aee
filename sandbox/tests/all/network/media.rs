//! The service's side of media streams: a WebSocket server controlled by the test.

use super::{Product, network_with};
use audio::{Voice, decode_speech, encode_speech, mulaw, samples_in};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt as _, StreamExt as _};
use sandbox::network::{Options, Running};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

/// The public URL of streams; a route leads to the server.
pub const MEDIA: &str = "wss://media.example.com";

pub struct Media {
    listener: TcpListener,
}

/// The service's side of one stream.
pub struct Talk {
    pub path: String,
    pub signature: String,
    pub user_agent: String,
    pub socket: WebSocketStream<TcpStream>,
    /// All received messages, unparsed.
    pub raw: Vec<String>,
    /// Received audio, by track.
    pub inbound: Vec<i16>,
    pub outbound: Vec<i16>,
    /// Number of inbound samples already decoded.
    understood: usize,
    pub sid: String,
    /// Timestamp of the last frame, in milliseconds.
    pub last_ms: u64,
}

impl Media {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        Self { listener }
    }

    pub fn route(&self) -> (String, String) {
        let address = self.listener.local_addr().expect("it is bound");
        // HTTP routes also cover WebSockets.
        (MEDIA.replace("wss", "https"), format!("http://{address}"))
    }

    /// A network that reaches this server, at 50 times real time.
    pub async fn network(&self, product: &Product) -> Running {
        self.network_with(product, |_| ()).await
    }

    pub async fn network_with(&self, product: &Product, change: impl FnOnce(&mut Options)) -> Running {
        network_with(product, |options| {
            options.speed = 50.0;
            options.turn_settle = Duration::from_millis(200);
            options.routes = vec![self.route()];
            change(options);
        })
        .await
    }

    /// The next connection, before its upgrade.
    pub async fn connection(&self) -> TcpStream {
        let (stream, _) = in_time(self.listener.accept()).await.expect("a connection");
        stream
    }

    /// The next stream, after `connected` and `start`.
    pub async fn accept(&self) -> Talk {
        let (mut path, mut signature, mut user_agent) = (String::new(), String::new(), String::new());
        let connection = self.connection().await;
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let look = |request: &Request, response: Response| {
            let header = |name: &str| {
                let value = request.headers().get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            request.uri().path().clone_into(&mut path);
            signature = header("x-twilio-signature");
            user_agent = header("user-agent");
            Ok(response)
        };
        let socket = in_time(tokio_tungstenite::accept_hdr_async(connection, look)).await;
        let mut talk = Talk {
            path,
            signature,
            user_agent,
            socket: socket.expect("an upgrade"),
            raw: vec![],
            inbound: vec![],
            outbound: vec![],
            understood: 0,
            sid: String::new(),
            last_ms: 0,
        };
        let connected = talk.next().await.expect("a first message");
        assert_eq!(connected["event"], "connected");
        let start = talk.next().await.expect("a second message");
        assert_eq!(start["event"], "start");
        start["streamSid"].as_str().expect("a SID").clone_into(&mut talk.sid);
        talk
    }
}

impl Talk {
    /// The next message; `None` if the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let text = match in_time(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => continue,
            };
            self.raw.push(text.to_string());
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["event"] == "media" {
                let media = &message["media"];
                let payload = STANDARD
                    .decode(media["payload"].as_str().expect("text"))
                    .expect("base64");
                assert_eq!(payload.len(), 160);
                let track = match media["track"].as_str() {
                    Some("inbound") => &mut self.inbound,
                    Some("outbound") => &mut self.outbound,
                    other => panic!("a track {other:?}"),
                };
                track.extend(mulaw::decode(&payload));
                self.last_ms = media["timestamp"].as_str().expect("text").parse().expect("a number");
            }
            return Some(message);
        }
    }

    /// The next message with this event.
    pub async fn next_of(&mut self, event: &str) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("closed before {event}"));
            if message["event"] == event {
                return message;
            }
        }
    }

    /// All messages but media, until the socket is closed.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut rest = vec![];
        while let Some(message) = self.next().await {
            if message["event"] != "media" {
                rest.push(message);
            }
        }
        rest
    }

    /// Receives until the caller has completed a sentence.
    pub async fn hears(&mut self) -> String {
        loop {
            // Not after every frame: decoding is slow.
            for _ in 0..10 {
                self.next_of("media").await;
            }
            let heard = decode_speech(&self.inbound[self.understood..]);
            if let Some(said) = heard.into_iter().find(|said| said.whole) {
                self.understood += samples_in(Duration::from_millis(said.end_ms));
                return said.text;
            }
        }
    }

    /// The words of a track.
    pub fn words(track: &[i16]) -> Vec<String> {
        decode_speech(track).into_iter().map(|said| said.text).collect()
    }

    pub async fn send(&mut self, message: &Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        in_time(self.socket.send(message)).await.expect("the socket is open");
    }

    /// Sends speech in one message.
    pub async fn says(&mut self, text: &str) {
        let sound = mulaw::encode(&encode_speech(text, Voice::Ai));
        self.plays(&sound).await;
    }

    pub async fn plays(&mut self, sound: &[u8]) {
        let media = json!({ "event": "media", "streamSid": self.sid, "media": { "payload": STANDARD.encode(sound) } });
        self.send(&media).await;
    }

    pub async fn marks(&mut self, name: &str) {
        let mark = json!({ "event": "mark", "streamSid": self.sid, "mark": { "name": name } });
        self.send(&mark).await;
    }

    pub async fn clears(&mut self) {
        let clear = json!({ "event": "clear", "streamSid": self.sid });
        self.send(&clear).await;
    }

    pub async fn closes(mut self) {
        in_time(self.socket.close(None)).await.expect("the socket is open");
        while self.next().await.is_some() {}
    }
}

/// Waits with a limit in real time.
pub async fn in_time<T>(happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), happens)
        .await
        .expect("it happens within 20 seconds")
}
