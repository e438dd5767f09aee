//! A listener whose audio ended has left the call, for whatever reason: the log contains `ListenerLeft`.

use domain::Timestamp;
use domain::call::value::ParticipantRole;
use domain::call::{Call, CallCommand};
use futures::StreamExt as _;
use harness::app::App;
use harness::on_sqlite;
use harness::service::{Client, Socket};
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Metadata, StreamId};
use infra::ledger::Ledger;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

on_sqlite!(
    stopping_service_records_that_the_listener_left,
    listener_without_audio_has_left,
    listener_with_two_connections_leaves_when_both_are_closed,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
/// For a debug build on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Starts a call to which the admin listens in the browser; their phone is not answered.
async fn start_listened_call(app: &App, admin: &Client) {
    let inbound = [
        ("CallSid", "CA1"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", "+12025550143"),
        ("To", "+15045550100"),
    ];
    admin.webhook("/twilio/inbound", &inbound).await.unwrap().expect(200);
    app.wait_for_read_models().await;
    admin
        .post("/api/active-calls/CA1/monitor", &json!({ "mode": "listen" }))
        .await
        .expect(200);
    let called = CallCommand::CallParticipant {
        at: FRIDAY,
        call_sid: "CA2".into(),
        participant: 1,
    };
    let ledger = &app.running.engine().ledger;
    let metadata = Metadata::new("default", Actor::Process("test".into()), "called");
    ledger.execute::<Call>("CA1", called, metadata).await.unwrap();
    let unanswered = [("CallSid", "CA2"), ("CallStatus", "no-answer")];
    let path = format!("/twilio/call-status?call_id=CA1&role={}", ParticipantRole::Listener);
    admin.webhook(&path, &unanswered).await.unwrap().expect(200);
    assert_eq!(count_left(ledger).await, 0);
}

async fn open_sound(client: &Client) -> Socket {
    client.socket("/api/active-calls/CA1/sound", &[]).await.unwrap()
}

/// The messages until the WebSocket is closed.
async fn messages_until_closed(socket: &mut Socket) -> Vec<Value> {
    let mut messages = Vec::new();
    let reading = async {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Text(text) => messages.push(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(TIMEOUT, reading)
        .await
        .expect("the WebSocket is closed in time");
    messages
}

/// The number of `ListenerLeft` events.
async fn count_left(ledger: &Ledger) -> usize {
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    history
        .iter()
        .filter(|event| event.event_type == "ListenerLeft")
        .count()
}

async fn stopping_service_records_that_the_listener_left(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let admin = app.client().signed_in().await;
    start_listened_call(&app, &admin).await;
    let mut socket = open_sound(&admin).await;
    let ledger = app.running.engine().ledger.clone();
    let (messages, stopped) = tokio::join!(messages_until_closed(&mut socket), app.running.shutdown(Duration::ZERO));
    stopped.unwrap();
    assert_eq!(messages, [] as [Value; 0], "no end is reported: the page may reconnect");
    assert_eq!(count_left(&ledger).await, 1, "recorded before the service has stopped");
}

async fn listener_without_audio_has_left(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let admin = app.client().signed_in().await;
    start_listened_call(&app, &admin).await;
    // No server listens at the telephone network's URL.
    let messages = messages_until_closed(&mut open_sound(&admin).await).await;
    assert_eq!(messages, [json!({ "type": "ended", "reason": "unavailable" })]);
    assert_eq!(
        count_left(&app.running.engine().ledger).await,
        1,
        "recorded before the close"
    );
}

async fn listener_with_two_connections_leaves_when_both_are_closed(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let admin = app.client().signed_in().await;
    start_listened_call(&app, &admin).await;
    let ledger = &app.running.engine().ledger;
    let (mut one, mut two) = (open_sound(&admin).await, open_sound(&admin).await);
    one.close(None).await.unwrap();
    messages_until_closed(&mut one).await;
    assert_eq!(count_left(ledger).await, 0, "the other connection still listens");
    two.close(None).await.unwrap();
    let deadline = Instant::now() + TIMEOUT;
    while count_left(ledger).await == 0 {
        assert!(Instant::now() < deadline, "ListenerLeft was not recorded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count_left(ledger).await, 1);
}
