//! `<Record>`: recording a message.

use super::{Product, caller, get, network};

#[tokio::test]
async fn message_is_recorded_transcribed_and_reported() {
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
    let call = network.place(&caller(steps)).expect("the call is placed");
    let report = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(report.unmet, [""; 0]);

    let [done] = &product.requests("/done")[..] else {
        panic!("requested once")
    };
    let sid = done.is("RecordingSid");
    assert!(done.is("RecordingUrl").ends_with(&format!("/Recordings/{sid}")));
    let seconds: u32 = done.is("RecordingDuration").parse().expect("a number");
    assert!((4..12).contains(&seconds), "{seconds}");
    assert_eq!(
        product.values("/recording", "RecordingStatus"),
        ["in-progress", "completed"]
    );
    let completed = &product.requests("/recording")[1];
    assert_eq!(
        (completed.is("RecordingSource"), completed.is("RecordingChannels")),
        ("RecordVerb", "1")
    );
    assert_eq!(
        product.values("/words", "TranscriptionText"),
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
async fn hangup_during_the_message_completes_it() {
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
        .expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    let [done] = &product.requests("/done")[..] else {
        panic!("requested once")
    };
    assert_eq!((done.is("Digits"), done.is("CallStatus")), ("hangup", "completed"));
    assert_eq!(product.values("/recording", "RecordingStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn empty_message_continues_with_the_document() {
    let product = Product::start().await;
    product.at(
        "/voice",
        "<Record action=\"/done\" timeout=\"2\"/><Say>Nothing heard</Say>",
    );
    let network = network(&product).await;
    let call = network.place(&caller("{ silent_s = 50 }")).expect("the call is placed");
    assert_eq!(network.ended(&call).await.expect("a call").heard, ["Nothing heard"]);
    assert!(product.requests("/done").is_empty());
    network.stop().await;
}
