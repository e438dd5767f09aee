//! Running media streams: messages, speech, marks, keys.

use super::media::{MEDIA, Media, Talk};
use super::{ACCOUNT, Product, TOKEN, caller, post, twilio_client, types, typist, until};
use audio::{Voice, duration, encode_speech, mulaw, wav};
use sandbox::network::switch::{Call, TimelineEvent};
use sandbox::twilio::signature;
use std::process::Command;

fn connects(inside: &str) -> String {
    format!("<Connect><Stream url=\"{MEDIA}/talk\" statusCallback=\"/stream\">{inside}</Stream></Connect>")
}

#[tokio::test]
async fn messages_match_the_documentation_byte_for_byte() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects("<Parameter name=\"call\" value=\"7 &amp; 8\"/>"));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let mut talk = media.accept().await;
    for _ in 0..3 {
        talk.next_of("media").await;
    }
    types(&network, &call, "{\"digits\": \"5\"}").await;
    talk.next_of("dtmf").await;
    talk.marks("my label").await;
    talk.next_of("mark").await;
    types(&network, &call, "{\"hang_up\": true}").await;
    talk.next_of("stop").await;
    assert!(talk.next().await.is_none(), "nothing follows");
    network.ended(&call).await;

    let sid = talk.sid.clone();
    assert!(sid.starts_with("MZ") && sid.len() == 34, "{sid}");
    let mut expected = vec![
        "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}".to_owned(),
        format!(
            "{{\"event\":\"start\",\"sequenceNumber\":\"1\",\"start\":{{\"accountSid\":\"{ACCOUNT}\",\"streamSid\":\"{sid}\",\
             \"callSid\":\"{call}\",\"tracks\":[\"inbound\"],\"mediaFormat\":{{\"encoding\":\"audio/x-mulaw\",\
             \"sampleRate\":8000,\"channels\":1}},\"customParameters\":{{\"call\":\"7 & 8\"}}}},\"streamSid\":\"{sid}\"}}"
        ),
    ];
    let mut chunk = 0;
    for (sequence, raw) in talk.raw.iter().enumerate().skip(2) {
        expected.push(if raw.contains("\"dtmf\"") {
            format!(
                "{{\"event\":\"dtmf\",\"streamSid\":\"{sid}\",\"sequenceNumber\":\"{sequence}\",\
                 \"dtmf\":{{\"track\":\"inbound_track\",\"digit\":\"5\"}}}}"
            )
        } else if raw.contains("\"mark\"") {
            format!(
                "{{\"event\":\"mark\",\"sequenceNumber\":\"{sequence}\",\"streamSid\":\"{sid}\",\
                 \"mark\":{{\"name\":\"my label\"}}}}"
            )
        } else if raw.contains("\"stop\"") {
            format!(
                "{{\"event\":\"stop\",\"sequenceNumber\":\"{sequence}\",\"stop\":{{\"accountSid\":\"{ACCOUNT}\",\
                 \"callSid\":\"{call}\"}},\"streamSid\":\"{sid}\"}}"
            )
        } else {
            chunk += 1;
            let timestamp = (chunk - 1) * 20;
            // 160 bytes of silence.
            let payload = format!("{}/w==", "/".repeat(212));
            format!(
                "{{\"event\":\"media\",\"sequenceNumber\":\"{sequence}\",\"media\":{{\"track\":\"inbound\",\
                 \"chunk\":\"{chunk}\",\"timestamp\":\"{timestamp}\",\"payload\":\"{payload}\"}},\"streamSid\":\"{sid}\"}}"
            )
        });
    }
    assert!(chunk >= 3);
    assert_eq!(talk.raw, expected);
    network.stop().await;
}

#[tokio::test]
async fn upgrade_signature_is_accepted_by_twilios_validator() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let talk = media.accept().await;
    let url = format!("{MEDIA}/talk");
    assert_eq!(
        (talk.path.as_str(), talk.user_agent.as_str()),
        ("/talk", "Twilio.TmeWs/1.0")
    );
    assert_eq!(talk.signature, signature::sign(TOKEN, &url, &[]));
    // Twilio's own validator accepts it, and no other URL or token.
    let validates = |url: &str, signature: &str| {
        let script = "import sys; from twilio.request_validator import RequestValidator as V; \
                      print(V(sys.argv[1]).validate(sys.argv[2], {}, sys.argv[3]))";
        let python = twilio_client::python().expect("Twilio's package");
        let mut command = Command::new(python);
        let output = command
            .args(["-c", script, TOKEN, url, signature])
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let signed = talk.signature.clone();
    let verdicts = tokio::task::spawn_blocking(move || {
        [
            validates(&url, &signed),
            validates(&format!("{url}/other"), &signed),
            validates(&url, &signature::sign("another token", &url, &[])),
        ]
    })
    .await
    .expect("no panic");
    assert_eq!(verdicts, ["True", "False", "False"]);
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await;
    network.stop().await;
}

