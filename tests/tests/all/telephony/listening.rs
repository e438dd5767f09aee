//! Listening to a call of the AI: the received audio contains exactly what was said. Covers the start, sharing and end
//! of the media stream.

use super::dialogue::types;
use harness::listener::{ListenerSocket, ReceivedAudio};
use harness::on_sqlite;
use harness::ports::free_port;
use harness::service::Client;
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::network::party::Behavior;
use sandbox::network::scenario::Scenario;
use sandbox::network::switch::Stream;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

on_sqlite!(
    listener_hears_both_sides_and_is_recorded,
    two_listeners_share_one_stream_and_the_last_one_stops_it,
    takeover_ends_the_stream_and_the_listener_joins_the_conference,
    stream_ends_with_the_call,
    audio_requires_listening_and_permission,
    killed_service_does_not_disturb_the_call_and_the_listener_reconnects,
    broken_stream_is_restarted,
);

/// A caller who speaks on every turn.
fn talkative_caller() -> Scenario {
    let mut toml = "description = \"a talkative caller\"\n[caller]\nfrom = \"+15045550142\"\n".to_owned();
    for n in 1..=300 {
        write!(
            toml,
            "[[caller.steps]]\nsay = \"My bicycle number {n} has a flat tyre\"\nwithin_s = 900\n"
        )
        .unwrap();
    }
    Scenario::from_toml(&toml).unwrap()
}

/// Starts a call and waits for the AI's first reply.
pub(super) async fn start_call(env: &TestEnv, admin: &Client) -> String {
    env.allow_long_silence(admin).await;
    let call = talkative_caller().begin(env.network.switch()).unwrap();
    wait_for_event(env, admin, &call, "AiTurn", 2).await;
    call
}

pub(super) async fn wait_for_event(env: &TestEnv, client: &Client, call: &str, event: &str, times: usize) -> Value {
    let path = format!("/api/call-logs/{call}/history");
    env.until(client, &path, &format!("{event} {times} times"), |history| {
        types(history).iter().filter(|name| *name == event).count() >= times
    })
    .await
}

pub(super) async fn user_of(client: &Client) -> String {
    let me = client.read("/api/auth/me").await.expect(200).json();
    me["user_id"].as_str().unwrap().to_owned()
}

/// Starts listening as this user, whose phone has this behavior.
async fn listen_in(env: &TestEnv, client: &Client, call: &str, telephone: Behavior) -> ListenerSocket {
    env.set_party(&format!("client:{}", user_of(client).await), telephone);
    post_action(client, call, "monitor", json!({ "mode": "listen" })).await;
    let listener_socket = ListenerSocket::open(client, call).await.unwrap();
    listener_socket
        .until("sound comes", |heard| {
            heard.kinds() == ["started"] && heard.tracks.iter().all(|track| track.len() > 160)
        })
        .await;
    listener_socket
}

async fn post_action(client: &Client, call: &str, what: &str, body: Value) {
    client
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(200);
}

async fn hang_up(env: &TestEnv, admin: &Client, call: &str) {
    post_action(admin, call, "hangup", json!({})).await;
    env.network.ended(call).await.unwrap();
    env.network.quiet().await;
}

/// The number of media streams in the network, and of running ones.
fn streams(env: &TestEnv) -> (usize, usize) {
    let state = env.network.switch().state();
    let running = |stream: &&Stream| stream.is_running;
    (state.streams.len(), state.streams.iter().filter(running).count())
}

