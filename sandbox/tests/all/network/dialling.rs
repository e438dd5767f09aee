//! `Dial`: ringing others, and being put through.

use super::{NUMBER, Product, caller, get, network};
use sandbox::network::person::{Behaviour, Picks, Step};

const FRIEND: &str = "+15045550111";

fn picks(picks: Picks) -> Behaviour {
    Behaviour {
        picks,
        after_s: 1.0,
        ..Behaviour::default()
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
        "<Dial action=\"/dialled\" timeout=\"10\" {more}><Number statusCallback=\"/leg\" \
         statusCallbackEvent=\"initiated ringing answered completed\">{FRIEND}</Number></Dial>"
    )
}

#[tokio::test]
async fn who_does_not_pick_up_is_told_to_the_action() {
    let cases = [
        (Picks::Busy, "busy", &["initiated", "busy"][..]),
        (Picks::Nothing, "no-answer", &["initiated", "ringing", "no-answer"]),
        (Picks::Failed, "failed", &["initiated", "failed"]),
    ];
    for (behaviour, status, progress) in cases {
        let product = Product::start().await;
        product
            .at("/voice", &*dial(""))
            .at("/dialled", "<Say>Nobody is there</Say><Hangup/>");
        let network = network(&product).await;
        network.register(FRIEND, picks(behaviour));
        let call = network.place(&caller("{ when = 'nobody' }")).expect("it rings");
        let verdict = network.ended(&call).await.expect("a call");
        network.quiet().await;
        assert_eq!(verdict.disappointments, [""; 0], "{status}");
        let [dialled] = &product.got("/dialled")[..] else {
            panic!("asked once")
        };
        assert_eq!(
            (dialled.is("DialCallStatus"), dialled.is("DialBridged")),
            (status, "false")
        );
        assert_eq!(product.told("/leg", "CallStatus"), progress);
        let leg = &product.got("/leg")[0];
        assert_eq!(
            (leg.is("ParentCallSid"), leg.is("Direction")),
            (call.as_str(), "outbound-dial")
        );
        assert_eq!(leg.is("CallSid"), dialled.is("DialCallSid"));
        network.stop().await;
    }
}

#[tokio::test]
async fn two_people_who_are_put_through_hear_each_other() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            &*dial("answerOnBridge=\"true\" record=\"record-from-answer-dual\" recordingStatusCallback=\"/recording\""),
        )
        .at("/dialled", "<Hangup/>");
    let network = network(&product).await;
    network.register(
        FRIEND,
        Behaviour {
            steps: vec![says("Workshop, good morning"), hangs_up("thank you")],
            ..picks(Picks::Up)
        },
    );
    let call = network
        .place(&caller("{ say = 'thank you for answering' }"))
        .expect("it rings");
    let verdict = network.ended(&call).await.expect("a call");
    network.quiet().await;
    assert_eq!(verdict.heard, ["Workshop, good morning"]);
    assert_eq!(verdict.disappointments, [""; 0]);
    assert_eq!(
        product.told("/leg", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(product.told("/leg", "SequenceNumber"), ["0", "1", "2", "3"]);
    let [dialled] = &product.got("/dialled")[..] else {
        panic!("asked once")
    };
    assert_eq!(
        (dialled.is("DialCallStatus"), dialled.is("DialBridged")),
        ("completed", "true")
    );
    let [recording] = &product.got("/recording")[..] else {
        panic!("told once")
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
async fn the_one_who_is_called_hears_a_whisper_first() {
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
        Behaviour {
            steps: vec![hangs_up("hello there")],
            ..picks(Picks::Up)
        },
    );
    let call = network
        .place(&caller("{ on = 'connected', say = 'hello there' }, { when = 'bye' }"))
        .expect("it rings");
    let heard = network.ended(&call).await.expect("a call").heard;
    assert_eq!(heard, ["Bye"]);
    let (heard, from) = {
        let state = network.exchange().state();
        let mut calls = state.calls.iter();
        let child = calls
            .find(|one| one.leg.parent_sid.as_ref() == Some(&call))
            .expect("a child");
        (
            child.verdict.clone().expect("it is over").heard,
            child.leg.from.address(),
        )
    };
    assert_eq!(heard, ["A call from the shop", "hello there"]);
    assert_eq!(from, NUMBER);
    network.stop().await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_takes_the_other_with_them() {
    let product = Product::start().await;
    product.at("/voice", &*dial(""));
    let network = network(&product).await;
    network.register(FRIEND, picks(Picks::Up));
    let call = network
        .place(&caller("{ on = 'connected', hang_up = true }"))
        .expect("it rings");
    network.ended(&call).await;
    network.quiet().await;
    assert_eq!(
        product.told("/leg", "CallStatus").last().map(String::as_str),
        Some("completed")
    );
    assert_eq!(product.told("/dialled", "CallStatus"), ["completed"]);
    network.stop().await;
}

#[tokio::test]
async fn a_stranger_cannot_be_the_caller() {
    let product = Product::start().await;
    product.at("/voice", &*dial("callerId=\"+15045550199\""));
    let network = network(&product).await;
    let call = network.place(&caller("")).expect("it rings");
    network.ended(&call).await;
    assert_eq!(
        network.exchange().state().call(&call).expect("the call").errors[0].0,
        13214
    );
    network.stop().await;
}