#[tokio::test]
async fn caller_and_service_converse_over_a_stream() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let steps = "{ when = 'how may we help', say = 'my laptop is broken' }, \
                 { when = 'your name', say = 'Ada' }, { when = 'goodbye', hang_up = true }";
    let call = network.place(&caller(steps)).expect("the call is placed");
    let mut talk = media.accept().await;
    talk.says("Good morning, how may we help?").await;
    assert_eq!(talk.hears().await, "my laptop is broken");
    // In pieces, as a speech model produces them.
    for piece in mulaw::encode(&encode_speech("What is your name?", Voice::Ai)).chunks(160) {
        talk.plays(piece).await;
    }
    assert_eq!(talk.hears().await, "Ada");
    talk.says("Thank you. ").await;
    talk.says("Goodbye!").await;
    let rest = talk.rest().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0]["event"], "stop");
    let report = network.ended(&call).await.expect("a call");
    assert_eq!(report.unmet, [""; 0]);
    assert_eq!(
        report.heard,
        [
            "Good morning, how may we help?",
            "What is your name?",
            "Thank you. ",
            "Goodbye!"
        ]
    );
    assert_eq!(Talk::words(&talk.inbound), ["my laptop is broken", "Ada"]);
    network.quiet().await;
    assert_eq!(
        product.values("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    let heard = {
        let state = network.switch().state();
        let moments = &state.call(&call).expect("the call").timeline;
        let from_stream = |what: &TimelineEvent| matches!(what, TimelineEvent::Heard { from, .. } if from == "stream");
        moments.iter().filter(|entry| from_stream(&entry.event)).count()
    };
    assert_eq!(heard, 4);
    assert_eq!(errors_of(&network, &call), [0; 0]);
    network.stop().await;
}

#[tokio::test]
async fn service_speaking_in_real_time_is_decoded_at_any_speed() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network_with(&product, |options| options.speed = 500.0).await;
    let call = network
        .place(&caller("{ when = 'goodbye', hang_up = true, within_s = 40000 }"))
        .expect("the call is placed");
    let mut talk = media.accept().await;
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(20));
    for piece in mulaw::encode(&encode_speech("Thank you, goodbye.", Voice::Ai)).chunks(160) {
        pace.tick().await;
        talk.plays(piece).await;
    }
    talk.rest().await;
    assert_eq!(
        network.ended(&call).await.expect("a call").heard,
        ["Thank you, goodbye."]
    );
    network.stop().await;
}

#[tokio::test]
async fn caller_who_hears_nothing_speaks_first() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network
        .place(&caller("{ say = 'hello?' }, { hang_up = true }"))
        .expect("the call is placed");
    let mut talk = media.accept().await;
    assert_eq!(talk.hears().await, "hello?");
    let spoke = talk.inbound.iter().position(|sample| sample.unsigned_abs() > 1_000);
    // `FIRST_TURN_DELAY` and the party's reaction time.
    assert_eq!(spoke.expect("they spoke") / 8, 3_600);
    talk.rest().await;
    network.ended(&call).await;
    network.stop().await;
}

#[tokio::test]
async fn mark_is_returned_after_the_preceding_audio() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let mut talk = media.accept().await;
    let (one, two) = ("one two three four five", "six seven eight nine");
    talk.next_of("media").await;
    let began = talk.last_ms;
    talk.says(one).await;
    talk.marks("first").await;
    talk.says(two).await;
    talk.marks("second").await;
    for (name, text) in [("first", one.to_owned()), ("second", format!("{one}{two}"))] {
        assert_eq!(talk.next_of("mark").await["mark"]["name"], name);
        let length = u64::try_from(duration(&text).as_millis()).expect("small");
        assert!(talk.last_ms + 40 >= began + length, "{name}: {} {length}", talk.last_ms);
    }
    // Due immediately with an empty buffer.
    talk.marks("third").await;
    assert_eq!(talk.next_of("mark").await["mark"]["name"], "third");
    types(&network, &call, "{\"hang_up\": true}").await;
    assert_eq!(network.ended(&call).await.expect("a call").heard, [one, two]);
    network.stop().await;
}