async fn wait_for_streams(env: &TestEnv, wanted: (usize, usize)) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while streams(env) != wanted {
        assert!(
            Instant::now() < deadline,
            "{:?} streams instead of {wanted:?}\n{}",
            streams(env),
            env.service.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The texts of a call's turns of this type.
fn said(history: &Value, kind: &str) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    let texts = events.iter().filter(|event| event["type"] == kind);
    texts
        .map(|event| event["data"]["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Asserts that the heard sentences are a contiguous part of the said ones.
#[track_caller]
fn assert_said_in_order(heard: &[String], said: &[String]) {
    assert!(heard.len() >= 2, "too few sentences: {heard:?}");
    let is_heard = |part: &[String]| {
        let words = part.concat();
        let mut rest = words.as_str();
        let all = heard.iter().all(|sentence| match rest.strip_prefix(sentence.as_str()) {
            Some(left) => {
                rest = left.trim_start();
                true
            }
            None => false,
        });
        all && rest.is_empty()
    };
    let mut parts = (0..said.len()).flat_map(|from| (from + 1..=said.len()).map(move |to| from..to));
    assert!(
        parts.any(|part| is_heard(&said[part])),
        "heard: {heard:#?}\nsaid: {said:#?}"
    );
}

/// Waits until the history contains the caller's last heard sentence: listeners hear it before it is recorded.
async fn wait_for_last_sentence(env: &TestEnv, client: &Client, call: &str, heard: &ReceivedAudio) -> Value {
    let last = heard.sentences(0).pop().unwrap();
    let path = format!("/api/call-logs/{call}/history");
    env.until(client, &path, "the history contains the last sentence", |history| {
        said(history, "CallerTurn").contains(&last)
    })
    .await
}

fn has_two_sentences_each(heard: &ReceivedAudio) -> bool {
    heard.sentences(0).len() >= 2 && heard.sentences(1).len() >= 2
}

async fn listener_hears_both_sides_and_is_recorded(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let listener = env.team_member(&admin, "bob", "agent").await;
    let user = user_of(&listener).await;
    let call = start_call(&env, &admin).await;
    // Their phone does not exist: audio in the browser needs none.
    let listener_socket = listen_in(&env, &listener, &call, Behavior::absent()).await;
    let heard = listener_socket
        .until("both sides have spoken", has_two_sentences_each)
        .await;
    assert_eq!(heard.gaps, 0, "audio was lost");
    let history = wait_for_last_sentence(&env, &listener, &call, &heard).await;
    assert_said_in_order(&heard.sentences(0), &said(&history, "CallerTurn"));
    assert_said_in_order(&heard.sentences(1), &said(&history, "AiTurn"));

    // They are listed as a listener, although their phone was not answered.
    let history = wait_for_event(&env, &admin, &call, "ParticipantUnreached", 1).await;
    assert!(!types(&history).contains(&"ListenerLeft".to_owned()), "{history:#}");
    env.until(&admin, "/api/active-calls", "they are listed as a listener", |live| {
        live[0]["listeners"] == json!([user])
    })
    .await;
    // They close the page: they have left, and the stream is stopped.
    listener_socket.leave().await;
    let history = wait_for_event(&env, &admin, &call, "ListenerLeft", 1).await;
    for event in history["events"].as_array().unwrap() {
        if ["ListenerJoined", "ListenerLeft"].contains(&event["type"].as_str().unwrap()) {
            assert_eq!(event["data"]["user"], user.as_str(), "{event:#}");
        }
    }
    wait_for_streams(&env, (1, 0)).await;
    // The call was not affected.
    let turns = types(&history).iter().filter(|name| *name == "CallerTurn").count();
    wait_for_event(&env, &admin, &call, "CallerTurn", turns + 2).await;
    hang_up(&env, &admin, &call).await;
    for model in ["call_log", "live_calls", "work"] {
        env.assert_rebuild_is_identical(model);
    }
    env.close().await;
}

async fn two_listeners_share_one_stream_and_the_last_one_stops_it(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let team_member = env.team_member(&admin, "bob", "agent").await;
    let call = start_call(&env, &admin).await;
    let one = listen_in(&env, &admin, &call, Behavior::absent()).await;
    let two = listen_in(&env, &team_member, &call, Behavior::absent()).await;
    assert_eq!(streams(&env), (1, 1));
    let length = |heard: &ReceivedAudio| heard.tracks[0].len();
    one.leave().await;
    let so_far = length(&two.heard());
    two.until("the other listener still receives audio", |heard| {
        length(heard) > so_far + 8_000
    })
    .await;
    assert_eq!(streams(&env), (1, 1));
    // A listener who stops monitoring is disconnected.
    team_member
        .delete(&format!("/api/active-calls/{call}/monitor"))
        .await
        .expect(200);
    let heard = two.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.messages.last(),
        Some(&json!({ "type": "ended", "reason": "left" })),
        "{:?}",
        heard.messages
    );
    assert_eq!(heard.closed, Some(1000));
    wait_for_streams(&env, (1, 0)).await;
    // A new listener starts a new stream.
    let again = listen_in(&env, &admin, &call, Behavior::absent()).await;
    assert_eq!(streams(&env), (2, 1));
    again.leave().await;
    wait_for_streams(&env, (2, 0)).await;
    hang_up(&env, &admin, &call).await;
    env.close().await;
}

/// A phone that answers without speech.
pub(super) fn silent_phone() -> Behavior {
    toml::from_str("after_s = 1.0\n[[steps]]\nwait_s = 3000\n").unwrap()
}

async fn takeover_ends_the_stream_and_the_listener_joins_the_conference(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let team_member = env.team_member(&admin, "bob", "agent").await;
    let call = start_call(&env, &admin).await;
    let listener_socket = listen_in(&env, &team_member, &call, silent_phone()).await;
    wait_for_event(&env, &admin, &call, "ParticipantJoined", 1).await;
    env.set_party(&format!("client:{}", user_of(&admin).await), silent_phone());
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let heard = listener_socket.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.messages.last(),
        Some(&json!({ "type": "ended", "reason": "taken_over" })),
        "{:?}",
        heard.messages
    );
    wait_for_streams(&env, (1, 0)).await;
    // From now on, listeners use the phone: there is no audio in the browser.
    assert_eq!(ListenerSocket::open(&team_member, &call).await.err(), Some(409));
    // The team member, the listener and the caller.
    wait_for_event(&env, &admin, &call, "ParticipantJoined", 3).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["listeners"], json!([user_of(&team_member).await]), "{live:#}");
    hang_up(&env, &admin, &call).await;
    env.close().await;
}

async fn stream_ends_with_the_call(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let call = start_call(&env, &admin).await;
    let listener_socket = listen_in(&env, &admin, &call, Behavior::absent()).await;
    hang_up(&env, &admin, &call).await;
    let heard = listener_socket.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.messages.last(),
        Some(&json!({ "type": "ended", "reason": "call_ended" })),
        "{:?}",
        heard.messages
    );
    assert_eq!(streams(&env).1, 0);
    wait_for_event(&env, &admin, &call, "CallEnded", 1).await;
    assert_eq!(ListenerSocket::open(&admin, &call).await.err(), Some(409));
    env.close().await;
}

