//! Conversations: words, keys, silence, interruptions.

use super::{NUMBER, Product, caller, network, until};
use sandbox::network::exchange::What;

const LISTENS: &str = "<Gather input=\"speech\" action=\"/turn\" speechTimeout=\"auto\" timeout=\"4\">";

#[tokio::test]
async fn a_caller_and_a_product_talk_with_each_other() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            &*format!("{LISTENS}<Say>Welcome, how may we help?</Say></Gather><Redirect>/silence</Redirect>"),
        )
        .at_each(
            "/turn",
            [
                format!("{LISTENS}<Say>What is your name?</Say></Gather>").as_str(),
                "<Say>Goodbye &amp; thanks</Say><Hangup/>",
            ],
        );
    let network = network(&product).await;
    let call = network
        .place(&caller(
            "{ say = 'my heating is broken' }, { say = 'Ada', confidence = 0.5 }",
        ))
        .expect("it rings");
    let verdict = network.ended(&call).await.expect("a call");
    network.quiet().await;

    assert_eq!(verdict.disappointments, [""; 0]);
    assert_eq!(
        verdict.heard,
        ["Welcome, how may we help?", "What is your name?", "Goodbye & thanks"]
    );
    assert_eq!(product.told("/turn", "SpeechResult"), ["my heating is broken", "Ada"]);
    let turns = product.got("/turn");
    assert_eq!(
        (turns[0].is("Confidence"), turns[1].is("Confidence")),
        ("0.92000000", "0.50000000")
    );
    assert_eq!(turns[0].is("CallStatus"), "in-progress");

    let [asked] = &product.got("/voice")[..] else {
        panic!("asked once")
    };
    assert_eq!((asked.is("CallStatus"), asked.is("Direction")), ("ringing", "inbound"));
    assert_eq!((asked.is("From"), asked.is("To")), ("+15045550142", NUMBER));
    let [ended] = &product.got("/status")[..] else {
        panic!("told once")
    };
    assert_eq!((ended.is("CallStatus"), ended.is("SequenceNumber")), ("completed", "0"));
    assert_eq!(ended.is("CallbackSource"), "call-progress-events");
    assert!(chrono::DateTime::parse_from_rfc2822(ended.is("Timestamp")).is_ok());
    let seconds: u32 = ended.is("CallDuration").parse().expect("a number");
    assert!((5..60).contains(&seconds), "{seconds}");
    network.stop().await;
}

#[tokio::test]
async fn silence_falls_through_unless_the_action_wants_it() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" timeout=\"3\" action=\"/turn\"/><Redirect method=\"GET\">/again?try=2</Redirect>",
        )
        .at(
            "/again",
            "<Gather input=\"dtmf speech\" timeout=\"3\" action=\"/empty\" actionOnEmptyResult=\"true\"/>",
        )
        .at("/empty", "<Hangup/>");
    let network = network(&product).await;
    let call = network.place(&caller("{ silent_s = 100 }")).expect("it rings");
    network.ended(&call).await;
    assert!(product.got("/turn").is_empty());
    let [again] = &product.got("/again")[..] else {
        panic!("asked once")
    };
    assert_eq!((again.method.as_str(), again.is("try")), ("GET", "2"));
    let [empty] = &product.got("/empty")[..] else {
        panic!("asked once")
    };
    assert_eq!((empty.is("SpeechResult"), empty.is("Digits")), ("", ""));
    network.stop().await;
}

#[tokio::test]
async fn keys_end_a_gather_by_their_number_or_by_the_last_one() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather numDigits=\"3\" action=\"/three\"><Say>Your number, please, all three digits of it</Say></Gather>",
        )
        .at("/three", "<Gather action=\"/any\"/>")
        .at("/any", "<Hangup/>");
    let network = network(&product).await;
    let steps = "{ digits = '123', interrupt_after_ms = 500 }, { digits = '45#' }";
    let call = network.place(&caller(steps)).expect("it rings");
    network.ended(&call).await;
    assert_eq!(product.told("/three", "Digits"), ["123"]);
    let [any] = &product.got("/any")[..] else {
        panic!("asked once")
    };
    assert_eq!((any.is("Digits"), any.is("FinishedOnKey")), ("45", "#"));
    network.stop().await;
}

