//! `Record`: taking a message.

use super::{Product, caller, get, network};

#[tokio::test]
async fn a_message_is_recorded_transcribed_and_told() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Say>Leave a message</Say><Record action=\"/done\" timeout=\"3\" maxLength=\"60\" finishOnKey=\"#\" \
             recordingStatusCallback=\"/recording\" recordingStatusCallbackEvent=\"in-progress completed absent\" \
             transcribe=\"true\" transcribeCallback=\"/words\"/>",
        )
        .at("/done", "<Say>Thank you</Say><Hangup/>");
    let network = network(&product).await;
    let steps = "{ say = 'please call me back tomorrow' }, { when = 'thank you' }";
    let call = network.place(&caller(steps)).expect("it rings");
    let verdict = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(verdict.disappointments, [""; 0]);

    let [done] = &product.got("/done")[..] else {
        panic!("asked once")
    };
    let sid = done.is("RecordingSid");
    assert!(done.is("RecordingUrl").ends_with(&format!("/Recordings/{sid}")));
    let seconds: u32 = done.is("RecordingDuration").parse().expect("a number");
    assert!((4..12).contains(&seconds), "{seconds}");
    assert_eq!(
        product.told("/recording", "RecordingStatus"),
        ["in-progress", "completed"]
    );
    let completed = &product.got("/recording")[1];
    assert_eq!(
        (completed.is("RecordingSource"), completed.is("RecordingChannels")),
        ("RecordVerb", "1")
    );
    assert_eq!(
        product.told("/words", "TranscriptionText"),
        ["please call me back tomorrow"]
    );
    let shown = get(&network, &format!("/Recordings/{sid}.json")).await;
    assert_eq!(
        (shown["status"].as_str(), shown["source"].as_str()),
        (Some("completed"), Some("RecordVerb"))
    );
    network.stop().await;
}

#[tokio::test]
async fn who_hangs_up_in_their_message_has_left_it() {
    let product = Product::start().await;
    product.at(
        "/voice",
        "<Record action=\"/done\" timeout=\"5\" recordingStatusCallback=\"/recording\"/>",
    );
    let network = network(&product).await;
    let call = network
        .place(&caller(
            "{ say = 'this is all I have to say' }, { hang_up = true, after_ms = 200 }",
        ))
        .expect("it rings");
    network.ended(&call).await;
    network.quiet().await;
    let [done] = &product.got("/done")[..] else {
        panic!("asked once")
    };
    assert_eq!((done.is("Digits"), done.is("CallStatus")), ("hangup", "completed"));
    assert_eq!(product.told("/recording", "RecordingStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn a_message_without_words_goes_on_with_the_document() {
    let product = Product::start().await;
    product.at(
        "/voice",
        "<Record action=\"/done\" timeout=\"2\"/><Say>Nothing heard</Say>",
    );
    let network = network(&product).await;
    let call = network.place(&caller("{ silent_s = 50 }")).expect("it rings");
    assert_eq!(network.ended(&call).await.expect("a call").heard, ["Nothing heard"]);
    assert!(product.got("/done").is_empty());
    network.stop().await;
}
