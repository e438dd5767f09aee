//! Mistakes of an operator cost no attempts, stand in `/health`, and what they stopped resumes by itself; what was given
//! up can be tried again.

use crate::harness::{Client, Service, inbound};
use domain::call::{Call, CallCommand};
use infra::config::Settings;
use infra::event_store::{Actor, Metadata};
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{method, path_regex, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The path of a recording's audio.
const AUDIO: &str = "/Recordings/RE1.wav$";

fn wav() -> Vec<u8> {
    [&b"RIFF\x24\0\0\0WAVEfmt "[..], &vec![7; 4_000]].concat()
}

fn audio() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(wav(), "audio/x-wav")
}

fn refusal(status: u16, code: u32) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "code": code, "message": "Refused", "status": status }))
}

async fn service_at(twilio: &MockServer) -> (Service, Client) {
    let service = Service::start_with(Settings {
        twilio_api_base: Some(twilio.uri()),
        ..Settings::default()
    })
    .await;
    let admin = service.admin().await;
    (service, admin)
}

/// A call that left a message with this many channels.
async fn leave_message(service: &Service, channels: &str) {
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let recorded = format!(
        "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=7{channels}\
        &RecordingUrl=https%3A%2F%2Fapi.example%2FRE1"
    );
    service
        .twilio("/twilio/recording-status?call_id=CA1&phase=voicemail", &recorded)
        .await
        .is(200);
}

async fn events_of(admin: &Client, name: &str) -> Vec<Value> {
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events").clone();
    events.into_iter().filter(|event| event["type"] == name).collect()
}

