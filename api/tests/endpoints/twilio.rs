use crate::harness::{Service, inbound};
use infra::config::{Secret, Settings};
use infra::twilio::form::Form;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";
const TOKEN: &str = "I-Twilio-Idempotency-Token";

#[tokio::test]
async fn an_unsigned_or_wrongly_signed_request_is_refused_and_leaves_nothing() {
    let service = Service::start().await;
    let before = service.head().await;
    for door in [
        "inbound",
        "inbound-status",
        "call-status",
        "voice",
        "voicemail",
        "voicemail-done",
        "recording-status",
        "conference-status",
        "transcription-status",
        "amd-status",
    ] {
        let path = format!("/twilio/{door}");
        for signature in ["", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="] {
            let answer = service.post_signed(&path, inbound("CA1"), FORM, signature, &[]).await;
            answer.problem(403, "signature", &[]);
        }
        let form = Form::parse(inbound("CA1").as_bytes()).expect("a form");
        let of_another_address = Service::sign("/twilio/elsewhere", Some(&form));
        service
            .post_signed(&path, inbound("CA1"), FORM, &of_another_address, &[])
            .await
            .problem(403, "signature", &[]);
    }
    assert_eq!(service.head().await, before);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_by_the_name_of_the_field_and_leaves_nothing() {
    let service = Service::start().await;
    let before = service.head().await;
    let path = "/twilio/call-status";
    service
        .post_signed(path, "CallSid=CA1&From=%ff%fe", FORM, "x", &[])
        .await
        .problem(400, "malformed", &["From"]);
    service
        .post_signed(path, "CallSid=CA1&=2", FORM, "x", &[])
        .await
        .problem(400, "malformed", &["(form)"]);
    service
        .post_signed(path, "<x/>", "text/xml", "x", &[])
        .await
        .problem(415, "media-type", &[]);
    let large = format!("CallSid={}", "A".repeat(300_000));
    service
        .post_signed(path, large, FORM, "x", &[])
        .await
        .problem(413, "too-large", &[]);
    assert_eq!(service.head().await, before);
}

#[tokio::test]
async fn a_call_is_greeted_recorded_and_its_end_is_in_its_row() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let answer = service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    assert!(
        answer.headers["content-type"]
            .to_str()
            .expect("text")
            .starts_with("text/xml")
    );
    assert!(
        answer.text.contains(">Hello, and thank you for calling.</Say>"),
        "{}",
        answer.text
    );
    // First that an AI speaks and that the call is recorded, then the greeting, and then it listens.
    let said = [
        "You are speaking with an A.I. assistant. This call is recorded.",
        "<Gather ",
        "Hello, and thank you",
    ];
    let places: Vec<_> = said.iter().map(|words| answer.text.find(words)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("/twilio/ai-respond?call_id=CA1&amp;turn=2"),
        "{}",
        answer.text
    );
    let ended = "CallSid=CA1&CallStatus=completed&CallDuration=42&Direction=inbound&From=%2B15045550123&To=%2B15045550100&SequenceNumber=1";
    service.twilio("/twilio/inbound-status", ended).await.is(200);
    service.settled().await;
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(
        (&call["status"], &call["duration_s"]),
        (&json!("completed"), &json!(42)),
        "{call}"
    );
    assert_eq!(
        (&call["caller_number"], &call["caller_name"]),
        (&json!("+15045550123"), &json!("ADA"))
    );
}

#[tokio::test]
async fn a_repeated_webhook_changes_nothing_and_is_answered_the_same() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let headers = [(TOKEN, "token-1")];
    let first = service
        .twilio_with("/twilio/inbound", &inbound("CA1"), &headers)
        .await
        .is(200);
    let head = service.head().await;
    admin
        .put(
            "/api/agent-settings",
            &json!({ "settings": { "greeting": "Changed", "voice": "Polly.Amy" } }),
        )
        .await
        .is(200);
    admin
        .put("/api/agent-settings", &json!({ "emergency_closed": true }))
        .await
        .is(200);
    let again = service
        .twilio_with("/twilio/inbound", &inbound("CA1"), &headers)
        .await
        .is(200);
    assert_eq!(again.text, first.text, "by its token");
    let without = service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    assert_eq!(without.text, first.text, "by what identifies it");
    assert_eq!(
        service.head().await,
        head + 2,
        "the edit and the emergency, and nothing of the repetitions"
    );
}

