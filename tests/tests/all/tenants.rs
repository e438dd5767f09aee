//! Two tenants in one service: every event of a call belongs to the tenant of its first event, whatever numbers a
//! callback contains, and the other tenant sees none of it.

use domain::Timestamp;
use domain::phone_number::{PhoneNumber, PhoneNumberCommand};
use futures::StreamExt as _;
use harness::app::App;
use harness::on_both_engines;
use harness::service::{Client, PASSWORD, Socket};
use harness::test_stores::TestStores;
use infra::accounts::{NewUser, Origin, Registration, Role};
use infra::event_store::{Actor, Metadata, StreamId};
use infra::ledger::INSTALLATION;
use infra::on_db;
use serde_json::{Value, json};
use std::time::Duration;

on_both_engines!(
    every_event_of_a_call_belongs_to_the_tenant_of_its_first_event,
    browser_call_belongs_to_the_users_tenant_whatever_number_is_dialed,
    call_keeps_ringing_while_the_number_owner_is_unavailable,
    number_of_another_tenant_is_409_until_the_installation_moves_it,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const ACME_NUMBER: &str = "+15045550177";
const UNASSIGNED_NUMBER: &str = "+15045550188";
const CALLER: &str = "+12025550143";
/// For a debug build on a busy machine.
const FEED_TIMEOUT: Duration = Duration::from_mins(1);

/// A user of the tenant `acme`, and their id.
async fn acme_user(app: &App) -> (Client, String) {
    // The first user to register belongs to the tenant `default`; the command line adds users of other tenants.
    app.client().signed_in().await;
    let people = &app.running.engine().accounts;
    let admin = people.users("default").await.unwrap().remove(0);
    let new = NewUser {
        user_id: "user_acme".into(),
        email: "acme@example.com".into(),
        name: "Anna".into(),
        password_hash: admin.password_hash,
        at: FRIDAY,
    };
    people.add_tenant("acme", FRIDAY).await.unwrap();
    let origin = Origin::of(Actor::Cli("test".into()));
    let added = people.add_user(&new, "acme", Role::Admin, &origin).await.unwrap();
    assert!(matches!(added, Registration::Done(_)));
    let body = json!({ "email": new.email, "password": PASSWORD });
    let answer = app.client().post("/api/auth/login", &body).await.expect(200);
    (app.client().with_session(&answer), new.user_id)
}

/// Creates an agent of `acme` that answers a number.
async fn assign_number(acme: &Client) -> String {
    let agent = acme
        .post("/api/agents", &json!({ "name": "Reception" }))
        .await
        .expect(201);
    let agent = agent.json()["agent_id"].as_str().unwrap().to_owned();
    let assignment = json!({ "number": ACME_NUMBER, "agent": agent });
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

async fn post_webhook(client: &Client, path: &str, params: &[(&str, &str)]) {
    client.webhook(path, params).await.unwrap().expect(200);
}

/// Callbacks after the start of a call that contain no number of the tenant.
async fn post_callbacks(client: &Client, call: &str) {
    let conference = format!("/twilio/conference-status?call_id={call}");
    for event in ["participant-join", "conference-start"] {
        let params = [
            ("ConferenceSid", "CF1"),
            ("CallSid", call),
            ("StatusCallbackEvent", event),
            ("ParticipantLabel", "caller"),
            ("FriendlyName", call),
        ];
        post_webhook(client, &conference, &params).await;
    }
    let recording = [
        ("CallSid", call),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "in-progress"),
        ("RecordingSource", "Conference"),
    ];
    post_webhook(client, "/twilio/recording-status?phase=human", &recording).await;
    post_webhook(
        client,
        "/twilio/amd-status",
        &[("CallSid", call), ("AnsweredBy", "human")],
    )
    .await;
}

/// A call's event types, each with its tenant.
async fn tenants(app: &App, call: &str) -> Vec<(String, String)> {
    let history = app
        .running
        .engine()
        .ledger
        .history(&StreamId::call(call))
        .await
        .unwrap();
    let both = |event: infra::event_store::Recorded| (event.event_type, event.metadata.tenant.0);
    history.into_iter().map(both).collect()
}

#[track_caller]
fn assert_all_of_acme(events: &[(String, String)], wanted: &[&str]) {
    for name in wanted {
        assert!(events.iter().any(|(event, _)| event == name), "{name}: {events:?}");
    }
    assert!(events.iter().all(|(_, tenant)| tenant == "acme"), "{events:?}");
}

/// Call ids and event types from a live feed, from the start of the log until the event type `last` of this call.
async fn feed_events(client: &Client, call: &str, last: &str) -> Vec<(String, String)> {
    let mut feed: Socket = client.socket("/ws?after=0", &[]).await.unwrap();
    let mut feed_events = Vec::new();
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
            feed_events.push((call_id.to_owned(), event));
            if is_last {
                return;
            }
        }
        panic!("the feed was closed: {feed_events:?}");
    };
    tokio::time::timeout(FEED_TIMEOUT, reading)
        .await
        .unwrap_or_else(|_| panic!("the feed did not send {last} of {call}"));
    feed_events
}

