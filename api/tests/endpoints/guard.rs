//! An obscene word of the model: it is asked once more with the reason, and the answer is not lost.

use crate::harness::{Service, inbound};
use infra::config::Settings;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A language model that says this, one after the other; the last again and again.
async fn model_that_says(words: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    for (index, say) in words.iter().enumerate() {
        let content = json!({ "say": say, "fields": {}, "intent": "none" }).to_string();
        let body = json!({ "model": "m", "choices": [{ "message": { "content": content } }] });
        let mock = Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body));
        let mock = if index + 1 < words.len() {
            mock.up_to_n_times(1)
        } else {
            mock
        };
        mock.mount(&server).await;
    }
    server
}

/// What the caller hears, the events of the call, and the requests to the model.
async fn turn(words: &[&str]) -> (String, Vec<Value>, Vec<String>) {
    let model = model_that_says(words).await;
    let service = Service::start_with(Settings {
        openai_base_url: Some(model.uri()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let spoken = "CallSid=CA1&SpeechResult=Where+is+my+order%3F&Confidence=0.9";
    let answer = service
        .twilio("/twilio/ai-respond?call_id=CA1&turn=2", spoken)
        .await
        .is(200);
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events").clone();
    let requests = model.received_requests().await.expect("recorded");
    let bodies = requests
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned());
    (answer.text, events, bodies.collect())
}

fn tripped(events: &[Value]) -> usize {
    events
        .iter()
        .filter(|event| event["type"] == "GuardrailTripped")
        .count()
}

#[tokio::test]
async fn model_is_asked_once_more_with_the_reason() {
    let (twiml, events, requests) = turn(&["Your fucking order is ready.", "Your order is ready."]).await;
    assert!(twiml.contains("Your order is ready."), "{twiml}");
    assert_eq!((tripped(&events), requests.len()), (1, 2));
    assert!(
        !requests[0].contains("obscene") && requests[1].contains("obscene"),
        "{requests:?}"
    );
}

#[tokio::test]
async fn rest_of_an_answer_that_is_still_obscene_is_spoken() {
    let (twiml, events, requests) = turn(&["Your fucking order is ready at 5 Main St."]).await;
    assert!(twiml.contains("Your order is ready at 5 Main St."), "{twiml}");
    assert_eq!((tripped(&events), requests.len()), (1, 2));
}

#[tokio::test]
async fn ordinary_answer_is_asked_for_once() {
    let (twiml, events, requests) = turn(&["That comes to $26,860.57. Call +1 500 555 1708."]).await;
    assert!(
        twiml.contains("That comes to $26,860.57. Call +1 500 555 1708."),
        "{twiml}"
    );
    assert_eq!((tripped(&events), requests.len()), (0, 1));
}
