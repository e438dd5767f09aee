//! What a signed webhook says of its account and its call, and by which token and method it came.

use crate::harness::{Client, Service, inbound};
use infra::config::Settings;
use infra::secret::Secret;
use infra::twilio::form::Form;
use infra::twilio::signature;
use serde_json::json;
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ACCOUNT: &str = "AC0000000000000000000000000000000a";
const SUBACCOUNT: &str = "AC0000000000000000000000000000000b";
const CALL: &str = "CA0000000000000000000000000000000a";
const FORM: &str = "application/x-www-form-urlencoded";
const TOKEN: &str = "I-Twilio-Idempotency-Token";

fn with_account() -> Settings {
    Settings {
        twilio_account_sid: Some(ACCOUNT.into()),
        twilio_auth_token_previous: Some(Secret::new("the-previous-token")),
        twilio_subaccounts: Some(Secret::new(format!("{SUBACCOUNT}:the-subaccounts-token"))),
        ..Settings::default()
    }
}

fn call_of(account: &str, call: &str) -> String {
    inbound(call).replace("AC1", account)
}

/// Posts an inbound call that is signed with another token.
async fn post_signed_with(service: &Service, token: &str, form: &str) -> u16 {
    let url = "https://calls.example/twilio/inbound";
    let signature = signature::sign(&Secret::new(token), url, Some(&Form::parse(form.as_bytes())));
    let answer = service
        .post_signed("/twilio/inbound", form.to_owned(), FORM, &signature, &[])
        .await;
    answer.status.as_u16()
}

#[tokio::test]
async fn webhook_of_another_account_or_of_no_call_is_quarantined() {
    let service = Service::start_with(with_account()).await;
    let admin = service.admin().await;
    for (account, call) in [(SUBACCOUNT, CALL), ("AC1", CALL), (ACCOUNT, "CA1"), (ACCOUNT, "call_1")] {
        service.twilio("/twilio/inbound", &call_of(account, call)).await.is(200);
        service
            .twilio("/twilio/inbound-status", &call_of(account, call))
            .await
            .is(200);
    }
    service.wait_for_read_models().await;
    let calls = admin.get("/api/call-logs").await.is(200).json();
    assert_eq!(calls["counts"]["all"], 0, "{calls}");
    let quarantined = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(quarantined.as_array().map(Vec::len), Some(8), "{quarantined}");
    service.twilio("/twilio/inbound", &call_of(ACCOUNT, CALL)).await.is(200);
    admin.get(&format!("/api/call-logs/{CALL}/history")).await.is(200);
}

#[tokio::test]
async fn webhooks_of_both_tokens_and_of_a_subaccount_are_accepted_and_counted_by_token() {
    let service = Service::start_with(with_account()).await;
    let admin = service.admin().await;
    let call = |last: &str| format!("CA{last:0>32}");
    for (token, account, last, status) in [
        ("a-token-of-these-tests", ACCOUNT, "1", 200),
        ("the-previous-token", ACCOUNT, "2", 200),
        ("the-subaccounts-token", SUBACCOUNT, "3", 200),
        ("a-stranger's-token", ACCOUNT, "4", 403),
    ] {
        let form = call_of(account, &call(last));
        assert_eq!(post_signed_with(&service, token, &form).await, status, "{token}");
    }
    // A subaccount's token signs nothing of the account.
    let form = call_of(ACCOUNT, &call("5"));
    assert_eq!(post_signed_with(&service, "the-subaccounts-token", &form).await, 200);
    for last in ["1", "2", "3"] {
        admin
            .get(&format!("/api/call-logs/{}/history", call(last)))
            .await
            .is(200);
    }
    for last in ["4", "5"] {
        admin
            .get(&format!("/api/call-logs/{}/history", call(last)))
            .await
            .is(404);
    }
    let metrics = service.anonymous().get("/metrics").await.is(200).text;
    for token in ["current", "previous", "subaccount"] {
        let name = format!("twilio_signatures_verified_total{{token=\"{token}\"}}");
        assert!(metrics.contains(&name), "{name}: {metrics}");
    }
}

#[tokio::test]
async fn used_idempotency_token_with_another_calls_webhook_is_recorded() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let token = [(TOKEN, "used")];
    for call in ["CA1", "CA2"] {
        service
            .twilio_with("/twilio/inbound", &inbound(call), &token)
            .await
            .is(200);
    }
    for status in ["in-progress", "completed"] {
        let form = format!(
            "{}&CallStatus={status}",
            inbound("CA2").replace("&CallStatus=ringing", "")
        );
        service
            .twilio_with("/twilio/inbound-status", &form, &token)
            .await
            .is(200);
    }
    service.wait_for_read_models().await;
    assert_eq!(
        admin.get("/api/call-logs/CA1").await.is(200).json()["status"],
        "in_progress"
    );
    assert_eq!(
        admin.get("/api/call-logs/CA2").await.is(200).json()["status"],
        "completed"
    );
}

#[tokio::test]
async fn webhook_by_get_is_answered_like_one_by_post() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let path = format!("/twilio/inbound?{}", inbound("CA1"));
    let get = |path: String, signature: String| {
        let client = service.anonymous();
        async move {
            client
                .send(reqwest::Method::GET, &path, None, &[("X-Twilio-Signature", &signature)])
                .await
        }
    };
    get(path.clone(), "x".to_owned()).await.problem(403, "signature", &[]);
    let answer = get(path.clone(), Service::sign(&path, None)).await.is(200);
    assert!(answer.text.contains("<Gather "), "{}", answer.text);
    let turn = "/twilio/ai-respond?call_id=CA1&turn=2&CallSid=CA1&SpeechResult=Goodbye";
    get(turn.to_owned(), Service::sign(turn, None)).await.is(200);
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events");
    let turn = events.iter().find(|event| event["type"] == "CallerTurn");
    assert_eq!(turn.expect("a turn")["data"]["text"], "Goodbye", "{history}");
    assert_eq!(events[0]["data"]["from"], "+15045550123", "{history}");
}

