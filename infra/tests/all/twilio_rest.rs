//! The client of Twilio's REST API: requests and parsing of responses.

use infra::outbound::Backoff;
use infra::secret::Secret;
use infra::twilio::rest::*;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const ACCOUNT: &str = "/2010-04-01/Accounts/AC1";

/// Short delays for tests.
const FAST_BACKOFF: Backoff = Backoff {
    attempts: 3,
    base: Duration::from_millis(1),
    cap: Duration::from_secs(1),
};

pub fn client(url: &str) -> TwilioRest {
    TwilioRest::new(url, "AC1", Credentials::AuthToken(Secret::new("hunter2")))
        .expect("a client")
        .with_backoff(FAST_BACKOFF)
}

/// A server that returns these responses in order and repeats the last one.
pub async fn answering(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let last = answers.len() - 1;
    for (number, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(wiremock::matchers::any()).respond_with(answer);
        let mock = if number == last { mock } else { mock.up_to_n_times(1) };
        mock.mount(&server).await;
    }
    server
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub fn refusal(status: u16, code: u32, message: &str) -> ResponseTemplate {
    let body = json!({"code": code, "message": message, "more_info": "", "status": status});
    ResponseTemplate::new(status).set_body_json(body)
}

pub fn call(status: &str) -> Value {
    json!({
        "sid": "CA1", "status": status, "to": "+15045550123", "from": "+15045550100", "direction": "outbound-api",
        "start_time": "Fri, 27 Mar 2026 14:03:00 +0000", "end_time": null, "duration": "61", "price": "-0.01700",
        "price_unit": "USD", "answered_by": null, "parent_call_sid": null, "subresource_uris": {},
    })
}

pub async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.expect("recorded")
}

/// The form of the only request.
async fn form(server: &MockServer) -> Vec<(String, String)> {
    let requests = requests(server).await;
    assert_eq!(requests.len(), 1);
    url::form_urlencoded::parse(&requests[0].body).into_owned().collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn call_is_parsed_with_times_duration_and_price() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("{ACCOUNT}/Calls/CA1.json")))
        .and(header("authorization", "Basic QUMxOmh1bnRlcjI="))
        .respond_with(ok(call("completed")))
        .expect(1)
        .mount(&server)
        .await;
    let call = client(&server.uri()).call("CA1").await.expect("a call");
    assert_eq!(
        (call.status, call.status.is_over(), call.duration_s),
        (CallStatus::Completed, true, Some(61))
    );
    assert_eq!(
        call.start_time.map(domain::Timestamp::to_rfc3339).as_deref(),
        Some("2026-03-27T14:03:00.000000Z")
    );
    let cost = call.cost().expect("a price");
    assert_eq!((cost.micros, cost.currency.as_str()), (17_000, "USD"));
    assert_eq!(call.to.text(), Some("+15045550123"));
    assert!(!format!("{call:?}").contains("555"), "a number in {call:?}");
}

#[tokio::test]
async fn unknown_call_status_is_other() {
    let server = answering(vec![ok(call("teleported"))]).await;
    assert_eq!(
        client(&server.uri()).call("CA1").await.expect("a call").status,
        CallStatus::Other
    );
}

#[tokio::test]
async fn new_call_sends_all_parameters() {
    let server = answering(vec![ResponseTemplate::new(201).set_body_json(call("queued"))]).await;
    let mut request = NewCall::new(
        "+15045550100",
        "+15045550123",
        Answer::Url("https://callcenter.example/voice".into()),
    );
    request.status_callback = Some("https://callcenter.example/status#rc=5&rp=all".into());
    request.status_callback_events = vec![CallProgress::Initiated, CallProgress::Answered];
    request.timeout_s = Some(30);
    request.machine_detection = Some(MachineDetection {
        until_message_end: true,
        callback: Some("https://callcenter.example/amd".into()),
    });
    client(&server.uri()).create_call(&request).await.expect("placed");
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("To", "+15045550123"),
            ("From", "+15045550100"),
            ("StatusCallback", "https://callcenter.example/status#rc=5&rp=all"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "answered"),
            ("Timeout", "30"),
            ("Url", "https://callcenter.example/voice"),
            ("Method", "POST"),
            ("MachineDetection", "DetectMessageEnd"),
            ("AsyncAmd", "true"),
            ("AsyncAmdStatusCallback", "https://callcenter.example/amd"),
        ])
    );
    assert!(!format!("{request:?}").contains("555"));
}

