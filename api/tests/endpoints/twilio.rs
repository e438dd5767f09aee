use crate::harness::{Service, inbound};
use infra::config::Settings;
use infra::secret::Secret;
use infra::twilio::form::Form;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";
const TOKEN: &str = "I-Twilio-Idempotency-Token";

#[tokio::test]
async fn unsigned_or_wrongly_signed_request_is_403_and_records_nothing() {
    let service = Service::start().await;
    let before = service.head().await;
    for endpoint in [
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
        let path = format!("/twilio/{endpoint}");
        for signature in ["", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="] {
            let answer = service.post_signed(&path, inbound("CA1"), FORM, signature, &[]).await;
            answer.problem(403, "signature", &[]);
        }
        let form = Form::parse(inbound("CA1").as_bytes());
        let for_another_url = Service::sign("/twilio/elsewhere", Some(&form));
        service
            .post_signed(&path, inbound("CA1"), FORM, &for_another_url, &[])
            .await
            .problem(403, "signature", &[]);
    }
    assert_eq!(service.head().await, before);
}

#[tokio::test]
async fn unsigned_form_is_refused_whatever_it_contains_and_records_nothing() {
    let service = Service::start().await;
    let before = service.head().await;
    let path = "/twilio/call-status";
    for form in ["CallSid=CA1&From=%ff%fe", "CallSid=CA1&=2", "%00=%zz&&&="] {
        service
            .post_signed(path, form, FORM, "x", &[])
            .await
            .problem(403, "signature", &[]);
    }
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
async fn inbound_call_is_greeted_and_its_end_is_in_the_call_log() {
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
    // The disclosure and the recording notice come first, then `<Gather>` with the greeting.
    let parts = [
        "You are speaking with an A.I. assistant. This call is recorded.",
        "<Gather ",
        "Hello, and thank you",
    ];
    let offsets: Vec<_> = parts.iter().map(|words| answer.text.find(words)).collect();
    assert!(
        offsets.iter().all(Option::is_some) && offsets.is_sorted(),
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
    service.wait_for_read_models().await;
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
async fn repeated_webhook_changes_nothing_and_gets_the_same_response() {
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
    assert_eq!(again.text, first.text, "same idempotency token");
    let without = service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    assert_eq!(without.text, first.text, "same callback without a token");
    assert_eq!(
        service.head().await,
        head + 3,
        "the edit, the emergency closure, and that the callback came again without its token"
    );
}

#[tokio::test]
async fn caller_is_routed_to_voicemail_outside_hours_and_in_an_emergency() {
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

    let voicemail = service
        .twilio("/twilio/voicemail?call_id=CA1&reason=closed", &inbound("CA1"))
        .await
        .is(200);
    assert!(
        voicemail.text.contains("<Record") && voicemail.text.contains("/twilio/voicemail-done?call_id=CA1"),
        "{}",
        voicemail.text
    );
    let message = "CallSid=CA1&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2FRE1&RecordingDuration=7";
    let done = service
        .twilio("/twilio/voicemail-done?call_id=CA1&phase=voicemail", message)
        .await
        .is(200);
    assert!(done.text.contains("<Hangup/>"), "{}", done.text);
    service.wait_for_read_models().await;
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
async fn number_is_answered_by_its_assigned_agent() {
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
async fn browser_call_is_dialed_with_our_number_as_caller_id() {
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
    service.wait_for_read_models().await;
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(
        (&call["direction"], &call["outcome"]),
        (&json!("outbound"), &json!("busy")),
        "{call}"
    );
}

#[tokio::test]
async fn any_first_callback_starts_the_call() {
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
    service.wait_for_read_models().await;
    for call in ["CA1", "CA2", "CA3", "CA4"] {
        admin.get(&format!("/api/call-logs/{call}")).await.is(200);
    }
    let transcript = admin.get("/api/call-logs/CA4/transcript").await.is(200).json();
    assert_eq!(transcript[0]["segments"][0]["text"], "Call me", "{transcript}");
}

#[tokio::test]
async fn unparsable_callback_is_quarantined_once_and_answered_200() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let unparsable = "CallStatus=completed&Unheard=of&From=%2B15045550123";
    for _ in 0..2 {
        service.twilio("/twilio/call-status?leg=2", unparsable).await.is(200);
    }
    service.wait_for_read_models().await;
    let quarantined = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(quarantined.as_array().map(Vec::len), Some(1), "{quarantined}");
    assert_eq!(
        quarantined[0]["reason"],
        "neither `call_id` nor ParentCallSid nor CallSid identifies the call"
    );
    assert_eq!(quarantined[0]["params"]["Unheard"], json!(["of"]));
    assert_eq!(quarantined[0]["params"]["?leg"], json!(["2"]));
    let id = quarantined[0]["id"].as_str().expect("an id");
    admin
        .post(&format!("/api/quarantined-webhooks/{id}/reingest"), &json!({}))
        .await
        .problem(409, "conflict", &[]);
    admin
        .post("/api/quarantined-webhooks/quarantine_none/reingest", &json!({}))
        .await
        .problem(404, "not-found", &[]);
}

/// There is no one left to answer, so only the call is recorded; what came of it is asked of the provider.
#[tokio::test]
async fn quarantined_first_callback_of_a_call_can_be_reingested() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let first = "AccountSid=AC1&CallSid=CA7&CallStatus=ringing&Direction=inbound&From=client%3Auser_1&To=nowhere";
    service.twilio("/twilio/voice", first).await.is(200);
    service.wait_for_read_models().await;
    admin.get("/api/call-logs/CA7").await.is(404);
    let quarantined = admin.get("/api/quarantined-webhooks").await.is(200).json();
    let id = quarantined[0]["id"].as_str().expect("an id");
    let path = format!("/api/quarantined-webhooks/{id}/reingest");
    for _ in 0..2 {
        let reingested = admin.post(&path, &json!({})).await.is(200).json();
        assert_eq!(reingested["call_id"], "CA7");
    }
    service.wait_for_read_models().await;
    let call = admin.get("/api/call-logs/CA7").await.is(200).json();
    assert_eq!(
        (&call["direction"], &call["status"]),
        (&json!("outbound"), &json!("started")),
        "{call}"
    );
    assert_eq!(admin.get("/api/quarantined-webhooks").await.is(200).json(), json!([]));
}

#[tokio::test]
async fn json_body_is_verified_by_its_hash_and_quarantined() {
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
    service.wait_for_read_models().await;
    let quarantined = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(quarantined[0]["params"]["(body)"], json!([body]), "{quarantined}");
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

#[tokio::test]
async fn raw_parameters_are_stored_with_the_first_event() {
    let service = Service::start().await;
    let odd = format!("{}&NewParameter=7", inbound("CA1"));
    service.twilio("/twilio/inbound", &odd).await.is(200);
    let admin = service.admin().await;
    let history = admin.get("/api/call-logs/CA1/history?params=true").await.is(200).json();
    assert_eq!(history["events"][0]["params"]["NewParameter"], json!(["7"]));
    assert_eq!(history["events"][0]["endpoint"], "/twilio/inbound");
    assert_eq!(history["events"][1].get("params"), None, "stored once per command");
    let without_params = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    assert_eq!(without_params["events"][0].get("params"), None);
}

#[tokio::test]
async fn browser_token_needs_an_api_key() {
    let without = Service::start().await;
    let admin = without.admin().await;
    admin
        .post("/twilio/token", &json!({}))
        .await
        .problem(409, "conflict", &[]);
    without
        .anonymous()
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
    // The token's content is checked in infra's tests with Twilio's own package; this checks its shape and owner.
    assert_eq!(token["token"].as_str().expect("a JWT").split('.').count(), 3);
    assert!(
        token["identity"].as_str().expect("an identity").starts_with("user_"),
        "{token}"
    );
    assert_eq!(token["expires_at"], "2026-03-27T15:00:00.000000Z");
}
