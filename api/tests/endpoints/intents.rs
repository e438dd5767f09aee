//! A model that misreads the caller: nothing that cannot be undone follows without the caller's yes.

use crate::harness::{Client, Service, inbound};
use infra::config::Settings;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A service whose language model takes every caller to want this.
async fn service_that_reads(intent: &str) -> (Service, Client, MockServer) {
    let server = MockServer::start().await;
    let content = json!({ "say": "I am sorry. Is that so?", "fields": {}, "intent": intent }).to_string();
    let body = json!({ "model": "m", "choices": [{ "message": { "content": content } }] });
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let service = Service::start_with(Settings {
        openai_base_url: Some(server.uri()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    (service, admin, server)
}

/// What the caller hears after these words.
async fn say(service: &Service, turn: u32, words: &str) -> String {
    let spoken = format!("CallSid=CA1&SpeechResult={}&Confidence=0.9", words.replace(' ', "+"));
    let path = format!("/twilio/ai-respond?call_id=CA1&turn={turn}");
    service.twilio(&path, &spoken).await.is(200).text
}

async fn events(admin: &Client) -> Vec<Value> {
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    history["events"].as_array().expect("events").clone()
}

fn has(events: &[Value], event_type: &str) -> bool {
    events.iter().any(|event| event["type"] == event_type)
}

#[tokio::test]
async fn misread_goodbye_and_opt_out_have_no_effect_without_a_yes() {
    for (intent, question) in [
        ("goodbye", "I am sorry. Shall I end the call now?"),
        (
            "opt_out",
            "I am sorry. Shall I note that we do not call you again, and end the call now?",
        ),
    ] {
        let (service, admin, _model) = service_that_reads(intent).await;
        service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
        let asked = say(&service, 2, "My bank will not stop calling me, can you help").await;
        assert!(
            asked.contains(question) && asked.contains("<Gather") && !asked.contains("<Hangup"),
            "{asked}"
        );
        let declined = say(&service, 4, "No, thanks").await;
        assert!(
            declined.contains("All right.") && declined.contains("<Gather"),
            "{declined}"
        );
        // A later yes answers another question.
        let later = say(&service, 6, "Yes").await;
        assert!(later.contains("<Gather") && !later.contains("<Hangup"), "{later}");
        let before = events(&admin).await;
        assert!(
            !has(&before, "CallEnded") && !has(&before, "DoNotCallRequested"),
            "{before:#?}"
        );
        // That later yes was misread too, and the model asked again.
        let ended = say(&service, 8, "Yes, please").await;
        assert!(ended.contains("<Hangup"), "{ended}");
        let after = events(&admin).await;
        assert!(has(&after, "CallEnded"), "{after:#?}");
        assert_eq!(has(&after, "DoNotCallRequested"), intent == "opt_out", "{after:#?}");
    }
}

#[tokio::test]
async fn misread_request_for_a_person_does_not_send_the_caller_to_the_voicemail() {
    let (service, admin, _model) = service_that_reads("person").await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let asked = say(&service, 2, "Your sales representative said it ships today").await;
    assert!(
        asked.contains("Would you like to leave a message?") && asked.contains("<Gather"),
        "{asked}"
    );
    let before = events(&admin).await;
    assert!(!has(&before, "RoutedToVoicemail"), "{before:#?}");
    let confirmed = say(&service, 4, "Yes, please").await;
    assert!(confirmed.contains("/twilio/voicemail"), "{confirmed}");
    assert!(has(&events(&admin).await, "RoutedToVoicemail"));
}

#[tokio::test]
async fn wish_not_to_be_called_is_confirmed_once_and_recorded() {
    let (service, admin, model) = service_that_reads("none").await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let asked = say(&service, 2, "Please stop calling").await;
    assert!(asked.contains("Shall I note that we do not call you again"), "{asked}");
    assert!(model.received_requests().await.expect("recorded").is_empty());
    let ended = say(&service, 4, "Yes").await;
    assert!(ended.contains("<Hangup"), "{ended}");
    let events = events(&admin).await;
    assert!(has(&events, "DoNotCallRequested"), "{events:#?}");
    let question = events
        .iter()
        .find(|event| event["data"]["asks_to_confirm"] == "opt_out");
    assert!(question.is_some(), "{events:#?}");
}

#[tokio::test]
async fn caller_in_danger_stays_with_the_assistant() {
    for words in ["I want to kill myself", "My wife fell and does not move"] {
        let (service, admin, _model) = service_that_reads("emergency").await;
        service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
        let answer = say(&service, 2, words).await;
        assert!(
            answer.contains("hang up and call") && answer.contains("<Gather"),
            "{answer}"
        );
        assert!(!answer.contains("voicemail"), "{answer}");
        let events = events(&admin).await;
        assert!(
            events.iter().any(|event| event["data"]["rule"] == "emergency"),
            "{events:#?}"
        );
        // The second time the model's words.
        let later = say(&service, 4, words).await;
        assert!(later.contains("<Gather") && !later.contains("voicemail"), "{later}");
    }
}