async fn every_event_of_a_call_belongs_to_the_tenant_of_its_first_event(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (acme, _) = acme_user(&app).await;
    let agent = assign_number(&acme).await;
    post_webhook(&acme, "/twilio/inbound", &inbound("CA1", ACME_NUMBER)).await;
    post_callbacks(&acme, "CA1").await;
    let events = tenants(&app, "CA1").await;
    let wanted = [
        "CallStarted",
        "ParticipantJoined",
        "ConferenceStarted",
        "RecordingStarted",
        "CallAnswered",
    ];
    assert_all_of_acme(&events, &wanted);
    let engine = app.running.engine();
    let (call, _) = engine.ledger.state::<domain::call::Call>("CA1").await.unwrap().unwrap();
    assert_eq!(call.agent().map(domain::AgentId::as_str), Some(agent.as_str()));

    // Each tenant's feed contains only its own calls. A feed is ordered, so all earlier events have arrived.
    post_webhook(&acme, "/twilio/inbound", &inbound("CA2", UNASSIGNED_NUMBER)).await;
    assert!(tenants(&app, "CA2").await.iter().all(|(_, tenant)| tenant == "default"));
    let acme_events = feed_events(&acme, "CA1", "CallAnswered").await;
    assert_eq!(acme_events.len(), events.len(), "{acme_events:?}");
    let other_events = feed_events(&app.client().signed_in().await, "CA2", "CallStarted").await;
    assert!(other_events.iter().all(|(call, _)| call != "CA1"), "{other_events:?}");
    app.wait_for_read_models().await;
    acme.read("/api/call-logs/CA1").await.expect(200);
    app.client()
        .signed_in()
        .await
        .read("/api/call-logs/CA1")
        .await
        .expect(404);
}

