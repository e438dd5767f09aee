//! Two tenants in one service: a call is its tenant's from the first event to the last, whatever a callback names, and
//! nobody else hears of it.

use domain::Timestamp;
use futures::StreamExt as _;
use harness::app::App;
use harness::on_both_engines;
use harness::place::Place;
use harness::service::{Client, PASSWORD, Socket};
use infra::event_store::StreamId;
use infra::on_db;
use infra::people::{NewUser, Registration, Role};
use serde_json::{Value, json};
use std::time::Duration;

on_both_engines!(
    a_second_tenants_call_is_theirs_from_the_first_event_to_the_last,
    a_call_from_a_browser_is_its_users_tenants_whatever_number_they_dial,
    a_caller_rings_on_while_nobody_can_say_whose_their_call_is,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const THEIRS: &str = "+15045550177";
const NOBODYS: &str = "+15045550188";
const CALLER: &str = "+12025550143";
/// How long a feed may take; a debug build on a busy machine is slow.
const COMES_WITHIN: Duration = Duration::from_mins(1);

/// Somebody of the tenant `acme`, and their identifier.
async fn somebody_of_acme(app: &App) -> (Client, String) {
    // The first to register is of the tenant `default`; whoever has a shell adds users of any other.
    app.client().signed_in().await;
    let people = &app.running.state().people;
    let admin = people.users("default").await.unwrap().remove(0);
    let new = NewUser {
        user_id: "user_acme".into(),
        email: "acme@example.com".into(),
        name: "Anna".into(),
        password_hash: admin.password_hash,
        at: FRIDAY,
    };
    let added = people.add_user(&new, "acme", Role::Admin).await.unwrap();
    assert!(matches!(added, Registration::Done(_)));
    let body = json!({ "email": new.email, "password": PASSWORD });
    let answer = app.client().post("/api/auth/login", &body).await.expect(200);
    (app.client().with_session(&answer), new.user_id)
}

/// `acme` has an agent, which answers a number.
async fn answers_a_number(acme: &Client) -> String {
    let agent = acme
        .post("/api/agents", &json!({ "name": "Reception" }))
        .await
        .expect(201);
    let agent = agent.json()["agent_id"].as_str().unwrap().to_owned();
    let assignment = json!({ "number": THEIRS, "agent": agent });
    acme.put("/api/phone-numbers", &assignment).await.expect(200);
    agent
}

fn inbound<'a>(call: &'a str, number: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("CallSid", call),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", CALLER),
        ("To", number),
    ]
}

async fn hears(client: &Client, path: &str, params: &[(&str, &str)]) {
    client.webhook(path, params).await.unwrap().expect(200);
}

/// What follows a call's beginning without naming a number of ours.
async fn callbacks_follow(client: &Client, call: &str) {
    let conference = format!("/twilio/conference-status?call_id={call}");
    for event in ["participant-join", "conference-start"] {
        let params = [
            ("ConferenceSid", "CF1"),
            ("CallSid", call),
            ("StatusCallbackEvent", event),
            ("ParticipantLabel", "caller"),
            ("FriendlyName", call),
        ];
        hears(client, &conference, &params).await;
    }
    let recording = [
        ("CallSid", call),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "in-progress"),
        ("RecordingSource", "Conference"),
    ];
    hears(client, "/twilio/recording-status?phase=human", &recording).await;
    hears(
        client,
        "/twilio/amd-status",
        &[("CallSid", call), ("AnsweredBy", "human")],
    )
    .await;
}

/// A call's events, each with its tenant.
async fn tenants(app: &App, call: &str) -> Vec<(String, String)> {
    let history = app.running.state().ledger.history(&StreamId::call(call)).await.unwrap();
    let both = |event: infra::event_store::Recorded| (event.event_type, event.metadata.tenant.0);
    history.into_iter().map(both).collect()
}

#[track_caller]
fn all_are_acmes(events: &[(String, String)], wanted: &[&str]) {
    for name in wanted {
        assert!(events.iter().any(|(event, _)| event == name), "{name}: {events:?}");
    }
    assert!(events.iter().all(|(_, tenant)| tenant == "acme"), "{events:?}");
}

/// What a feed tells of calls from the beginning of the log, until it tells the last event of this call that there is.
async fn told(client: &Client, call: &str, last: &str) -> Vec<(String, String)> {
    let mut feed: Socket = client.socket("/ws?after=0", &[]).await.unwrap();
    let mut told = Vec::new();
    let reading = async {
        while let Some(message) = feed.next().await {
            let Ok(message) = serde_json::from_str::<Value>(message.unwrap().to_text().unwrap_or_default()) else {
                continue;
            };
            let Some(call_id) = message["call_id"].as_str() else {
                continue;
            };
            let event = message["type"].as_str().unwrap().to_owned();
            let is_last = call_id == call && event == last;
            told.push((call_id.to_owned(), event));
            if is_last {
                return;
            }
        }
        panic!("the feed was closed: {told:?}");
    };
    tokio::time::timeout(COMES_WITHIN, reading)
        .await
        .unwrap_or_else(|_| panic!("{last} of {call} is not told"));
    told
}