#[tokio::test]
async fn out_of_hours_and_in_an_emergency_a_caller_may_leave_a_message() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let hours = json!({ "hours": { "time_zone": "America/Chicago", "days": { "friday": ["10:00-17:00"] } } });
    admin.put("/api/agents/default/hours", &hours).await.is(200);
    let closed = service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    assert!(
        closed.text.contains("reason=closed") && !closed.text.contains("<Say"),
        "{}",
        closed.text
    );
    service.clock.advance_seconds(3600);
    assert!(
        service
            .twilio("/twilio/inbound", &inbound("CA2"))
            .await
            .is(200)
            .text
            .contains("<Say")
    );
    admin
        .put("/api/agents/default/emergency", &json!({ "closed": true }))
        .await
        .is(200);
    assert!(
        service
            .twilio("/twilio/inbound", &inbound("CA3"))
            .await
            .is(200)
            .text
            .contains("reason=emergency")
    );

    let asked = service
        .twilio("/twilio/voicemail?call_id=CA1&reason=closed", &inbound("CA1"))
        .await
        .is(200);
    assert!(
        asked.text.contains("<Record") && asked.text.contains("/twilio/voicemail-done?call_id=CA1"),
        "{}",
        asked.text
    );
    let message = "CallSid=CA1&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2FRE1&RecordingDuration=7";
    let done = service
        .twilio("/twilio/voicemail-done?call_id=CA1&phase=voicemail", message)
        .await
        .is(200);
    assert!(done.text.contains("<Hangup/>"), "{}", done.text);
    service.settled().await;
    let voicemails = admin.get("/api/call-logs?filter=voicemail").await.is(200).json();
    assert_eq!(voicemails["calls"].as_array().map(Vec::len), Some(2), "{voicemails}");
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(
        (&call["voicemail_reason"], &call["recorded"]),
        (&json!("closed"), &json!(true)),
        "{call}"
    );
}

#[tokio::test]
async fn a_number_is_answered_by_the_agent_that_it_was_given_to() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = admin
        .post("/api/agents", &json!({ "name": "Sales", "greeting": "Sales, hello!" }))
        .await
        .is(201)
        .json();
    let number = json!({ "number": "+15045550100", "agent": agent["agent_id"] });
    admin.put("/api/phone-numbers", &number).await.is(200);
    let answer = service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    assert!(answer.text.contains("Sales, hello!"), "{}", answer.text);
}

#[tokio::test]
async fn the_browser_dials_out_by_a_dial_that_shows_our_number() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let form = "CallSid=CA1&Direction=inbound&From=client%3Auser_1&To=%2B15045550123";
    let answer = service.twilio("/twilio/voice", form).await.is(200);
    assert!(
        answer.text.contains(r#"<Dial callerId="+15045550199""#),
        "{}",
        answer.text
    );
    assert!(answer.text.contains(">+15045550123</Number>"), "{}", answer.text);
    let leg = "CallSid=CA2&ParentCallSid=CA1&Direction=outbound-dial&From=%2B15045550199&To=%2B15045550123&CallStatus=busy&SequenceNumber=2";
    service.twilio("/twilio/call-status?call_id=CA1", leg).await.is(200);
    service.settled().await;
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(
        (&call["direction"], &call["outcome"]),
        (&json!("outbound"), &json!("busy")),
        "{call}"
    );
}

#[tokio::test]
async fn whatever_comes_first_begins_the_call() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let ready =
        "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2FRE1";
    service
        .twilio("/twilio/recording-status?call_id=CA1&phase=ai", ready)
        .await
        .is(200);
    service
        .twilio("/twilio/amd-status", "CallSid=CA2&AnsweredBy=machine_start")
        .await
        .is(200);
    let joined = "ConferenceSid=CF1&StatusCallbackEvent=participant-join&CallSid=CA9&SequenceNumber=1";
    service
        .twilio("/twilio/conference-status?call_id=CA3", joined)
        .await
        .is(200);
    let words = "CallSid=CA4&TranscriptionSid=TR1&TranscriptionStatus=completed&TranscriptionText=Call+me";
    service
        .twilio("/twilio/transcription-status?call_id=CA4", words)
        .await
        .is(200);
    service.settled().await;
    for call in ["CA1", "CA2", "CA3", "CA4"] {
        admin.get(&format!("/api/call-logs/{call}")).await.is(200);
    }
    let transcript = admin.get("/api/call-logs/CA4/transcript").await.is(200).json();
    assert_eq!(transcript[0]["segments"][0]["text"], "Call me", "{transcript}");
}