async fn audio_requires_listening_and_permission(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let auditor = env.team_member(&admin, "eve", "auditor").await;
    let call = start_call(&env, &admin).await;
    // Listening has to be recorded first.
    assert_eq!(ListenerSocket::open(&admin, &call).await.err(), Some(409));
    assert_eq!(ListenerSocket::open(&auditor, &call).await.err(), Some(403));
    assert_eq!(
        ListenerSocket::open(&env.service.client(), &call).await.err(),
        Some(401)
    );
    assert_eq!(ListenerSocket::open(&admin, "CAunknown").await.err(), Some(404));
    post_action(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    let path = format!("/api/active-calls/{call}/sound");
    // A page of another origin.
    for strange in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(admin.socket(&path, &[strange]).await.err(), Some(403), "{strange:?}");
    }
    admin.read(&path).await.expect(400);
    assert_eq!(streams(&env), (0, 0));
    hang_up(&env, &admin, &call).await;
    env.close().await;
}

async fn killed_service_does_not_disturb_the_call_and_the_listener_reconnects(stores: TestStores) {
    let pace = Pace {
        settle: Duration::from_secs(6),
        ..Pace::jobs()
    };
    let mut env = TestEnv::open_at(stores, pace).await;
    let admin = env.admin().await;
    let call = start_call(&env, &admin).await;
    let listener_socket = listen_in(&env, &admin, &call, Behavior::absent()).await;
    env.kill_and_restart().await;
    listener_socket
        .until("the socket breaks", |heard| heard.closed.is_some())
        .await;
    wait_for_streams(&env, (1, 0)).await;
    // The listener reconnects and hears the rest of the call.
    let again = ListenerSocket::open(&admin, &call).await.unwrap();
    let heard = again
        .until("the caller speaks again", |heard| heard.sentences(0).len() >= 2)
        .await;
    let history = wait_for_last_sentence(&env, &admin, &call, &heard).await;
    assert_said_in_order(&heard.sentences(0), &said(&history, "CallerTurn"));
    assert_eq!(types(&history).iter().filter(|name| *name == "CallEnded").count(), 0);
    again.leave().await;
    hang_up(&env, &admin, &call).await;
    env.close().await;
}

