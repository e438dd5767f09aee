//! Conversations: speech, keys, silence, interruptions.

use super::{NUMBER, Product, caller, network, until};
use sandbox::network::switch::TimelineEvent;

const LISTENS: &str = "<Gather input=\"speech\" action=\"/turn\" speechTimeout=\"auto\" timeout=\"4\">";

#[tokio::test]
async fn scripted_caller_completes_a_gather_conversation() {
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
        .expect("the call is placed");
    let report = network.ended(&call).await.expect("a call");
    network.quiet().await;

    assert_eq!(report.unmet, [""; 0]);
    assert_eq!(
        report.heard,
        ["Welcome, how may we help?", "What is your name?", "Goodbye & thanks"]
    );
    assert_eq!(product.values("/turn", "SpeechResult"), ["my heating is broken", "Ada"]);
    let turns = product.requests("/turn");
    assert_eq!(
        (turns[0].is("Confidence"), turns[1].is("Confidence")),
        ("0.92000000", "0.50000000")
    );
    assert_eq!(turns[0].is("CallStatus"), "in-progress");

    let [asked] = &product.requests("/voice")[..] else {
        panic!("requested once")
    };
    assert_eq!((asked.is("CallStatus"), asked.is("Direction")), ("ringing", "inbound"));
    assert_eq!((asked.is("From"), asked.is("To")), ("+15045550142", NUMBER));
    let [ended] = &product.requests("/status")[..] else {
        panic!("called once")
    };
    assert_eq!((ended.is("CallStatus"), ended.is("SequenceNumber")), ("completed", "0"));
    assert_eq!(ended.is("CallbackSource"), "call-progress-events");
    assert!(chrono::DateTime::parse_from_rfc2822(ended.is("Timestamp")).is_ok());
    let seconds: u32 = ended.is("CallDuration").parse().expect("a number");
    assert!((5..60).contains(&seconds), "{seconds}");
    network.stop().await;
}

#[tokio::test]
async fn silence_skips_the_action_unless_action_on_empty_result() {
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
    let call = network
        .place(&caller("{ silent_s = 100 }"))
        .expect("the call is placed");
    network.ended(&call).await;
    assert!(product.requests("/turn").is_empty());
    let [again] = &product.requests("/again")[..] else {
        panic!("requested once")
    };
    assert_eq!((again.method.as_str(), again.is("try")), ("GET", "2"));
    let [empty] = &product.requests("/empty")[..] else {
        panic!("requested once")
    };
    assert_eq!((empty.is("SpeechResult"), empty.is("Digits")), ("", ""));
    network.stop().await;
}

#[tokio::test]
async fn gather_ends_by_num_digits_or_finish_on_key() {
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
    let call = network.place(&caller(steps)).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(product.values("/three", "Digits"), ["123"]);
    let [any] = &product.requests("/any")[..] else {
        panic!("requested once")
    };
    assert_eq!((any.is("Digits"), any.is("FinishedOnKey")), ("45", "#"));
    network.stop().await;
}

#[tokio::test]
async fn interruption_cuts_the_prompt_unless_barge_in_is_off() {
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
    let call = network.place(&caller(steps)).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(product.values("/turn", "SpeechResult"), ["I know", "now I may speak"]);
    let cuts = {
        let state = network.switch().state();
        let moments = &state.call(&call).expect("the call").timeline;
        moments
            .iter()
            .filter(|entry| matches!(entry.event, TimelineEvent::Interrupted))
            .count()
    };
    assert_eq!(cuts, 1);
    network.stop().await;
}

#[tokio::test]
async fn caller_may_hang_up_before_the_service_answers() {
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
        .expect("the call is placed");
    let report = network.ended(&call).await.expect("a call");
    assert!(!report.heard.contains(&"too late".to_owned()));
    network.quiet().await;
    assert_eq!(product.values("/status", "CallStatus"), ["completed"]);
    // The late answer is logged.
    until(&network, "the late answer", |state| {
        state
            .call(&call)
            .is_some_and(|call| call.requests.iter().any(|request| request.url.ends_with("/turn")))
    })
    .await;
    network.stop().await;
}

#[tokio::test]
async fn partial_results_are_sent_while_the_caller_speaks() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" action=\"/turn\" speechTimeout=\"auto\" partialResultCallback=\"/partial\"/>",
        )
        .at("/turn", "<Hangup/>");
    let network = network(&product).await;
    let call = network
        .place(&caller("{ say = 'one two three' }"))
        .expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    let [partial] = &product.requests("/partial")[..] else {
        panic!("called once")
    };
    assert_eq!(
        (partial.is("StableSpeechResult"), partial.is("UnstableSpeechResult")),
        ("one two", "three")
    );
    network.stop().await;
}

#[tokio::test]
async fn rejected_call_is_not_answered() {
    for (verb, status) in [("<Reject/>", "no-answer"), ("<Reject reason=\"busy\"/>", "busy")] {
        let product = Product::start().await;
        product.at("/voice", verb);
        let network = network(&product).await;
        let call = network.place(&caller("")).expect("the call is placed");
        network.ended(&call).await;
        network.quiet().await;
        let [ended] = &product.requests("/status")[..] else {
            panic!("called once")
        };
        assert_eq!((ended.is("CallStatus"), ended.is("CallDuration")), (status, "0"));
        network.stop().await;
    }
}
