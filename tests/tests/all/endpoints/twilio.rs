//! The webhook endpoints for Twilio.

use super::{open, problem};
use harness::future_event::append_future_event;
use harness::on_both_engines;
use harness::service::{Answer, Client};
use harness::test_stores::TestStores;
use infra::twilio::callbacks::Endpoint;
use projections::projectors;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

on_both_engines!(
    unsigned_request_is_refused_at_every_endpoint,
    unsigned_body_is_refused_whatever_it_contains,
    unparsable_webhook_is_quarantined_and_answered_200,
    extreme_values_are_acknowledged_and_break_no_read_model,
    webhook_for_a_call_with_unknown_events_is_quarantined,
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

async fn unsigned_request_is_refused_at_every_endpoint(stores: TestStores) {
    let app = open(stores).await;
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

async fn unsigned_body_is_refused_whatever_it_contains(stores: TestStores) {
    let app = open(stores).await;
    let (client, before) = (app.client(), app.head().await);
    for endpoint in Endpoint::ALL {
        let bad = |kind: &'static str, body: &[u8]| post(&client, endpoint, kind, Some("x"), body.to_vec());
        problem(&bad(FORM, b"CallSid=CA1&From=%ff%fe").await, 403, "signature");
        problem(&bad(FORM, b"CallSid=%zz\xff").await, 403, "signature");
        problem(&bad("text/xml", b"<x/>").await, 415, "media-type");
        let large = format!("CallSid=CA1&From={}", "5".repeat(300_000));
        problem(&bad(FORM, large.as_bytes()).await, 413, "too-large");
    }
    assert_eq!(app.head().await, before);
}

async fn unparsable_webhook_is_quarantined_and_answered_200(stores: TestStores) {
    let app = open(stores).await;
    let admin = app.client().signed_in().await;
    for endpoint in Endpoint::ALL {
        // Without a call SID.
        let strange = [("From", "+15045550123"), ("Unheard", "of"), ("Unheard", "of twice")];
        let path = format!("/twilio/{endpoint}?phase=ai");
        for _ in 0..2 {
            admin.webhook(&path, &strange).await.unwrap().expect(200);
        }
    }
    app.wait_for_read_models().await;
    let kept = admin
        .read("/api/quarantined-webhooks?limit=100")
        .await
        .expect(200)
        .json();
    let kept = kept.as_array().unwrap();
    assert_eq!(kept.len(), Endpoint::ALL.len(), "one per endpoint");
    for endpoint in Endpoint::ALL {
        let found = kept.iter().find(|kept| kept["endpoint"] == endpoint.as_str()).unwrap();
        let params = json!({ "From": ["+15045550123"], "Unheard": ["of", "of twice"], "?phase": ["ai"] });
        assert_eq!(found["params"], params, "all parameters are stored");
        let reason = found["reason"].as_str().unwrap();
        assert!(
            !reason.is_empty() && !reason.contains("5550123"),
            "the reason contains a value: {reason}"
        );
    }
    let listed = admin.read("/api/call-logs").await.expect(200).json();
    assert_eq!(listed["counts"]["all"], 0, "no call is created");
}

/// Every parameter that an endpoint reads.
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
/// Parameters with free text.
const FREE_TEXT_FIELDS: [&str; 10] = [
    "From",
    "To",
    "CallerName",
    "StirVerstat",
    "TranscriptionText",
    "RecordingUrl",
    "ParticipantLabel",
    // An unreadable confidence counts as absent; the words are not lost.
    "SpeechResult",
    "Confidence",
    "Digits",
];

/// Valid parameters for an endpoint, each with its own call.
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

/// Every signed request is acknowledged, and no read model fails on it.
async fn extreme_values_are_acknowledged_and_break_no_read_model(stores: TestStores) {
    let app = open(stores).await;
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
    let post_params = async |endpoint: Endpoint, params: Vec<(&str, String)>| {
        let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // The turn is in the query of our own callback URL.
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
            // Every field at every endpoint; the values rotate.
            params.push((field, values[n % values.len()].to_owned()));
            post_params(endpoint, params).await;
        }
        // A character that PostgreSQL cannot store, in every free-text field.
        let mut params = valid_params(endpoint, 0);
        params.retain(|(name, _)| !FREE_TEXT_FIELDS.contains(name));
        params.extend(FREE_TEXT_FIELDS.map(|name| (name, "a\0b".to_owned())));
        post_params(endpoint, params).await;
    }
    app.wait_for_read_models().await;
    let models = &app.running.engine().models;
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

/// A newer program version wrote to this call. Its webhooks cannot be processed here, and must not be lost.
async fn webhook_for_a_call_with_unknown_events_is_quarantined(stores: TestStores) {
    let app = open(stores).await;
    let admin = app.client().signed_in().await;
    append_future_event(&app.running.engine().ledger, "CA1").await;
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
        "the response has no <Say>: {}",
        answer.text
    );
    app.wait_for_read_models().await;
    let kept = admin.read("/api/quarantined-webhooks").await.expect(200).json();
    assert_eq!(kept.as_array().map(Vec::len), Some(2), "{kept}");
    assert!(kept[0]["reason"].as_str().unwrap().contains("CallTeleported"), "{kept}");
}
