use crate::harness::{Client, Service, inbound};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

pub type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Opens a WebSocket with the client's token.
pub async fn open(service: &Service, client: &Client, path: &str) -> Result<Socket, Error> {
    let mut request = service
        .url(path)
        .replace("http:", "ws:")
        .into_client_request()
        .expect("a request");
    if let Some(token) = &client.token {
        request
            .headers_mut()
            .insert("authorization", format!("Bearer {token}").parse().expect("a value"));
    }
    tokio_tungstenite::connect_async(request)
        .await
        .map(|(socket, _)| socket)
}

/// The HTTP status of a refused WebSocket upgrade.
#[track_caller]
pub fn status(result: Result<Socket, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        _ => panic!("opened"),
    }
}

/// The next message of a type, or the next event if no type is given.
async fn next(socket: &mut Socket, kind: Option<&str>) -> Value {
    let received = async {
        loop {
            match socket.next().await.expect("a message").expect("an open connection") {
                Message::Text(text) => {
                    let json: Value = serde_json::from_str(&text).expect("JSON");
                    if kind.map_or(json.get("position").is_some(), |kind| json["type"] == kind) {
                        return json;
                    }
                }
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), received)
        .await
        .expect("in time")
}

#[tokio::test]
async fn reader_receives_every_event_in_order_and_resumes_without_a_gap() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let start = service.head().await;
    let mut socket = open(&service, &admin, &format!("/ws?after={start}"))
        .await
        .expect("opens");
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let first = next(&mut socket, None).await;
    assert_eq!(
        (&first["position"], &first["type"], &first["call_id"]),
        (&json!(start + 1), &json!("CallStarted"), &json!("CA1"))
    );
    assert_eq!(first["data"]["from"], "+15045550123");
    drop(socket);
    service.twilio("/twilio/inbound", &inbound("CA2")).await.is(200);
    let head = service.head().await;
    let mut socket = open(&service, &admin, &format!("/ws?after={}", start + 1))
        .await
        .expect("opens");
    for position in start + 2..=head {
        assert_eq!(next(&mut socket, None).await["position"], position);
    }
}

#[tokio::test]
async fn presence_and_rebuild_messages_have_no_position() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let mut socket = open(&service, &admin, "/ws").await.expect("opens");
    // The first presence message is about the reader itself.
    assert_eq!(next(&mut socket, Some("presence")).await["here"], true);
    let other = open(&service, &agent, "/ws").await.expect("opens");
    assert_eq!(next(&mut socket, Some("presence")).await["here"], true);
    let users = admin.get("/api/active-users").await.is(200).json();
    assert_eq!(
        users
            .as_array()
            .map(|users| users.iter().filter(|user| user["live"] == true).count()),
        Some(2),
        "{users}"
    );
    drop(other);
    assert_eq!(next(&mut socket, Some("presence")).await["here"], false);
    admin
        .post("/api/projections/call_log/rebuild?dry_run=true", &json!({}))
        .await
        .is(202);
    let rebuild = next(&mut socket, Some("rebuild")).await;
    assert_eq!(rebuild["name"], "call_log");
    assert!(rebuild.get("position").is_none());
}

#[tokio::test]
async fn unauthenticated_or_invalid_feed_request_is_refused() {
    let service = Service::start().await;
    let admin = service.admin().await;
    assert_eq!(status(open(&service, &service.anonymous(), "/ws").await), 401);
    assert_eq!(status(open(&service, &admin, "/ws?after=99999").await), 422);
    assert_eq!(status(open(&service, &admin, "/ws?after=x").await), 422);
}

#[tokio::test]
async fn feed_is_closed_with_1001_at_shutdown() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let mut socket = open(&service, &admin, "/ws").await.expect("opens");
    socket
        .send(Message::Text("messages from readers are ignored".into()))
        .await
        .expect("sent");
    next(&mut socket, Some("presence")).await;
    let closing = async {
        loop {
            if let Some(Ok(Message::Close(Some(frame)))) = socket.next().await {
                return u16::from(frame.code);
            }
        }
    };
    let (code, ()) = tokio::join!(closing, service.stop());
    assert_eq!(code, 1001);
}