async fn broken_stream_is_restarted(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let call = start_call(&env, &admin).await;
    let listener_socket = listen_in(&env, &admin, &call, Behavior::absent()).await;
    // As if it was stopped in Twilio's console.
    let exchange = env.network.switch().clone();
    let sid = exchange.state().streams[0].sid.clone();
    sandbox::network::stream::stop(&exchange, &sid, exchange.clock.now());
    let heard = listener_socket
        .until("the stream restarts", |heard| {
            heard.kinds() == ["started", "interrupted", "started"] && heard.tracks[0].len() > 8_000
        })
        .await;
    assert_eq!(heard.closed, None);
    assert_eq!(streams(&env), (2, 1));
    listener_socket.leave().await;
    hang_up(&env, &admin, &call).await;
    env.close().await;
}

/// Two processes share a database and a public URL; all of Twilio's `WebSockets` reach the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_url_delivers_the_stream_to_its_process() {
    let (port, own) = (free_port().unwrap(), "http://two.calls.example");
    let env = TestEnv::with_routes(
        TestStores::postgres().await,
        Pace::jobs(),
        vec![(own.to_owned(), format!("http://127.0.0.1:{port}"))],
    )
    .await;
    let admin = env.admin().await;
    let mut settings = env.settings();
    settings.push(("MEDIA_URL", own));
    let second = env.home.start_on(port, &settings).await;
    let there = second.client().signed_in().await;
    let call = start_call(&env, &admin).await;
    // Both listen, each through its own stream.
    let here = listen_in(&env, &admin, &call, Behavior::absent()).await;
    let far = ListenerSocket::open(&there, &call).await.unwrap();
    for listener_socket in [&here, &far] {
        listener_socket
            .until("the caller speaks", |heard| !heard.sentences(0).is_empty())
            .await;
    }
    assert_eq!(streams(&env), (2, 2));
    wait_for_event(&env, &admin, &call, "ParticipantUnreached", 1).await;
    here.leave().await;
    far.leave().await;
    wait_for_streams(&env, (2, 0)).await;
    wait_for_event(&env, &admin, &call, "ListenerLeft", 1).await;
    second.stop().await;

    // Without a MEDIA_URL, the WebSocket reaches the wrong process, is refused there, and the listener gets
    // `unavailable`.
    let lost = env.home.start_on(port, &env.settings()).await;
    let there = lost.client().signed_in().await;
    post_action(&there, &call, "monitor", json!({ "mode": "listen" })).await;
    let listener_socket = ListenerSocket::open(&there, &call).await.unwrap();
    let heard = listener_socket.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(heard.messages, [json!({ "type": "ended", "reason": "unavailable" })]);
    assert_eq!(streams(&env).1, 0);
    hang_up(&env, &admin, &call).await;
    lost.stop().await;
    env.close().await;
}