#[tokio::test]
async fn call_update_sends_its_parameters() {
    let twiml = "<Response><Say>1 &lt; 2 &amp; ä</Say></Response>";
    for (update, expected) in [
        (CallUpdate::HangUp, vec![("Status", "completed")]),
        (CallUpdate::Cancel, vec![("Status", "canceled")]),
        (
            CallUpdate::Redirect(Answer::Twiml(twiml.to_owned().into())),
            vec![("Twiml", twiml)],
        ),
        (
            CallUpdate::Redirect(Answer::Url("https://callcenter.example/a?b=c&d".into())),
            vec![("Url", "https://callcenter.example/a?b=c&d"), ("Method", "POST")],
        ),
    ] {
        let server = answering(vec![ok(call("in-progress"))]).await;
        client(&server.uri())
            .update_call("CA1", &update)
            .await
            .expect("changed");
        assert_eq!(form(&server).await, pairs(&expected));
    }
}

#[tokio::test]
async fn recordings_are_started_paused_resumed_and_stopped() {
    let recording = json!({"sid": "RE1", "call_sid": "CA1", "status": "in-progress", "duration": "-1", "channels": 2});
    let server = answering(vec![ResponseTemplate::new(201).set_body_json(&recording)]).await;
    let request = StartRecording {
        channels: Some(Channels::Dual),
        track: Some(Track::Both),
        status_callback: Some("https://callcenter.example/rec".into()),
        status_callback_events: vec![
            RecordingEvent::InProgress,
            RecordingEvent::Completed,
            RecordingEvent::Absent,
        ],
        trim_silence: Some(false),
    };
    let started = client(&server.uri())
        .start_recording("CA1", &request)
        .await
        .expect("started");
    assert_eq!(
        (started.status, started.duration_s, started.channels),
        (RecordingStatus::InProgress, None, Some(2))
    );
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("RecordingChannels", "dual"),
            ("RecordingTrack", "both"),
            ("RecordingStatusCallback", "https://callcenter.example/rec"),
            ("RecordingStatusCallbackEvent", "in-progress"),
            ("RecordingStatusCallbackEvent", "completed"),
            ("RecordingStatusCallbackEvent", "absent"),
            ("Trim", "do-not-trim"),
        ])
    );
    for (update, expected) in [
        (
            RecordingUpdate::Pause,
            vec![("Status", "paused"), ("PauseBehavior", "skip")],
        ),
        (
            RecordingUpdate::PauseWithSilence,
            vec![("Status", "paused"), ("PauseBehavior", "silence")],
        ),
        (RecordingUpdate::Resume, vec![("Status", "in-progress")]),
        (RecordingUpdate::Stop, vec![("Status", "stopped")]),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path(format!("{ACCOUNT}/Calls/CA1/Recordings/RE1.json")))
            .respond_with(ok(recording.clone()))
            .mount(&server)
            .await;
        client(&server.uri())
            .update_recording("CA1", "RE1", update)
            .await
            .expect("changed");
        assert_eq!(form(&server).await, pairs(&expected));
    }
}

#[tokio::test]
async fn deleting_a_missing_resource_succeeds() {
    let gone = refusal(404, 20404, "The requested resource was not found");
    for answer in [ResponseTemplate::new(204), gone] {
        let server = answering(vec![answer]).await;
        let twilio = client(&server.uri());
        twilio.delete_recording("RE1").await.expect("gone");
        twilio.remove_participant("CF1", "CA1").await.expect("gone");
    }
}

#[tokio::test]
async fn open_conference_is_found_by_its_exact_name() {
    let conference = |sid, name, status| json!({"sid": sid, "friendly_name": name, "status": status});
    let server = MockServer::start().await;
    Mock::given(path(format!("{ACCOUNT}/Conferences.json")))
        .and(query_param("FriendlyName", "CA1"))
        .respond_with(ok(json!({"next_page_uri": null, "conferences": [
            conference("CF1", "CA1", "completed"),
            conference("CF2", "CA12", "in-progress"),
            conference("CF3", "CA1", "in-progress"),
        ]})))
        .mount(&server)
        .await;
    let found = client(&server.uri()).open_conference("CA1").await.expect("answered");
    assert_eq!(found.expect("found").sid, "CF3");
    let server = answering(vec![ok(json!({"conferences": []}))]).await;
    assert!(
        client(&server.uri())
            .open_conference("CA1")
            .await
            .expect("answered")
            .is_none()
    );
}

