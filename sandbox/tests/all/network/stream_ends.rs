//! How media streams end, and how they fail to start.

use super::media::{MEDIA, Media, Talk, in_time};
use super::streams::errors_of;
use super::{Product, Reply, caller, post, refused, types, typist};
use futures::SinkExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

fn connects(then: &str) -> String {
    format!("<Connect><Stream url=\"{MEDIA}/talk\" statusCallback=\"/stream\"/></Connect>{then}")
}

#[tokio::test]
async fn document_continues_when_the_service_closes_the_socket() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects("<Say>That was all</Say>"));
    let network = media.network(&product).await;
    let call = network.place(&caller("{ when = 'all' }")).expect("the call is placed");
    let mut talk = media.accept().await;
    talk.says("You will not hear the end of this very long sentence").await;
    talk.closes().await;
    let report = network.ended(&call).await.expect("a call");
    assert_eq!(report.unmet, [""; 0]);
    assert_eq!(report.heard.last().map(String::as_str), Some("That was all"));
    assert!(
        !report.heard.iter().any(|heard| heard.contains("sentence")),
        "{:?}",
        report.heard
    );
    network.quiet().await;
    assert_eq!(
        product.values("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    assert_eq!(errors_of(&network, &call), [0; 0]);
    network.stop().await;
}

#[tokio::test]
async fn action_is_requested_when_the_stream_has_ended() {
    let (product, media) = (Product::start().await, Media::start().await);
    product
        .at(
            "/voice",
            &*format!("<Connect action=\"/after\"><Stream url=\"{MEDIA}/talk\"/></Connect><Say>never</Say>"),
        )
        .at("/after", "<Say>Afterwards</Say>");
    let network = media.network(&product).await;
    let call = network
        .place(&caller("{ when = 'afterwards' }"))
        .expect("the call is placed");
    media.accept().await.closes().await;
    assert_eq!(network.ended(&call).await.expect("a call").heard, ["Afterwards"]);
    let [asked] = &product.requests("/after")[..] else {
        panic!("requested once")
    };
    assert_eq!(
        (asked.is("CallSid"), asked.is("CallStatus")),
        (call.as_str(), "in-progress")
    );
    network.stop().await;
}

#[tokio::test]
async fn stream_ends_with_its_call_or_document() {
    for how in ["hang up", "complete", "redirect"] {
        let (product, media) = (Product::start().await, Media::start().await);
        product.at("/voice", &*connects("<Say>never</Say>"));
        let network = media.network(&product).await;
        let call = network.place(&typist()).expect("the call is placed");
        let mut talk = media.accept().await;
        talk.says("A long story that is cut before its end, for it is long")
            .await;
        talk.marks("end").await;
        talk.next_of("media").await;
        let path = format!("/Calls/{call}.json");
        match how {
            "hang up" => types(&network, &call, "{\"hang_up\": true}").await,
            "complete" => drop(post(&network, &path, &[("Status", "completed")]).await),
            _ => {
                let twiml = "<Response><Say>Another thing</Say></Response>";
                drop(post(&network, &path, &[("Twiml", twiml)]).await);
            }
        }
        let rest = talk.rest().await;
        let last = rest.last().expect("something");
        assert_eq!(
            (last["event"].as_str(), last["stop"]["callSid"].as_str()),
            (Some("stop"), Some(&*call)),
            "{how}"
        );
        let heard = network.ended(&call).await.expect("a call").heard;
        assert!(!heard.contains(&"never".to_owned()), "{how}: {heard:?}");
        assert_eq!(
            heard.contains(&"Another thing".to_owned()),
            how == "redirect",
            "{heard:?}"
        );
        network.quiet().await;
        assert_eq!(
            product.values("/stream", "StreamEvent"),
            ["stream-started", "stream-stopped"],
            "{how}"
        );
        assert_eq!(errors_of(&network, &call), [0; 0], "{how}");
        network.stop().await;
    }
}

#[tokio::test]
async fn unreachable_service_is_a_stream_error_with_its_code() {
    let product = Product::start().await;
    product.at("/page", Reply::status(404));
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        listener.local_addr().expect("it is bound")
    };
    let web = product.base_url.replace("http://", "");
    for (url, route, code) in [
        (
            format!("{MEDIA}/talk"),
            Some((MEDIA.to_owned(), format!("ws://{closed}"))),
            31902,
        ),
        (
            format!("{MEDIA}/page"),
            Some((MEDIA.to_owned(), format!("ws://{web}"))),
            31920,
        ),
        // Without a route the network speaks TLS, and the server does not.
        (format!("wss://{web}/page"), None, 31910),
    ] {
        let product = Product::start().await;
        product.at(
            "/voice",
            &*format!(
                "<Connect><Stream url=\"{url}\" statusCallback=\"/stream\"/></Connect><Say>There is no answer</Say>"
            ),
        );
        let network = super::network_with(&product, |options| options.routes = route.into_iter().collect()).await;
        let call = network
            .place(&caller("{ when = 'no answer' }"))
            .expect("the call is placed");
        let report = network.ended(&call).await.expect("a call");
        assert_eq!(report.heard, ["There is no answer"], "{code}");
        network.quiet().await;
        assert_eq!(errors_of(&network, &call), [code]);
        let [callback] = &product.requests("/stream")[..] else {
            panic!("called once")
        };
        assert_eq!(callback.is("StreamEvent"), "stream-error");
        assert!(
            callback.is("StreamError").starts_with(&format!("{code}: Stream - ")),
            "{}",
            callback.is("StreamError")
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn call_may_end_before_its_stream_starts() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    // Connected, but the upgrade is not answered.
    let connection = media.connection().await;
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await.expect("a call");
    drop(connection);
    network.quiet().await;
    assert!(
        product.requests("/stream").is_empty(),
        "no callback for a stream that never started"
    );
    assert_eq!(errors_of(&network, &call), [0; 0]);
    assert!(network.switch().state().streams.iter().all(|stream| !stream.is_running));
    network.stop().await;
}

#[tokio::test]
async fn invalid_messages_are_reported_once_and_the_stream_continues() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let mut talk = media.accept().await;
    for bad in [
        Message::binary(vec![0xff; 160]),
        Message::binary(vec![]),
        Message::text("hello"),
        Message::text("{\"event\":\"clear\",\"streamSid\":\"MZ0\"}"),
        Message::text("{\"event\":\"media\",\"media\":{\"payload\":\"***\"}}"),
        Message::text("\u{0}"),
    ] {
        talk.send_raw(bad).await;
    }
    // Empty audio is valid.
    talk.plays(&[]).await;
    talk.says("Still here").await;
    talk.marks("still here").await;
    assert_eq!(talk.next_of("mark").await["mark"]["name"], "still here");
    types(&network, &call, "{\"say\": \"so am I\"}").await;
    assert_eq!(talk.hears().await, "so am I");
    types(&network, &call, "{\"hang_up\": true}").await;
    assert_eq!(network.ended(&call).await.expect("a call").heard, ["Still here"]);
    let mut codes = errors_of(&network, &call);
    codes.sort_unstable();
    assert_eq!(codes, [31950, 31951]);
    network.quiet().await;
    assert_eq!(
        product.values("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    network.stop().await;
}

#[tokio::test]
async fn broken_socket_is_a_stream_error_and_the_document_continues() {
    for (how, code) in [
        ("vanishes", 31921),
        ("goes wrong", 31921),
        ("breaks the protocol", 31924),
    ] {
        let (product, media) = (Product::start().await, Media::start().await);
        product.at("/voice", &*connects("<Say>We lost them</Say>"));
        let network = media.network(&product).await;
        let call = network.place(&caller("{ when = 'lost' }")).expect("the call is placed");
        let mut talk = media.accept().await;
        match how {
            "vanishes" => drop(talk),
            "goes wrong" => {
                let farewell = CloseFrame {
                    code: CloseCode::Error,
                    reason: "a bug".into(),
                };
                in_time(talk.socket.close(Some(farewell)))
                    .await
                    .expect("the socket is open");
                talk.rest().await;
            }
            _ => {
                // An undefined opcode (RFC 6455, 5.2).
                let socket = talk.socket.get_mut();
                in_time(socket.write_all(&[0x83, 0x00]))
                    .await
                    .expect("the socket is open");
                in_time(socket.flush()).await.expect("the socket is open");
                talk.rest().await;
            }
        }
        assert_eq!(
            network.ended(&call).await.expect("a call").heard,
            ["We lost them"],
            "{how}"
        );
        network.quiet().await;
        assert_eq!(errors_of(&network, &call), [code], "{how}");
        assert_eq!(
            product.values("/stream", "StreamEvent"),
            ["stream-started", "stream-error"],
            "{how}"
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn rest_cannot_stop_a_bidirectional_stream() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let mut talk: Talk = media.accept().await;
    let path = format!("/Calls/{call}/Streams/{}.json", talk.sid);
    assert_eq!(refused(&network, &path, &[("Status", "stopped")]).await, (400, 20001));
    let elsewhere = format!("/Calls/{call}/Streams/MZ0.json");
    assert_eq!(
        refused(&network, &elsewhere, &[("Status", "stopped")]).await,
        (404, 20404)
    );
    // The stream continues.
    talk.marks("a").await;
    talk.next_of("mark").await;
    in_time(talk.socket.send(Message::Close(None)))
        .await
        .expect("the socket is open");
    network.ended(&call).await;
    network.stop().await;
}
