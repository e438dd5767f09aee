//! Twilio's doors.

use super::{open, problem};
use harness::app::App;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use harness::service::{Answer, Client};
use infra::event_store::{Append, Appended, NewEvent, StreamId};
use infra::twilio::callbacks::Endpoint;
use projections::projectors;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

on_both_engines!(
    every_door_refuses_what_nobody_signed,
    every_door_refuses_a_body_that_cannot_be_read_by_the_name_of_its_field,
    every_door_keeps_what_it_cannot_understand_whole_and_answers_well,
    values_beyond_all_measure_are_kept_or_shown_and_stop_nothing,
    news_of_a_call_that_cannot_be_read_is_kept_whole,
);

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(client: &Client, endpoint: Endpoint, kind: &str, signature: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = client
        .request(Method::POST, &format!("/twilio/{endpoint}"))
        .header(CONTENT_TYPE, kind)
        .body(body);
    if let Some(signature) = signature {
        request = request.header(sandbox::twilio::signature::HEADER, signature);
    }
    client.send(request).await.expect("an answer")
}

async fn every_door_refuses_what_nobody_signed(query: TestStores) {
    let app = open(query).await;
    let (client, before) = (app.client(), app.head().await);
    for endpoint in Endpoint::ALL {
        let body = || b"CallSid=CA1&CallStatus=ringing&From=%2B15005550001&To=%2B15045550100".to_vec();
        for signature in [None, Some(""), Some("bm90IGEgc2lnbmF0dXJl"), Some("not even base64!")] {
            problem(
                &post(&client, endpoint, FORM, signature, body()).await,
                403,
                "signature",
            );
        }
    }
    assert_eq!(app.head().await, before);
}

async fn every_door_refuses_a_body_that_cannot_be_read_by_the_name_of_its_field(query: TestStores) {
    let app = open(query).await;
    let (client, before) = (app.client(), app.head().await);
    for endpoint in Endpoint::ALL {
        let bad = |kind: &'static str, body: &[u8]| post(&client, endpoint, kind, Some("x"), body.to_vec());
        let answer = bad(FORM, b"CallSid=CA1&From=%ff%fe").await;
        assert_eq!(problem(&answer, 400, "malformed"), ["From"]);
        let answer = bad(FORM, b"CallSid=%zz\xff").await;
        assert_eq!(problem(&answer, 400, "malformed"), ["CallSid"]);
        problem(&bad("text/xml", b"<x/>").await, 415, "media-type");
        let large = format!("CallSid=CA1&From={}", "5".repeat(300_000));
        problem(&bad(FORM, large.as_bytes()).await, 413, "too-large");
    }
    assert_eq!(app.head().await, before);
}

async fn every_door_keeps_what_it_cannot_understand_whole_and_answers_well(query: TestStores) {
    let app = open(query).await;
    let admin = app.client().signed_in().await;
    for endpoint in Endpoint::ALL {
        // A number, and nothing that says which call it is.
        let strange = [("From", "+15045550123"), ("Unheard", "of"), ("Unheard", "of twice")];
        let path = format!("/twilio/{endpoint}?phase=ai");
        for _ in 0..2 {
            admin.webhook(&path, &strange).await.unwrap().expect(200);
        }
    }
    app.wait_for_read_models().await;
    let kept = admin.read("/api/quarantined-webhooks?limit=100").await.expect(200).json();
    let kept = kept.as_array().unwrap();
    assert_eq!(kept.len(), Endpoint::ALL.len(), "each once");
    for endpoint in Endpoint::ALL {
        let found = kept.iter().find(|kept| kept["endpoint"] == endpoint.as_str()).unwrap();
        let params = json!({ "From": ["+15045550123"], "Unheard": ["of", "of twice"], "?phase": ["ai"] });
        assert_eq!(found["params"], params, "whole");
        let reason = found["reason"].as_str().unwrap();
        assert!(
            !reason.is_empty() && !reason.contains("5550123"),
            "no value is told: {reason}"
        );
    }
    let listed = admin.read("/api/call-logs").await.expect(200).json();
    assert_eq!(listed["counts"]["all"], 0, "no call comes of it");
}

/// Every parameter that some door reads.
const FIELDS: [&str; 29] = [
    "CallSid",
    "CallStatus",
    "From",
    "To",
    "CallerName",
    "StirVerstat",
    "Direction",
    "Timestamp",
    "SequenceNumber",
    "CallDuration",
    "AnsweredBy",
    "ErrorCode",
    "SipResponseCode",
    "ParentCallSid",
    "RecordingSid",
    "RecordingUrl",
    "RecordingDuration",
    "RecordingChannels",
    "RecordingStatus",
    "TranscriptionText",
    "TranscriptionStatus",
    "ConferenceSid",
    "StatusCallbackEvent",
    "ParticipantLabel",
    "FriendlyName",
    "DialCallStatus",
    "SpeechResult",
    "Confidence",
    "Digits",
];
/// Those in which words are free.
const FREE_TEXT_FIELDS: [&str; 10] = [
    "From",
    "To",
    "CallerName",
    "StirVerstat",
    "TranscriptionText",
    "RecordingUrl",
    "ParticipantLabel",
    // Of a confidence that cannot be read nothing is believed, and the words are not lost for it.
    "SpeechResult",
    "Confidence",
    "Digits",
];

