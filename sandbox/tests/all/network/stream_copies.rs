//! Unidirectional media streams: copies of a call's audio while its document continues.

use super::media::{MEDIA, Media, Talk};
use super::streams::errors_of;
use super::{ACCOUNT, Product, caller, get, post, refused, types, typist, until};
use sandbox::network::party::{Behavior, Step};
use sandbox::network::switch::Call;

const COPY: [(&str, &str); 2] = [("Url", "wss://media.example.com/copy"), ("Name", "copy")];

fn steps(steps: &str) -> Vec<Step> {
    caller(steps).caller.steps
}

#[tokio::test]
async fn unidirectional_stream_copies_both_tracks_while_the_document_continues() {
    let (product, media) = (Product::start().await, Media::start().await);
    let stream =
        format!("<Stream url=\"{MEDIA}/copy\" name=\"copy\" track=\"both_tracks\" statusCallback=\"/stream\"/>");
    product
        .at(
            "/voice",
            &*format!(
                "<Start>{stream}</Start><Pause length=\"5\"/><Gather input=\"speech\" speechTimeout=\"auto\" \
                 action=\"/turn\"><Say>What is your name?</Say></Gather>"
            ),
        )
        .at(
            "/turn",
            "<Say>Thank you</Say><Stop><Stream name=\"copy\"/></Stop><Say>Goodbye</Say>",
        );
    let network = media.network(&product).await;
    let call = network
        .place(&caller("{ when = 'name', say = 'Ada Lovelace' }, { when = 'goodbye' }"))
        .expect("the call is placed");
    let mut talk = media.accept().await;
    assert!(
        talk.raw[1].contains("\"tracks\":[\"inbound\",\"outbound\"]"),
        "{}",
        talk.raw[1]
    );
    // The service may not send in a unidirectional stream.
    talk.marks("ignored mark").await;
    let rest = talk.rest().await;
    let events: Vec<&str> = rest.iter().filter_map(|message| message["event"].as_str()).collect();
    assert_eq!(events, ["stop"]);
    assert_eq!(Talk::words(&talk.inbound), ["Ada Lovelace"]);
    assert_eq!(Talk::words(&talk.outbound), ["What is your name?", "Thank you"]);
    assert_eq!(talk.inbound.len(), talk.outbound.len());
    let report = network.ended(&call).await.expect("a call");
    assert_eq!(report.unmet, [""; 0]);
    network.quiet().await;
    let callbacks = product.requests("/stream");
    let events: Vec<&str> = callbacks.iter().map(|one| one.is("StreamEvent")).collect();
    assert_eq!(events, ["stream-started", "stream-stopped"]);
    assert_eq!(
        (callbacks[0].is("StreamName"), callbacks[0].is("StreamSid")),
        ("copy", talk.sid.as_str())
    );
    assert_eq!(
        (callbacks[0].is("CallSid"), callbacks[0].is("AccountSid")),
        (call.as_str(), ACCOUNT)
    );
    assert!(chrono::DateTime::parse_from_rfc3339(callbacks[0].is("Timestamp")).is_ok());
    assert!(!callbacks[0].params.contains_key("StreamError"));
    let codes: Vec<u32> = errors_of(&network, &call);
    assert_eq!(codes, [31951]);
    network.stop().await;
}

#[tokio::test]
async fn stream_contains_the_bridged_party() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at(
        "/voice",
        &*format!("<Start><Stream url=\"{MEDIA}/copy\" track=\"outbound_track\"/></Start><Dial>+15045550111</Dial>"),
    );
    let network = media.network(&product).await;
    network.register(
        "+15045550111",
        Behavior {
            steps: steps(
                "{ on = 'connected', say = 'Sales, what can I do for you?' }, { hang_up = true, after_ms = 500 }",
            ),
            ..Behavior::default()
        },
    );
    let call = network
        .place(&caller("{ when = 'sales' }"))
        .expect("the call is placed");
    let mut talk = media.accept().await;
    talk.rest().await;
    assert_eq!(Talk::words(&talk.outbound), ["Sales, what can I do for you?"]);
    assert!(talk.inbound.is_empty());
    network.ended(&call).await;
    network.stop().await;
}

#[tokio::test]
async fn stream_started_mid_call_contains_audio_from_there_on() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at(
        "/voice",
        "<Say>Callers who want to know something about our opening hours stay on the line</Say>\
         <Dial><Conference>room</Conference></Dial>",
    );
    let network = media.network_with(&product, |options| options.speed = 5.0).await;
    let call = network.place(&typist()).expect("the call is placed");
    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    network.switch().clock.sleep(chrono::TimeDelta::seconds(1)).await;
    let form = [("Url", "wss://media.example.com/copy"), ("Track", "outbound_track")];
    post(&network, &format!("/Calls/{call}/Streams.json"), &form).await;
    let mut talk = media.accept().await;
    while !Talk::words(&talk.outbound).concat().ends_with("on the line") {
        for _ in 0..20 {
            talk.next_of("media").await;
        }
    }
    let words = Talk::words(&talk.outbound);
    assert!(words[0].starts_with("[inaudible]"), "{words:?}");
    // Endless music follows.
    let spoken = talk.outbound.len();
    while talk.outbound.len() < spoken + 5 * 8_000 {
        talk.next_of("media").await;
    }
    let music = &talk.outbound[spoken + 8_000..];
    let loud = music.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
    assert!(loud > music.len() / 2, "{loud}");
    types(&network, &call, "{\"hang_up\": true}").await;
    talk.rest().await;
    network.stop().await;
}

#[tokio::test]
async fn rest_starts_a_stream_only_after_the_answer() {
    let (product, media) = (Product::start().await, Media::start().await);
    // `<Pause>` does not answer the call.
    product.at("/voice", "<Pause length=\"600\"/>");
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let path = format!("/Calls/{call}/Streams.json");
    assert_eq!(refused(&network, &path, &COPY).await, (400, 21220));
    network.stop().await;
}

#[tokio::test]
async fn rest_starts_and_stops_a_stream() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", "<Say>Hello</Say><Pause length=\"600\"/>");
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    let path = format!("/Calls/{call}/Streams.json");
    let stream = post(&network, &path, &COPY).await;
    let sid = stream["sid"].as_str().expect("a SID").to_owned();
    assert_eq!(
        (stream["status"].as_str(), stream["name"].as_str()),
        (Some("in-progress"), Some("copy"))
    );
    let mut talk = media.accept().await;
    assert_eq!(talk.sid, sid);
    assert_eq!(refused(&network, &path, &COPY).await, (400, 20001), "the name is taken");
    types(&network, &call, "{\"say\": \"to be copied\"}").await;
    assert_eq!(talk.hears().await, "to be copied");
    let one = format!("/Calls/{call}/Streams/copy.json");
    assert_eq!(refused(&network, &one, &[("Status", "paused")]).await, (400, 20001));
    assert_eq!(
        post(&network, &one, &[("Status", "stopped")]).await["status"],
        "stopped"
    );
    assert_eq!(talk.rest().await.len(), 1);
    assert_eq!(refused(&network, &one, &[("Status", "stopped")]).await, (404, 20404));
    assert!(get(&network, &format!("/Calls/{call}.json")).await["status"] == "in-progress");
    network.stop().await;
}