#[tokio::test]
async fn who_interrupts_cuts_what_is_said_unless_that_is_forbidden() {
    let product = Product::start().await;
    let long = "We are open from nine to five on every day of the week but Sunday and holidays";
    let document = |barge: bool| {
        format!(
            "<Gather input=\"speech\" bargeIn=\"{barge}\" speechTimeout=\"1\" action=\"/turn\"><Say>{long}</Say></Gather>"
        )
    };
    product
        .at("/voice", &*document(true))
        .at_each("/turn", [&*document(false), "<Hangup/>"]);
    let network = network(&product).await;
    let steps = "{ interrupt_after_ms = 800, say = 'I know' }, { interrupt_after_ms = 800, say = 'stop' }, { say = 'now I may speak' }";
    let call = network.place(&caller(steps)).expect("it rings");
    network.ended(&call).await;
    assert_eq!(product.told("/turn", "SpeechResult"), ["I know", "now I may speak"]);
    let cuts = {
        let state = network.exchange().state();
        let moments = &state.call(&call).expect("the call").moments;
        moments
            .iter()
            .filter(|moment| matches!(moment.what, What::Interrupted))
            .count()
    };
    assert_eq!(cuts, 1);
    network.stop().await;
}

#[tokio::test]
async fn a_caller_may_hang_up_while_the_product_thinks() {
    let product = Product::start().await;
    let mut slow = super::Reply::from("<Say>too late</Say>");
    slow.after_ms = 400;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" speechTimeout=\"auto\" action=\"/turn\"><Say>Yes?</Say></Gather>",
        )
        .at("/turn", slow);
    let network = super::network_with(&product, |options| options.speed = 50.0).await;
    let call = network
        .place(&caller(
            "{ say = 'hello' }, { wait_s = 0.9 }, { hang_up = true, after_ms = 100 }",
        ))
        .expect("it rings");
    let verdict = network.ended(&call).await.expect("a call");
    assert!(!verdict.heard.contains(&"too late".to_owned()));
    network.quiet().await;
    assert_eq!(product.told("/status", "CallStatus"), ["completed"]);
    // The answer that nobody heard is kept.
    until(&network, "the late answer", |state| {
        state
            .call(&call)
            .is_some_and(|call| call.requests.iter().any(|request| request.url.ends_with("/turn")))
    })
    .await;
    network.stop().await;
}

#[tokio::test]
async fn partial_results_are_told_while_somebody_speaks() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" action=\"/turn\" speechTimeout=\"auto\" partialResultCallback=\"/partial\"/>",
        )
        .at("/turn", "<Hangup/>");
    let network = network(&product).await;
    let call = network.place(&caller("{ say = 'one two three' }")).expect("it rings");
    network.ended(&call).await;
    network.quiet().await;
    let [partial] = &product.got("/partial")[..] else {
        panic!("told once")
    };
    assert_eq!(
        (partial.is("StableSpeechResult"), partial.is("UnstableSpeechResult")),
        ("one two", "three")
    );
    network.stop().await;
}

#[tokio::test]
async fn a_rejected_call_is_never_answered() {
    for (verb, status) in [("<Reject/>", "no-answer"), ("<Reject reason=\"busy\"/>", "busy")] {
        let product = Product::start().await;
        product.at("/voice", verb);
        let network = network(&product).await;
        let call = network.place(&caller("")).expect("it rings");
        network.ended(&call).await;
        network.quiet().await;
        let [ended] = &product.got("/status")[..] else {
            panic!("told once")
        };
        assert_eq!((ended.is("CallStatus"), ended.is("CallDuration")), (status, "0"));
        network.stop().await;
    }
}