#[tokio::test]
async fn participants_are_created_and_updated() {
    let body = json!({"call_sid": "CA2", "conference_sid": "CF1", "label": "operator", "muted": true, "hold": false,
        "coaching": false, "status": "connected"});
    let server = answering(vec![ok(body.clone())]).await;
    let request = NewParticipant {
        from: Some("+15045550100".to_owned().into()),
        to: Some("client:user_1".to_owned().into()),
        label: Some("operator".into()),
        muted: Some(true),
        end_conference_on_exit: Some(false),
        ..NewParticipant::default()
    };
    let made = client(&server.uri())
        .create_participant("CA1", &request)
        .await
        .expect("called");
    assert_eq!((made.call_sid.as_str(), made.muted), ("CA2", true));
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("From", "+15045550100"),
            ("To", "client:user_1"),
            ("Label", "operator"),
            ("Muted", "true"),
            ("EndConferenceOnExit", "false"),
        ])
    );
    let server = answering(vec![ok(body)]).await;
    let update = ParticipantUpdate {
        hold: Some(true),
        hold_url: Some("https://callcenter.example/music".into()),
        call_sid_to_coach: Some(String::new()),
        ..ParticipantUpdate::default()
    };
    client(&server.uri())
        .update_participant("CF1", "operator", &update)
        .await
        .expect("changed");
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("Hold", "true"),
            ("HoldUrl", "https://callcenter.example/music"),
            ("HoldMethod", "POST"),
            ("Coaching", "false"),
        ])
    );
}

#[tokio::test]
async fn stream_is_started_and_stopped_by_name() {
    let body = |status: &str| json!({"sid": "MZ1", "call_sid": "CA1", "name": "listen_1", "status": status});
    let server = answering(vec![ResponseTemplate::new(201).set_body_json(body("in-progress"))]).await;
    let request = NewStream {
        url: "wss://callcenter.example/twilio/media".to_owned(),
        name: "listen_1".to_owned(),
        parameter: ("key", "listen_1".to_owned()),
    };
    let stream = client(&server.uri())
        .start_stream("CA1", &request)
        .await
        .expect("started");
    assert_eq!((stream.sid.as_str(), stream.name.as_deref()), ("MZ1", Some("listen_1")));
    assert_eq!(
        requests(&server).await[0].url.path(),
        format!("{ACCOUNT}/Calls/CA1/Streams.json")
    );
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("Url", "wss://callcenter.example/twilio/media"),
            ("Name", "listen_1"),
            ("Track", "both_tracks"),
            ("Parameter1.Name", "key"),
            ("Parameter1.Value", "listen_1"),
        ])
    );
    let server = answering(vec![ok(body("stopped"))]).await;
    client(&server.uri())
        .stop_stream("CA1", "listen_1")
        .await
        .expect("stopped");
    assert_eq!(
        requests(&server).await[0].url.path(),
        format!("{ACCOUNT}/Calls/CA1/Streams/listen_1.json")
    );
    assert_eq!(form(&server).await, pairs(&[("Status", "stopped")]));
    // Stopping an ended stream, or one of an ended call, succeeds.
    for over in [refusal(404, 20404, "not found"), refusal(400, 21220, "not in-progress")] {
        let server = answering(vec![over]).await;
        client(&server.uri())
            .stop_stream("CA1", "listen_1")
            .await
            .expect("stopped");
    }
    let server = answering(vec![refusal(400, 21220, "Call is not in-progress")]).await;
    let early = client(&server.uri())
        .start_stream("CA1", &request)
        .await
        .expect_err("early");
    assert!(early.is_not_in_progress());
}

#[tokio::test]
async fn list_is_read_to_its_last_page() {
    let number = |sid, number| json!({"sid": sid, "phone_number": number, "voice_url": ""});
    let server = MockServer::start().await;
    let list = format!("{ACCOUNT}/IncomingPhoneNumbers.json");
    Mock::given(path(&list))
        .and(query_param("Page", "1"))
        .and(query_param("PageToken", "PA1"))
        .respond_with(ok(
            json!({"incoming_phone_numbers": [number("PN2", "+15045550101")], "next_page_uri": ""}),
        ))
        .expect(2)
        .mount(&server)
        .await;
    Mock::given(path(&list))
        .and(query_param("PageSize", "1000"))
        .respond_with(ok(json!({
            "incoming_phone_numbers": [number("PN1", "+15045550100")],
            "next_page_uri": format!("{list}?PageSize=1000&Page=1&PageToken=PA1"),
        })))
        .mount(&server)
        .await;
    let numbers = client(&server.uri()).incoming_numbers().await.expect("answered");
    assert_eq!(
        numbers.iter().map(|number| number.sid.as_str()).collect::<Vec<_>>(),
        ["PN1", "PN2"]
    );
    let found = client(&server.uri())
        .incoming_number("+15045550102")
        .await
        .expect("answered");
    assert!(found.is_none(), "only the exact number matches");
}