/// Waits for an event of the call, while the clock that delays jobs runs.
async fn wait_for(service: &Service, admin: &Client, name: &str) -> Value {
    for _ in 0..200 {
        if let Some(event) = events_of(admin, name).await.pop() {
            return event;
        }
        service.clock.advance_seconds(20);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {name}: {}", admin.get("/api/call-logs/CA1/history").await.text);
}

/// The recording of the message. That of the AI's phase could not be started here.
fn message_of(call: &Value) -> &Value {
    let recordings = call["recordings"].as_array().expect("recordings");
    let message = recordings.iter().find(|recording| recording["phase"] == "voicemail");
    message.expect("a message")
}

async fn faults(service: &Service) -> (Value, Vec<String>) {
    let health = service.anonymous().get("/health").await.is(200).json();
    let faults = health["faults"].as_array().expect("faults");
    let areas = faults
        .iter()
        .map(|fault| fault["area"].as_str().expect("text").to_owned());
    (health["status"].clone(), areas.collect())
}

#[tokio::test]
async fn refused_credentials_cost_no_attempt_stand_in_health_and_resume_by_themselves() {
    let twilio = MockServer::start().await;
    let refused = Mock::given(path_regex(".*"))
        .respond_with(refusal(401, 20003))
        .mount_as_scoped(&twilio)
        .await;
    let (service, admin) = service_at(&twilio).await;
    leave_message(&service, "&RecordingChannels=1").await;
    // Long enough for every attempt that the policy allows.
    for _ in 0..100 {
        service.clock.advance_seconds(2_000);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let asked = twilio.received_requests().await.expect("recorded");
    let asked = asked
        .iter()
        .filter(|request| request.url.path().ends_with("RE1.wav"))
        .count();
    assert!(asked > 12, "{asked} requests are more than the attempts of the policy");
    let failed = events_of(&admin, "EffectFailed").await;
    let archiving = failed
        .iter()
        .filter(|event| event["data"]["effect"] == "archive_recording")
        .count();
    assert_eq!(archiving, 0, "{failed:?}");
    assert_eq!(events_of(&admin, "RecordingUnavailable").await, Vec::<Value>::new());
    assert_eq!(
        faults(&service).await,
        (json!("degraded"), vec!["twilio_credentials".to_owned()])
    );
    drop(refused);
    Mock::given(method("GET"))
        .and(path_regex(AUDIO))
        .respond_with(audio())
        .mount(&twilio)
        .await;
    wait_for(&service, &admin, "RecordingArchived").await;
    assert!(!faults(&service).await.1.contains(&"twilio_credentials".to_owned()));
}

#[tokio::test]
async fn mono_recording_that_is_reported_without_channels_is_archived() {
    // Twilio refuses two channels of a mono recording; some accept no number at all.
    for (reported, accepted) in [
        ("", Some("1")),
        ("&RecordingChannels=2", Some("1")),
        ("&RecordingChannels=1", None),
    ] {
        let twilio = MockServer::start().await;
        let ask = Mock::given(method("GET")).and(path_regex(AUDIO));
        match accepted {
            Some(channels) => ask.and(query_param("RequestedChannels", channels)),
            None => ask.and(query_param_is_missing("RequestedChannels")),
        }
        .respond_with(audio())
        .with_priority(1)
        .mount(&twilio)
        .await;
        let refused = Mock::given(method("GET"))
            .and(path_regex(AUDIO))
            .respond_with(refusal(400, 16113));
        refused.with_priority(5).mount(&twilio).await;
        let (service, admin) = service_at(&twilio).await;
        leave_message(&service, reported).await;
        wait_for(&service, &admin, "RecordingArchived").await;
        let failed = events_of(&admin, "EffectFailed").await;
        let archiving = failed
            .iter()
            .filter(|event| event["data"]["effect"] == "archive_recording")
            .count();
        assert_eq!(archiving, 0, "{reported}: {failed:?}");
    }
}

#[tokio::test]
async fn recording_that_was_given_up_is_archived_after_another_try() {
    let twilio = MockServer::start().await;
    let missing = Mock::given(path_regex(AUDIO))
        .respond_with(refusal(404, 20404))
        .mount_as_scoped(&twilio)
        .await;
    let (service, admin) = service_at(&twilio).await;
    leave_message(&service, "&RecordingChannels=1").await;
    let retry = "/api/call-logs/CA1/retry";
    service.wait_for_read_models().await;
    admin.post(retry, &json!({})).await.problem(409, "conflict", &[]);
    // The recording of the AI's phase could not be started, and has no identifier.
    let given_up = async || {
        let unavailable = events_of(&admin, "RecordingUnavailable").await;
        unavailable.iter().any(|event| event["data"]["recording_sid"] == "RE1")
    };
    for _ in 0..400 {
        if given_up().await {
            break;
        }
        service.clock.advance_seconds(2_000);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(given_up().await, "after its last attempt");
    drop(missing);
    Mock::given(method("GET"))
        .and(path_regex(AUDIO))
        .respond_with(audio())
        .mount(&twilio)
        .await;
    let auditor = service.invited(&admin, "auditor").await;
    auditor.post(retry, &json!({})).await.problem(403, "forbidden", &[]);
    let answered = admin.post(retry, &json!({})).await.is(200).json();
    // Ready again, or archived already.
    assert_ne!(message_of(&answered)["state"], "unavailable", "{answered}");
    // Other effects that were given up are tried again too, in any order.
    let requested = events_of(&admin, "EffectRetryRequested").await;
    let archiving = |event: &Value| event["data"]["effect"] == "archive_recording";
    assert!(requested.iter().any(archiving), "{requested:?}");
    wait_for(&service, &admin, "RecordingArchived").await;
    service.wait_for_read_models().await;
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(message_of(&call)["state"], "archived", "{call}");
}

#[tokio::test]
async fn summary_that_was_given_up_is_tried_again() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let ended = "CallSid=CA1&CallStatus=completed&CallDuration=42&SequenceNumber=1";
    service.twilio("/twilio/inbound-status", ended).await.is(200);
    let ledger = &service.running.engine().ledger;
    let by = || Metadata::new("default", Actor::Process("test".to_owned()), "test");
    let given_up = CallCommand::FailEffect {
        at: service.clock_now(),
        effect: "summarize".to_owned(),
        item: String::new(),
        reason: "refused".to_owned(),
        attempt: 99,
        retry_at: None,
    };
    ledger.execute::<Call>("CA1", given_up, by()).await.expect("recorded");
    service.wait_for_read_models().await;
    let key = [("idempotency-key", "again")];
    for _ in 0..2 {
        let again = admin
            .send(reqwest::Method::POST, "/api/call-logs/CA1/retry", None, &key)
            .await;
        again.is(200);
    }
    assert_eq!(
        events_of(&admin, "EffectRetryRequested").await.len(),
        1,
        "one request with one key"
    );
    // The job tries again: the caller said nothing, so it gives up once more.
    for _ in 0..200 {
        let failed = events_of(&admin, "EffectFailed").await;
        if failed.iter().any(|event| event["data"]["attempt"] == 101) {
            return;
        }
        service.clock.advance_seconds(20);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not tried again: {:?}", events_of(&admin, "EffectFailed").await);
}
