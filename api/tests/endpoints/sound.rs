//! Listening in: the media stream endpoint for Twilio, and the audio endpoint for listeners.

use crate::harness::{Client, Service, inbound};
use crate::live::{Socket, open, status};
use futures::{SinkExt as _, StreamExt as _};
use infra::config::Settings;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MEDIA: &str = "/twilio/media";
/// The URL that Twilio signs.
const SIGNED: &str = "wss://calls.example/twilio/media";
const CONNECTED: &str = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#;

async fn connect(service: &Service, path: &str, signature: Option<&str>) -> Result<Socket, Error> {
    let address = service.url(path).replace("http:", "ws:");
    let mut request = address.into_client_request().expect("a request");
    if let Some(signature) = signature {
        let signature = signature.parse().expect("a value");
        request.headers_mut().insert("x-twilio-signature", signature);
    }
    let opened = tokio_tungstenite::connect_async(request).await;
    opened.map(|(socket, _)| socket)
}

async fn media(service: &Service) -> Socket {
    connect(service, MEDIA, Some(&Service::sign_upgrade(SIGNED)))
        .await
        .expect("opens")
}

async fn send(socket: &mut Socket, text: impl Into<String>) {
    let sent = socket.send(Message::Text(text.into().into())).await;
    sent.expect("sent");
}

fn start(name: &str, call_sid: &str) -> String {
    json!({
        "event": "start", "sequenceNumber": "1", "streamSid": "MZ1",
        "start": {
            "accountSid": "AC1", "streamSid": "MZ1", "callSid": call_sid, "tracks": ["inbound", "outbound"],
            "mediaFormat": { "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1 },
            "customParameters": { "name": name },
        },
    })
    .to_string()
}

fn media_message(track: &str, timestamp: &str, payload: &str) -> String {
    let media = json!({ "track": track, "chunk": "1", "timestamp": timestamp, "payload": payload });
    json!({ "event": "media", "sequenceNumber": "2", "media": media, "streamSid": "MZ1" }).to_string()
}

/// The next message: audio, JSON, or the close code.
#[derive(Debug, PartialEq)]
enum Next {
    Audio(Vec<u8>),
    Json(Value),
    Closed(u16),
}

async fn next(socket: &mut Socket) -> Next {
    let received = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Binary(sound))) => return Next::Audio(sound.to_vec()),
                Some(Ok(Message::Text(text))) => return Next::Json(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(frame))) => return Next::Closed(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Next::Closed(1006),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), received)
        .await
        .expect("in time")
}

fn stage(what: &str) -> Next {
    Next::Json(json!({ "type": what }))
}

/// Mock of Twilio's REST API for streams. Requests for conferences fail.
async fn twilio() -> MockServer {
    let server = MockServer::start().await;
    let stream = json!({ "sid": "MZ1", "call_sid": "CA1", "name": "x", "status": "in-progress" });
    Mock::given(method("POST"))
        .and(path_regex("/Calls/CA1/Streams"))
        .respond_with(ResponseTemplate::new(201).set_body_json(stream))
        .mount(&server)
        .await;
    server
}

/// Names of the streams that were started and stopped.
async fn stream_requests(twilio: &MockServer) -> (Vec<String>, Vec<String>) {
    let (mut started, mut stopped) = (vec![], vec![]);
    for request in twilio.received_requests().await.expect("recorded") {
        let path = request.url.path();
        if path.ends_with("/Streams.json") {
            let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
            let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            assert_eq!(value("Url").as_deref(), Some(SIGNED));
            assert_eq!(value("Name"), value("Parameter1.Value"));
            started.extend(value("Name"));
        } else if let Some(name) = path.split("/Streams/").nth(1) {
            stopped.push(name.trim_end_matches(".json").to_owned());
        }
    }
    (started, stopped)
}