async fn a_second_tenants_call_is_theirs_from_the_first_event_to_the_last(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let (acme, _) = somebody_of_acme(&app).await;
    let agent = answers_a_number(&acme).await;
    hears(&acme, "/twilio/inbound", &inbound("CA1", THEIRS)).await;
    callbacks_follow(&acme, "CA1").await;
    let events = tenants(&app, "CA1").await;
    let wanted = [
        "CallStarted",
        "ParticipantJoined",
        "ConferenceStarted",
        "RecordingStarted",
        "CallAnswered",
    ];
    all_are_acmes(&events, &wanted);
    let state = app.running.state();
    let (call, _) = state.ledger.state::<domain::call::Call>("CA1").await.unwrap().unwrap();
    assert_eq!(call.agent().map(domain::AgentId::as_str), Some(agent.as_str()));

    // Each is told of their own calls; a feed is in order, so what was to come before the last has come.
    hears(&acme, "/twilio/inbound", &inbound("CA2", NOBODYS)).await;
    assert!(tenants(&app, "CA2").await.iter().all(|(_, tenant)| tenant == "default"));
    let theirs = told(&acme, "CA1", "CallAnswered").await;
    assert_eq!(theirs.len(), events.len(), "{theirs:?}");
    let others = told(&app.client().signed_in().await, "CA2", "CallStarted").await;
    assert!(others.iter().all(|(call, _)| call != "CA1"), "{others:?}");
    app.settled().await;
    acme.read("/api/call-logs/CA1").await.expect(200);
    app.client()
        .signed_in()
        .await
        .read("/api/call-logs/CA1")
        .await
        .expect(404);
}

async fn a_call_from_a_browser_is_its_users_tenants_whatever_number_they_dial(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let (acme, user) = somebody_of_acme(&app).await;
    let browser = format!("client:{user}");
    let call = |sid: &'static str| {
        [
            ("CallSid", sid.to_owned()),
            ("CallStatus", "ringing".to_owned()),
            ("Direction", "inbound".to_owned()),
            ("From", browser.clone()),
            ("To", CALLER.to_owned()),
        ]
    };
    let dials = call("CA1");
    hears(
        &acme,
        "/twilio/voice",
        &dials.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
    .await;
    callbacks_follow(&acme, "CA1").await;
    all_are_acmes(
        &tenants(&app, "CA1").await,
        &["CallStarted", "ConferenceStarted", "RecordingStarted"],
    );
    // What became of the leg may be heard before the call itself.
    let rings = call("CA2");
    hears(
        &acme,
        "/twilio/call-status",
        &rings.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
    .await;
    all_are_acmes(&tenants(&app, "CA2").await, &["CallStarted"]);
}

/// Hides the tables in which the service looks up who answers, or shows them again.
async fn hide_the_directory(app: &App, hidden: bool) {
    let db = app.views.current("agents").await.unwrap().db;
    let sql = if hidden {
        "alter table agent_numbers rename to agent_numbers_away"
    } else {
        "alter table agent_numbers_away rename to agent_numbers"
    };
    on_db!(&db, c => sqlx::query(sql).execute(c).await.map(|_| ())).unwrap();
}

async fn a_caller_rings_on_while_nobody_can_say_whose_their_call_is(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let (acme, _) = somebody_of_acme(&app).await;
    answers_a_number(&acme).await;
    app.settled().await;
    hide_the_directory(&app, true).await;
    let answer = acme
        .webhook("/twilio/inbound", &inbound("CA1", THEIRS))
        .await
        .unwrap()
        .expect(200);
    let (pause, redirect) = (answer.text.find("<Pause"), answer.text.find("<Redirect"));
    assert!(
        pause.is_some() && pause < redirect,
        "it is not picked up: {}",
        answer.text
    );
    assert!(answer.text.contains("/twilio/inbound?waited=1"), "{}", answer.text);
    // What is merely heard is heard later.
    let ended = [inbound("CA1", THEIRS).as_slice(), &[("CallDuration", "7")]].concat();
    acme.webhook("/twilio/inbound-status", &ended)
        .await
        .unwrap()
        .expect(503);
    assert!(
        tenants(&app, "CA1").await.is_empty(),
        "nothing is filed under the wrong tenant"
    );
    // Who waits for long is answered all the same.
    hears(&acme, "/twilio/inbound?waited=6", &inbound("CA2", THEIRS)).await;
    assert!(!tenants(&app, "CA2").await.is_empty());

    hide_the_directory(&app, false).await;
    // A failure is believed for a second.
    let deadline = std::time::Instant::now() + COMES_WITHIN;
    while tenants(&app, "CA1").await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "the directory is not asked again");
        hears(&acme, "/twilio/inbound?waited=1", &inbound("CA1", THEIRS)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    all_are_acmes(&tenants(&app, "CA1").await, &["CallStarted"]);
    // What was known once is believed on.
    hide_the_directory(&app, true).await;
    hears(&acme, "/twilio/inbound", &inbound("CA3", THEIRS)).await;
    all_are_acmes(&tenants(&app, "CA3").await, &["CallStarted"]);
    hide_the_directory(&app, false).await;
}
