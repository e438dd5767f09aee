//! Recordings through REST: start, pauses, and the audio file.

use super::{ACCOUNT, Product, Reply, TOKEN, client, get, network, post, refused, rest, types, typist, until};
use audio::{decode_speech, wav};
use reqwest::{Method, StatusCode};
use sandbox::network::Running;
use sandbox::network::switch::{Call, TimelineEvent};

async fn media(running: &Running, sid: &str, range: Option<&str>) -> reqwest::Response {
    let client = client();
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}", running.base_url);
    let request = client.get(url).basic_auth(ACCOUNT, Some(TOKEN));
    let request = match range {
        Some(range) => request.header("Range", range),
        None => request,
    };
    request.send().await.expect("the network answers")
}

fn words(file: &[u8], channel: usize) -> String {
    let sound = wav::decode(file).expect("a WAV file");
    let said: Vec<String> = decode_speech(&sound.channels[channel])
        .into_iter()
        .map(|said| said.text)
        .collect();
    said.join(" ")
}

/// Types speech and waits until it has been spoken.
async fn says(running: &Running, call: &str, words: &str) {
    types(running, call, &format!("{{\"say\": \"{words}\"}}")).await;
    until(running, "it was said", |state| {
        let call = state.call(call).expect("the call");
        let said = |what: &TimelineEvent| matches!(what, TimelineEvent::Said { text, .. } if text == words);
        call.timeline.iter().any(|entry| said(&entry.event))
    })
    .await;
    let until = running
        .switch()
        .state()
        .call(call)
        .and_then(|call| call.sounds.iter().map(|sound| sound.until).max())
        .expect("a sound");
    running.switch().clock.sleep_until(until).await;
}

#[tokio::test]
async fn recording_starts_only_after_the_answer_and_skips_its_pauses() {
    let product = Product::start().await;
    let mut slow = Reply::from("<Say>Welcome</Say><Pause length=\"3600\"/>");
    slow.after_ms = 300;
    product.at("/voice", slow);
    let network = network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let path = format!("/Calls/{call}/Recordings.json");
    assert_eq!(refused(&network, &path, &[]).await, (400, 21220), "before the answer");

    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    let callback = product.url("/recording");
    let recording = post(
        &network,
        &path,
        &[
            ("RecordingChannels", "dual"),
            ("RecordingStatusCallback", &callback),
            ("RecordingStatusCallbackEvent", "in-progress completed"),
        ],
    )
    .await;
    let sid = recording["sid"].as_str().expect("a SID").to_owned();
    assert_eq!(
        (recording["status"].as_str(), recording["channels"].as_u64()),
        (Some("in-progress"), Some(2))
    );
    assert_eq!(recording["source"], "StartCallRecordingAPI");

    says(&network, &call, "my first sentence").await;
    let current = format!("/Calls/{call}/Recordings/Twilio.CURRENT.json");
    let paused = post(&network, &current, &[("Status", "paused"), ("PauseBehavior", "skip")]).await;
    assert_eq!(paused["status"], "paused");
    says(&network, &call, "my credit card").await;
    post(&network, &current, &[("Status", "in-progress")]).await;
    says(&network, &call, "my last sentence").await;
    assert_eq!(
        media(&network, &sid, None).await.status(),
        StatusCode::NOT_FOUND,
        "it still runs"
    );
    let stopped = post(&network, &current, &[("Status", "stopped")]).await;
    assert_eq!(stopped["status"], "stopped");
    assert_eq!(
        refused(
            &network,
            &format!("/Calls/{call}/Recordings/{sid}.json"),
            &[("Status", "paused")]
        )
        .await,
        (400, 21220)
    );
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await;
    network.quiet().await;

    assert_eq!(refused(&network, &path, &[]).await, (400, 21220), "after the end");
    assert_eq!(
        product.values("/recording", "RecordingStatus"),
        ["in-progress", "completed"]
    );
    let file = media(&network, &sid, None).await;
    assert_eq!(file.headers()["content-type"], "audio/x-wav");
    let file = file.bytes().await.expect("a file");
    assert_eq!(words(&file, 0), "my first sentence my last sentence");
    let part = media(&network, &sid, Some("bytes=0-3")).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.expect("a part"), "RIFF");

    let (deleted, _) = rest(&network, Method::DELETE, &format!("/Recordings/{sid}.json"), &[]).await;
    assert_eq!(deleted, StatusCode::NO_CONTENT);
    assert_eq!(media(&network, &sid, None).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        rest(&network, Method::GET, &format!("/Recordings/{sid}.json"), &[])
            .await
            .0,
        StatusCode::NOT_FOUND
    );
    network.stop().await;
}

#[tokio::test]
async fn dual_recording_separates_both_sides() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" speechTimeout=\"auto\" timeout=\"60\" action=\"/turn\"/>",
        )
        .at("/turn", "<Say>You are welcome</Say>");
    let network = network(&product).await;
    let call = network.place(&typist()).expect("the call is placed");
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
    types(&network, &call, "{\"say\": \"thank you very much\"}").await;
    network.ended(&call).await;
    network.quiet().await;
    let sid = recording["sid"].as_str().expect("a SID");
    let file = media(&network, sid, None).await.bytes().await.expect("a file");
    assert_eq!(
        (words(&file, 0).as_str(), words(&file, 1).as_str()),
        ("thank you very much", "You are welcome")
    );
    let shown = get(&network, &format!("/Recordings/{sid}.json")).await;
    let seconds: f64 = shown["duration"].as_str().expect("text").parse().expect("a number");
    let length = wav::decode(&file).expect("a WAV file").seconds();
    assert!((length - seconds).abs() <= 1.0, "{length} {seconds}");
    network.stop().await;
}

#[tokio::test]
async fn media_fault_makes_the_file_missing() {
    let product = Product::start().await;
    // At this speed the words alone last for some milliseconds.
    product.at("/voice", "<Say>Welcome to the show</Say><Pause length=\"3600\"/>");
    let network = network(&product).await;
    let call = network.place(&super::caller("")).expect("the call is placed");
    until(&network, "the answer", |state| {
        state.call(&call).is_some_and(Call::is_in_progress)
    })
    .await;
    let path = format!("/Calls/{call}/Recordings.json");
    let sid = post(&network, &path, &[]).await["sid"]
        .as_str()
        .expect("a SID")
        .to_owned();
    network.switch().clock.sleep(chrono::TimeDelta::seconds(3)).await;
    post(&network, &format!("/Calls/{call}.json"), &[("Status", "completed")]).await;
    network.quiet().await;
    network.switch().state().faults.media.missing_next = 2;
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(media(&network, &sid, None).await.status().as_u16());
    }
    assert_eq!(answers, [404, 404, 200]);
    network.switch().state().faults.media.missing = true;
    assert_eq!(media(&network, &sid, None).await.status(), StatusCode::NOT_FOUND);
    network.stop().await;
}
