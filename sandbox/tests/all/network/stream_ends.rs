//! How media streams end, and how they cannot begin.

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
async fn the_document_goes_on_when_the_service_closes_the_socket() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects("<Say>That was all</Say>"));
    let network = media.network(&product).await;
    let call = network.place(&caller("{ when = 'all' }")).expect("it rings");
    let mut talk = media.accept().await;
    talk.says("You will not hear the end of this very long sentence").await;
    talk.closes().await;
    let verdict = network.ended(&call).await.expect("a call");
    assert_eq!(verdict.disappointments, [""; 0]);
    assert_eq!(verdict.heard.last().map(String::as_str), Some("That was all"));
    assert!(
        !verdict.heard.iter().any(|heard| heard.contains("sentence")),
        "{:?}",
        verdict.heard
    );
    network.quiet().await;
    assert_eq!(
        product.told("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    assert_eq!(errors_of(&network, &call), [0; 0]);
    network.stop().await;
}

#[tokio::test]
async fn an_action_is_asked_when_the_stream_is_over() {
    let (product, media) = (Product::start().await, Media::start().await);
    product
        .at(
            "/voice",
            &*format!("<Connect action=\"/after\"><Stream url=\"{MEDIA}/talk\"/></Connect><Say>never</Say>"),
        )
        .at("/after", "<Say>Afterwards</Say>");
    let network = media.network(&product).await;
    let call = network.place(&caller("{ when = 'afterwards' }")).expect("it rings");
    media.accept().await.closes().await;
    assert_eq!(network.ended(&call).await.expect("a call").heard, ["Afterwards"]);
    let [asked] = &product.got("/after")[..] else {
        panic!("asked once")
    };
    assert_eq!(
        (asked.is("CallSid"), asked.is("CallStatus")),
        (call.as_str(), "in-progress")
    );
    network.stop().await;
}

#[tokio::test]
async fn every_end_of_a_call_is_the_end_of_its_stream() {
    for how in ["hang up", "complete", "redirect"] {
        let (product, media) = (Product::start().await, Media::start().await);
        product.at("/voice", &*connects("<Say>never</Say>"));
        let network = media.network(&product).await;
        let call = network.place(&typist()).expect("it rings");
        let mut talk = media.accept().await;
        talk.says("A long story that nobody will hear to its end, for it is long")
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
            product.told("/stream", "StreamEvent"),
            ["stream-started", "stream-stopped"],
            "{how}"
        );
        assert_eq!(errors_of(&network, &call), [0; 0], "{how}");
        network.stop().await;
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_an_error_with_its_number() {
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
        // Without a route it speaks TLS, and the other end does not.
        (format!("wss://{web}/page"), None, 31910),
    ] {
        let product = Product::start().await;
        product.at(
            "/voice",
            &*format!(
                "<Connect><Stream url=\"{url}\" statusCallback=\"/stream\"/></Connect><Say>Nobody is there</Say>"
            ),
        );
        let network = super::network_with(&product, |options| options.routes = route.into_iter().collect()).await;
        let call = network.place(&caller("{ when = 'nobody' }")).expect("it rings");
        let verdict = network.ended(&call).await.expect("a call");
        assert_eq!(verdict.heard, ["Nobody is there"], "{code}");
        network.quiet().await;
        assert_eq!(errors_of(&network, &call), [code]);
        let [told] = &product.got("/stream")[..] else {
            panic!("told once")
        };
        assert_eq!(told.is("StreamEvent"), "stream-error");
        assert!(
            told.is("StreamError").starts_with(&format!("{code}: Stream - ")),
            "{}",
            told.is("StreamError")
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn a_call_may_end_before_its_stream_has_begun() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("it rings");
    // It connects, and the service does not answer yet.
    let connection = media.connection().await;
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await.expect("a call");
    drop(connection);
    network.quiet().await;
    assert!(
        product.got("/stream").is_empty(),
        "nobody hears of a stream that never was"
    );
    assert_eq!(errors_of(&network, &call), [0; 0]);
    assert!(
        network
            .exchange()
            .state()
            .streams
            .iter()
            .all(|stream| !stream.is_running)
    );
    network.stop().await;
}

#[tokio::test]
async fn bad_messages_are_told_of_once_and_the_stream_goes_on() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("it rings");
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
    // No sound at all is no fault.
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
        product.told("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    network.stop().await;
}

#[tokio::test]
async fn a_socket_that_breaks_is_an_error_and_the_document_goes_on() {
    for (how, code) in [
        ("vanishes", 31921),
        ("goes wrong", 31921),
        ("breaks the protocol", 31924),
    ] {
        let (product, media) = (Product::start().await, Media::start().await);
        product.at("/voice", &*connects("<Say>We lost them</Say>"));
        let network = media.network(&product).await;
        let call = network.place(&caller("{ when = 'lost' }")).expect("it rings");
        let mut talk = media.accept().await;
        match how {
            "vanishes" => drop(talk),
            "goes wrong" => {
                let farewell = CloseFrame {
                    code: CloseCode::Error,
                    reason: "a bug".into(),
                };
                in_time(talk.socket.close(Some(farewell))).await.expect("it is open");
                talk.rest().await;
            }
            _ => {
                // An opcode that does not exist (RFC 6455, 5.2).
                let socket = talk.socket.get_mut();
                in_time(socket.write_all(&[0x83, 0x00])).await.expect("it is open");
                in_time(socket.flush()).await.expect("it is open");
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
            product.told("/stream", "StreamEvent"),
            ["stream-started", "stream-error"],
            "{how}"
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn a_stream_that_goes_both_ways_is_not_stopped_by_itself() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("it rings");
    let mut talk: Talk = media.accept().await;
    let path = format!("/Calls/{call}/Streams/{}.json", talk.sid);
    assert_eq!(refused(&network, &path, &[("Status", "stopped")]).await, (400, 20001));
    let elsewhere = format!("/Calls/{call}/Streams/MZ0.json");
    assert_eq!(
        refused(&network, &elsewhere, &[("Status", "stopped")]).await,
        (404, 20404)
    );
    // It goes on.
    talk.marks("a").await;
    talk.next_of("mark").await;
    in_time(talk.socket.send(Message::Close(None)))
        .await
        .expect("it is open");
    network.ended(&call).await;
    network.stop().await;
}
