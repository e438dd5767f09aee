//! `<Dial>`: ringing and bridging.

use super::{NUMBER, Product, caller, get, network};
use sandbox::network::party::{Behavior, RingResponse, Step};

const FRIEND: &str = "+15045550111";

fn picks(picks: RingResponse) -> Behavior {
    Behavior {
        picks,
        after_s: 1.0,
        ..Behavior::default()
    }
}

fn says(words: &str) -> Step {
    Step {
        say: Some(words.to_owned()),
        ..Step::default()
    }
}

fn hangs_up(when: &str) -> Step {
    Step {
        when: Some(when.to_owned()),
        hang_up: true,
        ..Step::default()
    }
}

fn dial(more: &str) -> String {
    format!(
        "<Dial action=\"/dialed\" timeout=\"10\" {more}><Number statusCallback=\"/leg\" \
         statusCallbackEvent=\"initiated ringing answered completed\">{FRIEND}</Number></Dial>"
    )
}

#[tokio::test]
async fn unanswered_dial_reports_its_status_to_the_action() {
    let cases = [
        (RingResponse::Busy, "busy", &["initiated", "busy"][..]),
        (
            RingResponse::NoAnswer,
            "no-answer",
            &["initiated", "ringing", "no-answer"],
        ),
        (RingResponse::Failed, "failed", &["initiated", "failed"]),
    ];
    for (behavior, status, progress) in cases {
        let product = Product::start().await;
        product
            .at("/voice", &*dial(""))
            .at("/dialed", "<Say>There is no answer</Say><Hangup/>");
        let network = network(&product).await;
        network.register(FRIEND, picks(behavior));
        let call = network
            .place(&caller("{ when = 'no answer' }"))
            .expect("the call is placed");
        let report = network.ended(&call).await.expect("a call");
        network.quiet().await;
        assert_eq!(report.unmet, [""; 0], "{status}");
        let [dialed] = &product.requests("/dialed")[..] else {
            panic!("requested once")
        };
        assert_eq!(
            (dialed.is("DialCallStatus"), dialed.is("DialBridged")),
            (status, "false")
        );
        assert_eq!(product.values("/leg", "CallStatus"), progress);
        let leg = &product.requests("/leg")[0];
        assert_eq!(
            (leg.is("ParentCallSid"), leg.is("Direction")),
            (call.as_str(), "outbound-dial")
        );
        assert_eq!(leg.is("CallSid"), dialed.is("DialCallSid"));
        network.stop().await;
    }
}

#[tokio::test]
async fn bridged_parties_hear_each_other() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            &*dial("answerOnBridge=\"true\" record=\"record-from-answer-dual\" recordingStatusCallback=\"/recording\""),
        )
        .at("/dialed", "<Hangup/>");
    let network = network(&product).await;
    network.register(
        FRIEND,
        Behavior {
            steps: vec![says("Workshop, good morning"), hangs_up("thank you")],
            ..picks(RingResponse::Answer)
        },
    );
    let call = network
        .place(&caller("{ say = 'thank you for answering' }"))
        .expect("the call is placed");
    let report = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(report.heard, ["Workshop, good morning"]);
    assert_eq!(report.unmet, [""; 0]);
    assert_eq!(
        product.values("/leg", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(product.values("/leg", "SequenceNumber"), ["0", "1", "2", "3"]);
    let [dialed] = &product.requests("/dialed")[..] else {
        panic!("requested once")
    };
    assert_eq!(
        (dialed.is("DialCallStatus"), dialed.is("DialBridged")),
        ("completed", "true")
    );
    let [recording] = &product.requests("/recording")[..] else {
        panic!("called once")
    };
    assert_eq!(
        (recording.is("RecordingSource"), recording.is("RecordingChannels")),
        ("DialVerb", "2")
    );
    assert_eq!(recording.is("CallSid"), call);
    let children = get(&network, &format!("/Calls.json?ParentCallSid={call}")).await;
    assert_eq!(children["calls"][0]["from"], "+15045550142");
    assert_eq!(children["calls"][0]["status"], "completed");
    network.stop().await;
}

#[tokio::test]
async fn dialed_party_hears_the_whisper_first() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            &*format!("<Dial callerId=\"{NUMBER}\"><Number url=\"/whisper\">{FRIEND}</Number></Dial><Say>Bye</Say>"),
        )
        .at("/whisper", "<Say>A call from the shop</Say>");
    let network = network(&product).await;
    network.register(
        FRIEND,
        Behavior {
            steps: vec![hangs_up("hello there")],
            ..picks(RingResponse::Answer)
        },
    );
    let call = network
        .place(&caller("{ on = 'connected', say = 'hello there' }, { when = 'bye' }"))
        .expect("the call is placed");
    let heard = network.ended(&call).await.expect("a call").heard;
    assert_eq!(heard, ["Bye"]);
    let (heard, from) = {
        let state = network.switch().state();
        let mut calls = state.calls.iter();
        let child = calls
            .find(|one| one.leg.parent_sid.as_ref() == Some(&call))
            .expect("a child");
        (
            child.report.clone().expect("it is over").heard,
            child.leg.from.address(),
        )
    };
    assert_eq!(heard, ["A call from the shop", "hello there"]);
    assert_eq!(from, NUMBER);
    network.stop().await;
}

#[tokio::test]
async fn caller_hangup_ends_the_dialed_leg() {
    let product = Product::start().await;
    product.at("/voice", &*dial(""));
    let network = network(&product).await;
    network.register(FRIEND, picks(RingResponse::Answer));
    let call = network
        .place(&caller("{ on = 'connected', hang_up = true }"))
        .expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    assert_eq!(
        product.values("/leg", "CallStatus").last().map(String::as_str),
        Some("completed")
    );
    assert_eq!(product.values("/dialed", "CallStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn foreign_caller_id_is_error_13214() {
    let product = Product::start().await;
    product.at("/voice", &*dial("callerId=\"+15045550199\""));
    let network = network(&product).await;
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    assert_eq!(
        network.switch().state().call(&call).expect("the call").errors[0].0,
        13214
    );
    network.stop().await;
}