/// What a door understands, about a call of its own.
fn valid_params(endpoint: Endpoint, n: usize) -> Vec<(&'static str, String)> {
    let call = format!("CA{endpoint}{n}");
    let about: &[(&str, &str)] = match endpoint {
        Endpoint::InboundStatus | Endpoint::CallStatus => &[("CallStatus", "completed")],
        Endpoint::VoicemailDone => &[("RecordingSid", "RE1"), ("RecordingUrl", "https://api.example/RE1")],
        Endpoint::RecordingStatus => &[
            ("RecordingSid", "RE1"),
            ("RecordingUrl", "https://api.example/RE1"),
            ("RecordingStatus", "completed"),
            ("RecordingSource", "RecordVerb"),
        ],
        Endpoint::ConferenceStatus => &[("ConferenceSid", "CF1"), ("StatusCallbackEvent", "participant-join")],
        Endpoint::TranscriptionStatus => &[
            ("TranscriptionSid", "TR1"),
            ("TranscriptionStatus", "completed"),
            ("TranscriptionText", "Call me"),
        ],
        Endpoint::AmdStatus => &[("AnsweredBy", "human")],
        Endpoint::AiRespond => &[("SpeechResult", "Hello"), ("Confidence", "0.9")],
        Endpoint::Inbound | Endpoint::Voice | Endpoint::Voicemail => &[],
    };
    let of_all = [
        ("From", "+15045550123"),
        ("To", "+15045550100"),
        ("Direction", "inbound"),
        ("Timestamp", "Fri, 27 Mar 2026 14:00:00 +0000"),
    ];
    let texts = about
        .iter()
        .chain(&of_all)
        .map(|(name, value)| (*name, (*value).to_owned()));
    [("CallSid", call.clone()), ("FriendlyName", call)]
        .into_iter()
        .chain(texts)
        .collect()
}

/// Whatever a signed request says, it is acknowledged, and no read model stumbles over it.
async fn values_beyond_all_measure_are_kept_or_shown_and_stop_nothing(query: TestStores) {
    let app = open(query).await;
    let admin = app.client().signed_in().await;
    let long = "x".repeat(20_000);
    let values = [
        "",
        "\0",
        "a\0b",
        "\u{202e}\u{feff}",
        "'; drop table calls; --",
        "<Say>&amp;</Say>",
        "-1",
        "99999999999999999999",
        "1e400",
        &long,
    ];
    let tell = async |endpoint: Endpoint, params: Vec<(&str, String)>| {
        let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // Our own address says which place the words take.
        let query = if endpoint == Endpoint::AiRespond { "?turn=2" } else { "" };
        let path = format!("/twilio/{endpoint}{query}");
        let answer = admin.webhook(&path, &params).await.unwrap();
        assert_eq!(answer.status, 200, "{endpoint}: {}", answer.text);
    };
    let mut n = 0;
    for endpoint in Endpoint::ALL {
        for field in FIELDS {
            n += 1;
            let mut params = valid_params(endpoint, n);
            params.retain(|(name, _)| *name != field);
            // Every field at every door, and over all of them every value.
            params.push((field, values[n % values.len()].to_owned()));
            tell(endpoint, params).await;
        }
        // A character that PostgreSQL cannot hold, wherever words are free.
        let mut params = valid_params(endpoint, 0);
        params.retain(|(name, _)| !FREE_TEXT_FIELDS.contains(name));
        params.extend(FREE_TEXT_FIELDS.map(|name| (name, "a\0b".to_owned())));
        tell(endpoint, params).await;
    }
    app.wait_for_read_models().await;
    let models = &app.running.state().models;
    for status in models.status().await.unwrap() {
        assert_eq!((status.lag, status.dead_letters), (0, 0), "{}", status.model);
    }
    let compare = projections::RebuildOptions {
        compare: true,
        switch: false,
    };
    for projector in projectors() {
        let report = models.rebuild(projector.name(), compare).await.unwrap();
        let difference = report.difference.unwrap();
        assert!(difference.is_none(), "{}: {difference:?}", projector.name());
    }
}

/// A later version of the program wrote to this call: what happens to it cannot be decided here, nor must it be lost.
async fn news_of_a_call_that_cannot_be_read_is_kept_whole(query: TestStores) {
    let app = open(query).await;
    let admin = app.client().signed_in().await;
    append_from_the_future(&app, "CA1").await;
    let ended = [("CallSid", "CA1"), ("CallStatus", "completed"), ("CallDuration", "7")];
    admin
        .webhook("/twilio/inbound-status", &ended)
        .await
        .unwrap()
        .expect(200);
    let rings = [("CallSid", "CA1"), ("From", "+15045550123"), ("To", "+15045550100")];
    let answer = admin.webhook("/twilio/inbound", &rings).await.unwrap().expect(200);
    assert!(
        answer.text.contains("<Say"),
        "the caller hears words and no error: {}",
        answer.text
    );
    app.wait_for_read_models().await;
    let kept = admin.read("/api/quarantined-webhooks").await.expect(200).json();
    assert_eq!(kept.as_array().map(Vec::len), Some(2), "{kept}");
    assert!(kept[0]["reason"].as_str().unwrap().contains("CallTeleported"), "{kept}");
}

async fn append_from_the_future(app: &App, call: &str) {
    let append = Append {
        stream: StreamId::call(call),
        expected: 0,
        events: vec![NewEvent {
            event_type: "CallTeleported".into(),
            event_version: "1.0".into(),
            payload: r#"{"CallTeleported":{"at":1774620000000000}}"#.into(),
            metadata: r#"{"tenant":"default","actor":"import","correlation_id":"c"}"#.into(),
        }],
        command_key: None,
        opened: Vec::new(),
    };
    let appended = app.running.state().ledger.store().append(append).await.unwrap();
    assert!(matches!(appended, Appended::Committed { .. }), "{appended:?}");
}
