//! Requests that would continue the conversation of a call that is over.

use crate::harness::{Client, Service, inbound};
use infra::config::Settings;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const OVER: &str = "AccountSid=AC1&CallSid=CA1&CallStatus=completed&Direction=inbound&From=%2B15045550123&To=%2B15045550100&CallDuration=9&SequenceNumber=3";
const WORDS: &str = "CallSid=CA1&SpeechResult=My+email+is+ada%40example.org&Confidence=0.9";

/// A model that collects an e-mail address, after this time.
async fn model(delay: Duration) -> MockServer {
    let server = MockServer::start().await;
    let content = json!({ "say": "Thank you.", "fields": { "email": "ada@example.org" }, "intent": "none" });
    let body = json!({
        "model": "m",
        "choices": [{ "message": { "content": content.to_string() } }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 1 },
    });
    let answer = ResponseTemplate::new(200).set_body_json(body).set_delay(delay);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn service(model: &MockServer) -> (Service, Client) {
    let service = Service::start_with(Settings {
        openai_base_url: Some(model.uri()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    let field = json!({ "name": "email", "description": "The address", "kind": "email", "required": true });
    let settings = json!({ "settings": { "fields_to_collect": [field] } });
    admin.put("/api/agent-settings", &settings).await.is(200);
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    (service, admin)
}

async fn types(admin: &Client) -> Vec<String> {
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events").iter();
    events
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect()
}

fn hangs_up(twiml: &str) -> bool {
    twiml.contains("<Hangup/>")
        && !["<Say", "<Gather", "<Record", "<Dial", "<Redirect"]
            .iter()
            .any(|it| twiml.contains(it))
}

#[tokio::test]
async fn every_request_that_continues_an_ended_call_is_answered_with_a_hangup() {
    let model = model(Duration::ZERO).await;
    let (service, admin) = service(&model).await;
    let answered = service
        .twilio("/twilio/ai-respond?call_id=CA1&turn=2", WORDS)
        .await
        .is(200);
    service.twilio("/twilio/inbound-status", OVER).await.is(200);
    for (path, form) in [
        ("/twilio/ai-respond?call_id=CA1&turn=4", WORDS),
        ("/twilio/ai-respond?call_id=CA1&turn=4", "CallSid=CA1"),
        ("/twilio/ai-respond?call_id=CA1&turn=6&awaited=1", "CallSid=CA1"),
        ("/twilio/voicemail?call_id=CA1&reason=no_answer", "CallSid=CA1"),
        ("/twilio/inbound", &*inbound("CA1")),
    ] {
        let answer = service.twilio(path, form).await.is(200).text;
        assert!(hangs_up(&answer), "{path} {form}: {answer}");
    }
    // A repetition of a turn that was answered before the end gets the same answer.
    let again = service
        .twilio("/twilio/ai-respond?call_id=CA1&turn=2", WORDS)
        .await
        .is(200);
    assert_eq!(again.text, answered.text);
    let types = types(&admin).await;
    let after_end = types.iter().skip_while(|name| *name != "CallEnded");
    let by_ai: Vec<_> = after_end
        .filter(|name| ["AiTurn", "SilencePrompted", "RoutedToVoicemail"].contains(&name.as_str()))
        .collect();
    // The voicemail callback is a fact of the provider.
    assert!(by_ai.iter().all(|name| *name == "RoutedToVoicemail"), "{types:?}");
    // Besides the summary of the ended call, the model was asked once.
    let requests = model.received_requests().await.expect("recorded");
    let of_turns = requests
        .iter()
        .filter(|it| String::from_utf8_lossy(&it.body).contains("on the telephone"));
    assert_eq!(of_turns.count(), 1);
}

#[tokio::test]
async fn call_that_ends_while_the_model_answers_keeps_the_values_and_hears_nothing() {
    let model = model(Duration::from_millis(1_500)).await;
    let (service, admin) = service(&model).await;
    let turn = service.twilio("/twilio/ai-respond?call_id=CA1&turn=2", WORDS);
    let end = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        service.twilio("/twilio/inbound-status", OVER).await.is(200);
    };
    let (answer, ()) = tokio::join!(turn, end);
    assert!(hangs_up(&answer.is(200).text));
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events");
    let is_ai_turn = |event: &&Value| event["type"] == "AiTurn" && event["data"]["turn"] != 1;
    assert!(!events.iter().any(|event| is_ai_turn(&event)), "{events:#?}");
    let field = events
        .iter()
        .find(|event| event["type"] == "FieldCollected")
        .expect("a value");
    assert_eq!(field["data"]["value"], "ada@example.org");
}