async fn browser_call_belongs_to_the_users_tenant_whatever_number_is_dialed(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (acme, user) = acme_user(&app).await;
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
    post_webhook(
        &acme,
        "/twilio/voice",
        &dials.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
    .await;
    post_callbacks(&acme, "CA1").await;
    assert_all_of_acme(
        &tenants(&app, "CA1").await,
        &["CallStarted", "ConferenceStarted", "RecordingStarted"],
    );
    // A callback of the leg may arrive before the one of the call.
    let rings = call("CA2");
    post_webhook(
        &acme,
        "/twilio/call-status",
        &rings.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
    .await;
    assert_all_of_acme(&tenants(&app, "CA2").await, &["CallStarted"]);
}

/// Renames the table of number assignments, so that lookups fail, or restores it.
async fn set_numbers_hidden(app: &App, hidden: bool) {
    let db = app.read_stores.current("agents").await.unwrap().db;
    let sql = if hidden {
        "alter table agent_numbers rename to agent_numbers_away"
    } else {
        "alter table agent_numbers_away rename to agent_numbers"
    };
    on_db!(&db, c => sqlx::query(sql).execute(c).await.map(|_| ())).unwrap();
}

async fn call_keeps_ringing_while_the_number_owner_is_unavailable(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (acme, _) = acme_user(&app).await;
    assign_number(&acme).await;
    app.wait_for_read_models().await;
    set_numbers_hidden(&app, true).await;
    let answer = acme
        .webhook("/twilio/inbound", &inbound("CA1", ACME_NUMBER))
        .await
        .unwrap()
        .expect(200);
    let (pause, redirect) = (answer.text.find("<Pause"), answer.text.find("<Redirect"));
    assert!(
        pause.is_some() && pause < redirect,
        "the call was answered: {}",
        answer.text
    );
    assert!(answer.text.contains("/twilio/inbound?waited=1"), "{}", answer.text);
    // A status callback is refused, so that Twilio repeats it.
    let ended = [inbound("CA1", ACME_NUMBER).as_slice(), &[("CallDuration", "7")]].concat();
    acme.webhook("/twilio/inbound-status", &ended)
        .await
        .unwrap()
        .expect(503);
    assert!(
        tenants(&app, "CA1").await.is_empty(),
        "an event was recorded for the wrong tenant"
    );
    // After the last wait, the call is answered anyway.
    post_webhook(&acme, "/twilio/inbound?waited=6", &inbound("CA2", ACME_NUMBER)).await;
    assert!(!tenants(&app, "CA2").await.is_empty());

    set_numbers_hidden(&app, false).await;
    // A failed lookup is cached for one second.
    let deadline = std::time::Instant::now() + FEED_TIMEOUT;
    while tenants(&app, "CA1").await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "the lookup was not repeated");
        post_webhook(&acme, "/twilio/inbound?waited=1", &inbound("CA1", ACME_NUMBER)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_all_of_acme(&tenants(&app, "CA1").await, &["CallStarted"]);
    // A known owner stays cached during an outage.
    set_numbers_hidden(&app, true).await;
    post_webhook(&acme, "/twilio/inbound", &inbound("CA3", ACME_NUMBER)).await;
    assert_all_of_acme(&tenants(&app, "CA3").await, &["CallStarted"]);
    set_numbers_hidden(&app, false).await;
}

async fn number_of_another_tenant_is_409_until_the_installation_moves_it(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (acme, _) = acme_user(&app).await;
    let default = app.client().signed_in().await;
    let acme_agent = assign_number(&acme).await;
    let assign = async |client: &Client, number: &str, agent: &str| {
        let body = json!({ "number": number, "agent": agent });
        client.put("/api/phone-numbers", &body).await
    };
    // The number of another tenant, and the configured one.
    for (client, number, agent) in [
        (&default, ACME_NUMBER, "default"),
        (&acme, "+15045550199", acme_agent.as_str()),
    ] {
        let refused = assign(client, number, agent).await.expect(409);
        assert!(refused.text.contains("belongs to another tenant"), "{}", refused.text);
    }
    // At once: one of them gets it.
    let both = futures::future::join(
        assign(&default, UNASSIGNED_NUMBER, "default"),
        assign(&acme, UNASSIGNED_NUMBER, &acme_agent),
    )
    .await;
    let statuses = (both.0.status, both.1.status);
    assert!(matches!(statuses, (200, 409) | (409, 200)), "{statuses:?}");
    // Unassigned, it is still the tenant's, and so are its calls.
    let without_agent = json!({ "number": ACME_NUMBER, "agent": null });
    acme.put("/api/phone-numbers", &without_agent).await.expect(200);
    app.wait_for_read_models().await;
    app.running.engine().number_routing.invalidate();
    assign(&default, ACME_NUMBER, "default").await.expect(409);
    post_webhook(&app.client(), "/twilio/inbound", &inbound("CA7", ACME_NUMBER)).await;
    assert_all_of_acme(&tenants(&app, "CA7").await, &["CallStarted"]);

    // The installation moves it.
    assign(&acme, ACME_NUMBER, &acme_agent).await.expect(200);
    let moved = [
        PhoneNumberCommand::Release { at: FRIDAY },
        PhoneNumberCommand::Claim {
            at: FRIDAY,
            tenant: "default".into(),
        },
    ];
    let metadata = Metadata::new(INSTALLATION, Actor::Cli("root".to_owned()), "test");
    let ledger = &app.running.engine().ledger;
    ledger
        .execute_all::<PhoneNumber>(ACME_NUMBER, &moved, metadata)
        .await
        .unwrap();
    app.wait_for_read_models().await;
    app.running.engine().number_routing.invalidate();
    let listed = acme.get("/api/phone-numbers").await.unwrap().expect(200).json();
    let listed = listed.as_array().unwrap().iter();
    assert!(!listed.into_iter().any(|row| row["number"] == ACME_NUMBER));
    post_webhook(&app.client(), "/twilio/inbound", &inbound("CA8", ACME_NUMBER)).await;
    let events = tenants(&app, "CA8").await;
    assert!(events.iter().all(|(_, tenant)| tenant == "default"), "{events:?}");
    assign(&acme, ACME_NUMBER, &acme_agent).await.expect(409);
    assign(&default, ACME_NUMBER, "default").await.expect(200);
}