/// What is set at a number, beside our addresses.
async fn requests_to_correct(number: serde_json::Value) -> Vec<String> {
    let twilio = MockServer::start().await;
    let list = json!({ "incoming_phone_numbers": [number], "next_page_uri": null });
    let numbers = |verb| Mock::given(method(verb)).and(path_regex("IncomingPhoneNumbers"));
    numbers("GET")
        .respond_with(ResponseTemplate::new(200).set_body_json(list))
        .mount(&twilio)
        .await;
    numbers("POST")
        .respond_with(ResponseTemplate::new(200).set_body_json(number))
        .mount(&twilio)
        .await;
    let service = Service::start_with(Settings {
        twilio_inbound_phone_number: Some("+15045550100".into()),
        twilio_api_base: Some(twilio.uri()),
        ..with_account()
    })
    .await;
    // The number is read again to see that it was corrected, or only once if it is right.
    let mut requests = Vec::new();
    for _ in 0..200 {
        requests = twilio.received_requests().await.expect("recorded");
        let is_done = requests.iter().any(|request| request.method == "POST");
        if is_done {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    service.stop().await;
    assert!(!requests.is_empty(), "the number was read");
    let posts = requests.iter().filter(|request| request.method == "POST");
    posts
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect()
}

#[tokio::test]
async fn number_that_differs_in_anything_is_corrected_and_a_trunk_is_left() {
    let right = json!({
        "sid": "PN1", "phone_number": "+15045550100",
        "voice_url": "https://calls.example/twilio/inbound", "voice_method": "POST",
        "status_callback": "https://calls.example/twilio/inbound-status#rc=5&rp=all", "status_callback_method": "POST",
        "voice_application_sid": "", "trunk_sid": null,
    });
    for (field, value, is_corrected) in [
        ("voice_url", json!("https://calls.example/twilio/inbound"), false),
        ("voice_url", json!("https://elsewhere.example/"), true),
        ("voice_method", json!("GET"), true),
        ("status_callback", json!(null), true),
        ("status_callback_method", json!("GET"), true),
        ("voice_application_sid", json!("AP1"), true),
        ("trunk_sid", json!("TK1"), false),
    ] {
        let mut number = right.clone();
        number[field] = value;
        let posts = requests_to_correct(number).await;
        assert_eq!(!posts.is_empty(), is_corrected, "{field}: {posts:?}");
        for post in posts {
            for parameter in ["VoiceMethod=POST", "StatusCallbackMethod=POST", "VoiceApplicationSid="] {
                assert!(post.contains(parameter), "{post}");
            }
        }
    }
}

/// The number of events of `CA1` that Twilio's webhooks caused. Jobs record events of their own meanwhile.
async fn reported(admin: &Client) -> usize {
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let events = history["events"].as_array().expect("events").iter();
    events.filter(|event| event["actor"] == "twilio").count()
}

#[tokio::test]
async fn every_request_that_is_answered_200_is_in_the_log() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let first = service
        .twilio_with("/twilio/inbound", &inbound("CA1"), &[(TOKEN, "t0")])
        .await
        .is(200);
    let ended = "CallSid=CA1&CallStatus=completed&CallDuration=42&SequenceNumber=1";
    let recorded = "CallSid=CA1&RecordingSid=RE1&RecordingStatus=in-progress";
    let joined = "CallSid=CA1&ConferenceSid=CF1&StatusCallbackEvent=participant-join";
    let requests = [
        ("/twilio/inbound".to_owned(), inbound("CA1")),
        ("/twilio/inbound-status".to_owned(), ended.to_owned()),
        (
            "/twilio/recording-status?call_id=CA1&phase=ai".to_owned(),
            recorded.to_owned(),
        ),
        ("/twilio/conference-status?call_id=CA1".to_owned(), joined.to_owned()),
        (
            "/twilio/amd-status?call_id=CA1".to_owned(),
            "CallSid=CA1&AnsweredBy=human".to_owned(),
        ),
        ("/twilio/inbound-status".to_owned(), "CallSid=CA1".to_owned()),
    ];
    // Each three times, under another token: the second and third bring nothing new.
    for (number, (path, form)) in requests.iter().chain(&requests).chain(&requests).enumerate() {
        let before = reported(&admin).await;
        let token = format!("token-{number}");
        let answer = service.twilio_with(path, form, &[(TOKEN, &token)]).await.is(200);
        let after = reported(&admin).await;
        assert!(after > before, "{path} {number} left nothing in the log");
        if number == 0 {
            assert_eq!(answer.text, first.text, "the same answer");
        }
        // A retry with the same token is in the log already, and gets the same answer.
        let again = service.twilio_with(path, form, &[(TOKEN, &token)]).await.is(200);
        assert_eq!(
            (reported(&admin).await, again.text),
            (after, answer.text),
            "{path} {number}"
        );
    }
    service.wait_for_read_models().await;
    let call = admin.get("/api/call-logs/CA1").await.is(200).json();
    assert_eq!(
        (&call["status"], &call["duration_s"]),
        (&json!("completed"), &json!(42)),
        "{call}"
    );
}
