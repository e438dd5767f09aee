//! A model that takes long: the caller hears that the answer takes a moment, and the model is asked once.

use crate::harness::{Service, inbound};
use infra::config::Settings;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn slow_answer_is_announced_and_given_after_the_redirect() {
    let model = MockServer::start().await;
    let content = json!({ "say": "We open at nine.", "fields": {}, "intent": "none" }).to_string();
    let body = json!({ "model": "m", "choices": [{ "message": { "content": content } }] });
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(any())
        .respond_with(answer.set_delay(Duration::from_millis(4_500)))
        .mount(&model)
        .await;
    let service = Service::start_with(Settings {
        openai_base_url: Some(model.uri()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let started = Instant::now();
    let words = "CallSid=CA1&SpeechResult=When+do+you+open&Confidence=0.9";
    let first = service
        .twilio("/twilio/ai-respond?call_id=CA1&turn=2", words)
        .await
        .is(200)
        .text;
    assert!(
        started.elapsed() < Duration::from_millis(4_400),
        "{:?}",
        started.elapsed()
    );
    assert!(first.contains("One moment, please."), "{first}");
    assert!(
        first.contains("turn=2&amp;waits=1</Redirect>") && !first.contains("<Gather"),
        "{first}"
    );
    // Twilio follows the redirect, without words.
    let again = "/twilio/ai-respond?call_id=CA1&turn=2&waits=1";
    let second = service.twilio(again, "CallSid=CA1").await.is(200).text;
    assert!(
        second.contains("We open at nine.") && second.contains("<Gather"),
        "{second}"
    );
    let repeated = service.twilio(again, "CallSid=CA1").await.is(200).text;
    assert_eq!(repeated, second);
    assert_eq!(model.received_requests().await.expect("recorded").len(), 1);
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events").iter();
    let said: Vec<_> = events
        .filter(|event| event["type"] == "AiTurn")
        .map(|event| (event["data"]["turn"].clone(), event["data"]["text"].clone()))
        .skip(1)
        .collect();
    let turn = |turn: u32, text: &str| (Value::from(turn), Value::from(text));
    assert_eq!(said, [turn(3, "One moment, please."), turn(4, "We open at nine.")]);
    // What the caller says next is the turn after.
    assert!(second.contains("turn=5"), "{second}");
}
