//! Whoever listens in and hears no more has left: the log says so, whyever the sound ended.

use domain::Timestamp;
use domain::call::value::ParticipantRole;
use domain::call::{Call, CallCommand};
use futures::StreamExt as _;
use harness::app::App;
use harness::on_both_engines;
use harness::place::Place;
use harness::service::{Client, Socket};
use infra::event_store::{Actor, Metadata, StreamId};
use infra::ledger::Ledger;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

on_both_engines!(
    a_listener_has_left_when_the_service_stops,
    a_listener_to_whom_no_sound_comes_has_left,
    a_listener_at_two_doors_has_left_once_both_are_closed,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
/// How long something may take; a debug build on a busy machine is slow.
const WITHIN: Duration = Duration::from_mins(2);

/// A call to which the admin listens in the browser: nobody answers their telephone.
async fn listened_to(app: &App, admin: &Client) {
    let inbound = [
        ("CallSid", "CA1"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", "+12025550143"),
        ("To", "+15045550100"),
    ];
    admin.webhook("/twilio/inbound", &inbound).await.unwrap().expect(200);
    app.settled().await;
    admin
        .post("/api/active-calls/CA1/monitor", &json!({ "mode": "listen" }))
        .await
        .expect(200);
    let called = CallCommand::CallParticipant {
        at: FRIDAY,
        call_sid: "CA2".into(),
        seat: 1,
    };
    let ledger = &app.running.state().ledger;
    let metadata = Metadata::new("default", Actor::Process("test".into()), "called");
    ledger.execute::<Call>("CA1", called, metadata).await.unwrap();
    let unanswered = [("CallSid", "CA2"), ("CallStatus", "no-answer")];
    let path = format!("/twilio/call-status?call_id=CA1&role={}", ParticipantRole::Listener);
    admin.webhook(&path, &unanswered).await.unwrap().expect(200);
    assert_eq!(left(ledger).await, 0);
}

async fn hears(client: &Client) -> Socket {
    client.socket("/api/active-calls/CA1/sound", &[]).await.unwrap()
}

/// What is told until the socket is closed.
async fn told_until_closed(socket: &mut Socket) -> Vec<Value> {
    let mut told = Vec::new();
    let reading = async {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Text(text) => told.push(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(WITHIN, reading).await.expect("it is closed");
    told
}

/// How often somebody left.
async fn left(ledger: &Ledger) -> usize {
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    history
        .iter()
        .filter(|event| event.event_type == "ListenerLeft")
        .count()
}

async fn a_listener_has_left_when_the_service_stops(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let admin = app.client().signed_in().await;
    listened_to(&app, &admin).await;
    let mut socket = hears(&admin).await;
    let ledger = app.running.state().ledger.clone();
    let (told, stopped) = tokio::join!(told_until_closed(&mut socket), app.running.shutdown(Duration::ZERO));
    stopped.unwrap();
    assert_eq!(told, [] as [Value; 0], "nothing ended: they may come again");
    assert_eq!(left(&ledger).await, 1, "before it has stopped");
}

async fn a_listener_to_whom_no_sound_comes_has_left(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let admin = app.client().signed_in().await;
    listened_to(&app, &admin).await;
    // Nobody is at the other end of the telephone network's address.
    let told = told_until_closed(&mut hears(&admin).await).await;
    assert_eq!(told, [json!({ "type": "ended", "reason": "unavailable" })]);
    assert_eq!(left(&app.running.state().ledger).await, 1, "it is in the log first");
}

async fn a_listener_at_two_doors_has_left_once_both_are_closed(place: Place) {
    let app = App::start(place, FRIDAY).await;
    let admin = app.client().signed_in().await;
    listened_to(&app, &admin).await;
    let ledger = &app.running.state().ledger;
    let (mut one, mut two) = (hears(&admin).await, hears(&admin).await);
    one.close(None).await.unwrap();
    told_until_closed(&mut one).await;
    assert_eq!(left(ledger).await, 0, "the other hears on");
    two.close(None).await.unwrap();
    let deadline = Instant::now() + WITHIN;
    while left(ledger).await == 0 {
        assert!(Instant::now() < deadline, "nobody has left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(left(ledger).await, 1);
}