#[tokio::test]
async fn next_page_on_another_host_or_account_is_not_followed() {
    for next in [
        "http://elsewhere.example/2010-04-01/Accounts/AC1/Calls/CA1/Events.json",
        "/2010-04-01/Accounts/AC2/x",
    ] {
        let server = answering(vec![ok(json!({"events": [], "next_page_uri": next}))]).await;
        let error = client(&server.uri()).call_events("CA1").await.expect_err("elsewhere");
        assert!(matches!(error, TwilioError::Malformed(_)));
        assert_eq!(requests(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn endless_list_is_malformed() {
    let next = format!("{ACCOUNT}/Calls/CA1/Events.json?Page=1");
    let server = answering(vec![ok(json!({"events": [], "next_page_uri": next}))]).await;
    let error = client(&server.uri()).call_events("CA1").await.expect_err("no end");
    assert!(matches!(error, TwilioError::Malformed(_)));
}

#[tokio::test]
async fn call_events_are_parsed_and_debug_hides_their_parameters() {
    let server = answering(vec![ok(json!({"events": [
        {
            "request": {"url": "https://callcenter.example/twilio/inbound", "method": "POST",
                "parameters": {"from": "+15045550123", "sequence_number": 0}},
            "response": {"response_code": 200, "request_duration": 12, "content_type": "text/xml",
                "date_created": "Fri, 27 Mar 2026 14:03:00 +0000", "response_body": "<Response/>"},
        },
        {"request": {"url": "https://callcenter.example/twilio/call-status", "method": "POST", "parameters": null},
            "response": {"response_code": null}},
    ]}))])
    .await;
    let events = client(&server.uri()).call_events("CA1").await.expect("answered");
    assert_eq!(
        (events[0].response.status, events[0].response.took_ms),
        (Some(200), Some(12))
    );
    let parameters = events[0].request.parameters.known().expect("open");
    assert_eq!(
        (parameters["from"].as_str(), parameters["sequence_number"].as_str()),
        ("+15045550123", "0")
    );
    assert_eq!(events[1].response.status, None);
    assert!(!format!("{events:?}").contains("555"));
}

#[tokio::test]
async fn number_and_application_updates_send_webhook_addresses() {
    let server = answering(vec![ok(json!({"sid": "PN1", "phone_number": "+15045550100"}))]).await;
    let update = NumberUpdate {
        voice_url: Some("https://callcenter.example/twilio/inbound".into()),
        status_callback: Some("https://callcenter.example/twilio/inbound-status#rc=5&rp=all".into()),
        voice_application_sid: Some(String::new()),
        ..NumberUpdate::default()
    };
    client(&server.uri())
        .update_number("PN1", &update)
        .await
        .expect("changed");
    assert_eq!(
        form(&server).await,
        pairs(&[
            ("VoiceUrl", "https://callcenter.example/twilio/inbound"),
            ("VoiceMethod", "POST"),
            (
                "StatusCallback",
                "https://callcenter.example/twilio/inbound-status#rc=5&rp=all"
            ),
            ("StatusCallbackMethod", "POST"),
            ("VoiceApplicationSid", ""),
        ])
    );
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("{ACCOUNT}/Applications/AP1.json")))
        .and(body_string(
            "VoiceUrl=https%3A%2F%2Fcallcenter.example%2Fvoice&VoiceMethod=POST",
        ))
        .respond_with(ok(
            json!({"sid": "AP1", "voice_url": "https://callcenter.example/voice"}),
        ))
        .mount(&server)
        .await;
    let update = ApplicationUpdate {
        voice_url: Some("https://callcenter.example/voice".into()),
        ..ApplicationUpdate::default()
    };
    let changed = client(&server.uri())
        .update_application("AP1", &update)
        .await
        .expect("changed");
    assert_eq!(changed.voice_url.as_deref(), Some("https://callcenter.example/voice"));
}

#[tokio::test]
async fn api_key_authenticates_instead_of_the_auth_token() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", "Basic U0sxOmh1bnRlcjI="))
        .and(path(format!("{ACCOUNT}/Calls/CA1.json")))
        .respond_with(ok(call("ringing")))
        .expect(1)
        .mount(&server)
        .await;
    let key = Credentials::ApiKey {
        sid: "SK1".into(),
        secret: Secret::new("hunter2"),
    };
    let twilio = TwilioRest::new(&server.uri(), "AC1", key).expect("a client");
    twilio.call("CA1").await.expect("a call");
}