#[tokio::test]
async fn what_cannot_be_understood_is_kept_whole_once_and_answered_well() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let strange = "CallStatus=dancing&CallSid=CA1&Unheard=of&From=%2B15045550123";
    for _ in 0..2 {
        service.twilio("/twilio/call-status?call_id=CA1", strange).await.is(200);
    }
    service.settled().await;
    let kept = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kept}");
    assert_eq!(kept[0]["reason"], "CallStatus is not a status that we know");
    assert_eq!(kept[0]["params"]["Unheard"], json!(["of"]));
    assert_eq!(kept[0]["params"]["?call_id"], json!(["CA1"]));
    let id = kept[0]["id"].as_str().expect("an id");
    admin
        .post(&format!("/api/quarantined-webhooks/{id}/reingest"), &json!({}))
        .await
        .problem(409, "conflict", &[]);
    admin
        .post("/api/quarantined-webhooks/quarantine_none/reingest", &json!({}))
        .await
        .problem(404, "not-found", &[]);
}

#[tokio::test]
async fn a_json_body_is_believed_by_its_hash_and_kept() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let body = r#"{"CallSid":"CA1"}"#;
    let path = "/twilio/call-status?bodySHA256=28ab6ca1f5bdd8e2cc1a1ae2ac3a36a5d1d8c8ea1cb4d1dfb4f1e8ea9dc0a1d5";
    let signature = Service::sign(path, None);
    service
        .post_signed(path, body, "application/json", &signature, &[])
        .await
        .problem(403, "signature", &[]);
    let path = format!("/twilio/call-status?bodySHA256={}", sha256(body));
    let signature = Service::sign(&path, None);
    service
        .post_signed(&path, body, "application/json", &signature, &[])
        .await
        .is(200);
    service.settled().await;
    let kept = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(kept[0]["params"]["(body)"], json!([body]), "{kept}");
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes it");
        hex
    })
}

#[tokio::test]
async fn every_raw_parameter_is_kept_with_the_event() {
    let service = Service::start().await;
    let odd = format!("{}&NewParameter=7", inbound("CA1"));
    service.twilio("/twilio/inbound", &odd).await.is(200);
    let admin = service.admin().await;
    let kept = admin.get("/api/call-logs/CA1/history?params=true").await.is(200).json();
    assert_eq!(kept["events"][0]["params"]["NewParameter"], json!(["7"]));
    assert_eq!(kept["events"][0]["endpoint"], "/twilio/inbound");
    assert_eq!(kept["events"][1].get("params"), None, "once a command");
    let unasked = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    assert_eq!(unasked["events"][0].get("params"), None);
}

#[tokio::test]
async fn a_browser_gets_a_token_where_an_api_key_is_set() {
    let without = Service::start().await;
    let admin = without.admin().await;
    admin
        .post("/twilio/token", &json!({}))
        .await
        .problem(409, "conflict", &[]);
    without
        .nobody()
        .post("/twilio/token", &json!({}))
        .await
        .problem(401, "unauthenticated", &[]);
    let with = Service::start_with(Settings {
        twilio_api_key: Some("SK1".into()),
        twilio_api_secret: Some(Secret::new("hunter2")),
        twilio_twiml_app_sid: Some("AP1".into()),
        ..Settings::default()
    })
    .await;
    let token = with
        .admin()
        .await
        .post("/twilio/token", &json!({}))
        .await
        .is(200)
        .json();
    // What is in it is judged by Twilio's own package in infra's tests; here it is somebody's own.
    assert_eq!(token["token"].as_str().expect("a JWT").split('.').count(), 3);
    assert!(
        token["identity"].as_str().expect("an identity").starts_with("user_"),
        "{token}"
    );
    assert_eq!(token["expires_at"], "2026-03-27T15:00:00.000000Z");
}