async fn wait_for_streams(twilio: &MockServer, started: usize, stopped: usize) -> (Vec<String>, Vec<String>) {
    for _ in 0..400 {
        let so_far = stream_requests(twilio).await;
        if so_far.0.len() >= started && so_far.1.len() >= stopped {
            return so_far;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("expected stream requests missing: {:?}", stream_requests(twilio).await)
}

async fn with_call(twilio: &MockServer) -> (Service, Client) {
    let settings = Settings {
        twilio_api_base: Some(twilio.uri()),
        ..Settings::default()
    };
    let service = Service::start_with(settings).await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    (service, admin)
}

async fn listen(service: &Service, client: &Client) -> Socket {
    let body = json!({ "mode": "listen" });
    client.post("/api/active-calls/CA1/monitor", &body).await.is(200);
    open(service, client, "/api/active-calls/CA1/sound")
        .await
        .expect("opens")
}

#[tokio::test]
async fn media_stream_without_a_valid_signature_is_403() {
    let service = Service::start().await;
    let right = Service::sign_upgrade(SIGNED);
    for wrong in [
        None,
        Some(""),
        Some("bm90IGEgc2lnbmF0dXJl"),
        // Signed for the `https` URL.
        Some(&*Service::sign_upgrade("https://calls.example/twilio/media")),
        Some(&*Service::sign_upgrade("wss://calls.example/twilio/media?more=1")),
    ] {
        assert_eq!(status(connect(&service, MEDIA, wrong).await), 403, "{wrong:?}");
    }
    // The path of the request differs from the signed one.
    assert_eq!(
        status(connect(&service, "/twilio/media?more=1", Some(&right)).await),
        403
    );
    service.anonymous().get(MEDIA).await.problem(403, "signature", &[]);
    assert!(connect(&service, MEDIA, Some(&right)).await.is_ok());
    let with_port = Service::sign_upgrade("wss://calls.example:443/twilio/media");
    assert!(connect(&service, MEDIA, Some(&with_port)).await.is_ok());
}

#[tokio::test]
async fn unknown_or_malformed_stream_is_closed() {
    let twilio = twilio().await;
    let (service, admin) = with_call(&twilio).await;
    let mut listener = listen(&service, &admin).await;
    let (names, _) = wait_for_streams(&twilio, 1, 0).await;
    let (pcm, wide) = (
        start(&names[0], "CA1").replace("x-mulaw", "x-l16"),
        start(&names[0], "CA1").replace("8000", "16000"),
    );
    for (first, code) in [
        (start("listen_none", "CA1"), 1000),
        (start(&names[0], "CA2"), 1000),
        (start("", ""), 1000),
        (pcm, 1003),
        (wide, 1003),
        (media_message("inbound", "0", "/w=="), 1008),
        (r#"{"event":"stop"}"#.to_owned(), 1008),
        ("not a Twilio message".to_owned(), 1008),
        (
            format!("{{\"event\":\"start\",\"more\":\"{}\"}}", "x".repeat(20_000)),
            1002,
        ),
    ] {
        let mut socket = media(&service).await;
        send(&mut socket, CONNECTED).await;
        send(&mut socket, &*first).await;
        assert_eq!(next(&mut socket).await, Next::Closed(code), "{first:.60}");
    }
    let mut socket = media(&service).await;
    socket.send(Message::Binary(vec![1, 2, 3].into())).await.expect("sent");
    assert_eq!(next(&mut socket).await, Next::Closed(1003));
    // The requested stream is accepted after all of them, and only once.
    let mut socket = media(&service).await;
    send(&mut socket, CONNECTED).await;
    send(&mut socket, start(&names[0], "CA1")).await;
    assert_eq!(next(&mut listener).await, stage("started"));
    let mut second = media(&service).await;
    send(&mut second, start(&names[0], "CA1")).await;
    assert_eq!(next(&mut second).await, Next::Closed(1000));
}

#[tokio::test]
async fn malformed_media_is_skipped_and_broken_stream_is_restarted() {
    let twilio = twilio().await;
    let (service, admin) = with_call(&twilio).await;
    let mut listener = listen(&service, &admin).await;
    let (names, _) = wait_for_streams(&twilio, 1, 0).await;
    let mut socket = media(&service).await;
    send(&mut socket, CONNECTED).await;
    send(&mut socket, start(&names[0], "CA1")).await;
    assert_eq!(next(&mut listener).await, stage("started"));
    send(&mut socket, media_message("inbound", "0", "/wA=")).await;
    assert_eq!(next(&mut listener).await, Next::Audio(vec![0, 0, 0, 0, 0, 0xff, 0]));
    for malformed in [
        "{".to_owned(),
        r#"{"event":"media"}"#.to_owned(),
        r#"{"event":"mark","mark":{"name":"x"}}"#.to_owned(),
        r#"{"event":"something new"}"#.to_owned(),
        media_message("inbound", "soon", "/w=="),
        media_message("inbound", "99999999999", "/w=="),
        media_message("sideways", "20", "/w=="),
        media_message("inbound", "20", "not base64"),
        media_message("inbound", "20", ""),
    ] {
        send(&mut socket, malformed).await;
    }
    socket.send(Message::Binary(vec![0; 9].into())).await.expect("sent");
    send(&mut socket, media_message("outbound", "66060", "fw==")).await;
    assert_eq!(next(&mut listener).await, Next::Audio(vec![1, 0, 1, 2, 12, 0x7f]));

    // A message that is too long ends the stream, which is restarted with a new name.
    send(&mut socket, media_message("inbound", "40", &"A".repeat(20_000))).await;
    assert_eq!(next(&mut socket).await, Next::Closed(1002));
    assert_eq!(next(&mut listener).await, stage("interrupted"));
    let (names, _) = wait_for_streams(&twilio, 2, 0).await;
    assert_ne!(names[0], names[1]);
    let mut late = media(&service).await;
    send(&mut late, start(&names[0], "CA1")).await;
    assert_eq!(next(&mut late).await, Next::Closed(1000), "a stream name is used once");
    let mut socket = media(&service).await;
    send(&mut socket, start(&names[1], "CA1")).await;
    assert_eq!(next(&mut listener).await, stage("started"));

    // The last listener leaves: the stream is stopped, and its socket closed.
    listener.close(None).await.expect("closed");
    let (_, stopped) = wait_for_streams(&twilio, 2, 1).await;
    assert_eq!(stopped, [names[1].clone()]);
    assert_eq!(next(&mut socket).await, Next::Closed(1000));
}

#[tokio::test]
async fn listener_receives_ended_when_the_call_ends() {
    let twilio = twilio().await;
    let (service, admin) = with_call(&twilio).await;
    let mut listener = listen(&service, &admin).await;
    let (names, _) = wait_for_streams(&twilio, 1, 0).await;
    let mut socket = media(&service).await;
    send(&mut socket, start(&names[0], "CA1")).await;
    assert_eq!(next(&mut listener).await, stage("started"));
    // Messages from listeners are ignored.
    send(&mut listener, "hello").await;
    let over = "AccountSid=AC1&CallSid=CA1&CallStatus=completed&CallDuration=9&Direction=inbound&From=%2B15045550123&To=%2B15045550100";
    service.twilio("/twilio/inbound-status", over).await.is(200);
    let ended = json!({ "type": "ended", "reason": "call_ended" });
    assert_eq!(next(&mut listener).await, Next::Json(ended));
    assert_eq!(next(&mut listener).await, Next::Closed(1000));
    assert_eq!(status(open(&service, &admin, "/api/active-calls/CA1/sound").await), 409);
}

#[tokio::test]
async fn oversized_listener_message_closes_the_socket_and_shutdown_closes_with_1001() {
    let twilio = twilio().await;
    let (service, admin) = with_call(&twilio).await;
    let mut talker = listen(&service, &admin).await;
    send(&mut talker, "x".repeat(5_000)).await;
    assert!(matches!(next(&mut talker).await, Next::Closed(_)));
    let mut listener = listen(&service, &admin).await;
    wait_for_streams(&twilio, 1, 0).await;
    let (closed, ()) = tokio::join!(next(&mut listener), service.stop());
    assert_eq!(closed, Next::Closed(1001));
}