#[tokio::test]
async fn clear_stops_playback_and_returns_the_marks() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network_with(&product, |options| options.speed = 2.0).await;
    let steps = "{ interrupt_after_ms = 900, say = 'I know' }, { when = 'goodbye', hang_up = true }";
    let call = network.place(&caller(steps)).expect("the call is placed");
    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    let recording = post(
        &network,
        &format!("/Calls/{call}/Recordings.json"),
        &[("RecordingChannels", "dual")],
    )
    .await;
    let mut talk = media.accept().await;
    // Almost two minutes.
    let story = "We are open from nine to five on every day of the week but Sunday, and ".repeat(10);
    for (name, end) in [("0", ""), ("1", ""), ("2", "this is the end of the story")] {
        talk.says(&format!("{story}{end}")).await;
        talk.marks(name).await;
    }
    // The caller interrupts: barge-in.
    while talk.inbound.last().is_none_or(|sample| sample.unsigned_abs() < 1_000) {
        talk.next_of("media").await;
    }
    talk.clears().await;
    for name in ["0", "1", "2"] {
        assert_eq!(talk.next_of("mark").await["mark"]["name"], name);
    }
    assert!(
        talk.last_ms < 100_000,
        "not when they would have been played: {}",
        talk.last_ms
    );
    assert_eq!(talk.hears().await, "I know");
    talk.says("Goodbye").await;
    talk.rest().await;
    let heard = network.ended(&call).await.expect("a call").heard;
    assert!(heard[0].starts_with("We are open"), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("Goodbye"));
    assert!(!heard.iter().any(|heard| heard.contains("the end")), "{heard:?}");
    network.quiet().await;
    let sid = recording["sid"].as_str().expect("a SID");
    let said = recorded(&network, sid, 1);
    assert!(said.starts_with("We are open") && said.ends_with("Goodbye"), "{said}");
    assert!(!said.contains("the end"), "{said}");
    assert_eq!(recorded(&network, sid, 0), "I know");
    network.stop().await;
}

fn recorded(network: &sandbox::network::Running, sid: &str, channel: usize) -> String {
    let media = network
        .switch()
        .state()
        .recording_mut(sid)
        .and_then(|recording| recording.media.clone());
    let sound = wav::decode(&media.expect("a recording")).expect("a WAV file");
    Talk::words(&sound.channels[channel]).join(" ")
}

#[tokio::test]
async fn keys_are_sent_after_the_preceding_audio() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network(&product).await;
    let steps = "{ when = 'key', digits = '1*#' }, { when = 'thank', hang_up = true }";
    let call = network.place(&caller(steps)).expect("the call is placed");
    let mut talk = media.accept().await;
    talk.says("Press a key").await;
    let mut pressed = vec![];
    for _ in 0..3 {
        let key = talk.next_of("dtmf").await["dtmf"]["digit"]
            .as_str()
            .expect("text")
            .to_owned();
        pressed.push((key, talk.last_ms));
    }
    let keys: Vec<&str> = pressed.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["1", "*", "#"]);
    // Keys are 300 ms apart, and so are the frames.
    for pair in pressed.windows(2) {
        assert!((280..=320).contains(&(pair[1].1 - pair[0].1)), "{pressed:?}");
    }
    talk.says("Thank you").await;
    talk.rest().await;
    assert_eq!(network.ended(&call).await.expect("a call").unmet, [""; 0]);
    network.stop().await;
}

#[tokio::test]
async fn stream_url_may_be_relative_to_the_document() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", "<Connect><Stream url=\"/talk\"/></Connect>");
    let here = product.base_url.replace("http://", "");
    let network = media
        .network_with(&product, |options| {
            let real = options.routes[0].1.clone();
            options.routes = vec![(format!("https://{here}"), real)];
        })
        .await;
    let call = network.place(&typist()).expect("the call is placed");
    let talk = media.accept().await;
    assert_eq!(talk.path, "/talk");
    assert_eq!(
        talk.signature,
        signature::sign(TOKEN, &format!("wss://{here}/talk"), &[])
    );
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await;
    network.stop().await;
}

#[tokio::test]
async fn slow_service_receives_every_frame_of_a_fast_call() {
    let (product, media) = (Product::start().await, Media::start().await);
    product.at("/voice", &*connects(""));
    let network = media.network_with(&product, |options| options.speed = 1_000.0).await;
    let text = "this was said while the service read nothing";
    let call = network
        .place(&caller(&format!(
            "{{ say = '{text}', within_s = 80000 }}, {{ wait_s = 600 }}, {{ hang_up = true }}"
        )))
        .expect("the call is placed");
    let mut talk = media.accept().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    talk.rest().await;
    network.ended(&call).await;
    assert_eq!(Talk::words(&talk.inbound), [text]);
    let frames = talk.raw.iter().filter(|raw| raw.contains("\"media\":")).count();
    assert_eq!(
        talk.last_ms,
        (u64::try_from(frames).expect("small") - 1) * 20,
        "none is missing"
    );
    assert!(talk.last_ms > 600_000);
    network.stop().await;
}

pub fn errors_of(network: &sandbox::network::Running, call: &str) -> Vec<u32> {
    let state = network.switch().state();
    let known = state.call(call).expect("the call");
    known.errors.iter().map(|(code, _)| *code).collect()
}
