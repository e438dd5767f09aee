//! Listening in while the AI speaks: what the listener receives is what was said, on bytes; and when it begins, whom it is
//! shared with, and when it ends.

use super::conversation::types;
use harness::ear::{Ear, Heard};
use harness::on_both_engines;
use harness::place::Place;
use harness::ports::free_port;
use harness::service::Client;
use harness::world::{Pace, World};
use sandbox::network::exchange::Stream;
use sandbox::network::person::Behaviour;
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

on_both_engines!(
    a_listener_hears_the_caller_and_the_ai_and_the_history_says_who_listened,
    two_listeners_share_one_stream_and_the_last_one_ends_it,
    a_take_over_ends_the_sound_and_the_listener_is_in_the_conference,
    the_sound_ends_with_the_call,
    only_who_listens_in_may_hear,
    a_service_that_is_killed_while_somebody_listens_disturbs_nobody,
    a_stream_that_breaks_is_started_again,
);

/// Somebody who has something to say whenever it is their turn.
fn talkative() -> Scenario {
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

/// A call that the AI has answered once.
pub(super) async fn under_way(world: &World, admin: &Client) -> String {
    world.is_patient(admin).await;
    let call = talkative().begin(world.network.exchange()).unwrap();
    happened(world, admin, &call, "AiTurn", 2).await;
    call
}

pub(super) async fn happened(world: &World, client: &Client, call: &str, event: &str, times: usize) -> Value {
    let path = format!("/api/call-logs/{call}/history");
    world
        .until(client, &path, &format!("{event} {times} times"), |history| {
            types(history).iter().filter(|name| *name == event).count() >= times
        })
        .await
}

pub(super) async fn user_of(client: &Client) -> String {
    let me = client.read("/api/auth/me").await.expect(200).json();
    me["user_id"].as_str().unwrap().to_owned()
}

/// Lets somebody listen in, whose telephone behaves like this.
async fn listen_in(world: &World, client: &Client, call: &str, telephone: Behaviour) -> Ear {
    world.can_be_called(&format!("client:{}", user_of(client).await), telephone);
    order(client, call, "monitor", json!({ "mode": "listen" })).await;
    let ear = Ear::open(client, call).await.unwrap();
    ear.until("sound comes", |heard| {
        heard.kinds() == ["begun"] && heard.tracks.iter().all(|track| track.len() > 160)
    })
    .await;
    ear
}

async fn order(client: &Client, call: &str, what: &str, body: Value) {
    client
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(200);
}

async fn hang_up(world: &World, admin: &Client, call: &str) {
    order(admin, call, "hangup", json!({})).await;
    world.network.ended(call).await.unwrap();
    world.network.quiet().await;
}

/// Of how many streams the network knows, and how many of them run.
fn streams(world: &World) -> (usize, usize) {
    let state = world.network.exchange().state();
    let running = |stream: &&Stream| stream.is_running;
    (state.streams.len(), state.streams.iter().filter(running).count())
}

async fn until_streams_are(world: &World, wanted: (usize, usize)) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while streams(world) != wanted {
        assert!(
            Instant::now() < deadline,
            "{:?} are not {wanted:?}\n{}",
            streams(world),
            world.service.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What was said in a call, as its history tells it.
fn said(history: &Value, kind: &str) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    let texts = events.iter().filter(|event| event["type"] == kind);
    texts
        .map(|event| event["data"]["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Every sentence that was heard was said, and in this order, none left out in between.
#[track_caller]
fn was_said(heard: &[String], said: &[String]) {
    assert!(heard.len() >= 2, "too little was heard: {heard:?}");
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
        "heard {heard:#?}\nwas not said: {said:#?}"
    );
}

/// The history, once it tells of the last sentence that was heard of the caller: who listens hears it first.
async fn told_of(world: &World, client: &Client, call: &str, heard: &Heard) -> Value {
    let last = heard.sentences(0).pop().unwrap();
    let path = format!("/api/call-logs/{call}/history");
    world
        .until(client, &path, "what was heard is told", |history| {
            said(history, "CallerTurn").contains(&last)
        })
        .await
}

fn two_sentences_each(heard: &Heard) -> bool {
    heard.sentences(0).len() >= 2 && heard.sentences(1).len() >= 2
}

async fn a_listener_hears_the_caller_and_the_ai_and_the_history_says_who_listened(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let listener = world.colleague(&admin, "bob", "agent").await;
    let user = user_of(&listener).await;
    let call = under_way(&world, &admin).await;
    // Their telephone is not there: the sound needs none.
    let ear = listen_in(&world, &listener, &call, Behaviour::absent()).await;
    let heard = ear.until("both sides have spoken", two_sentences_each).await;
    assert_eq!(heard.gaps, 0, "nothing is lost on the way");
    let history = told_of(&world, &listener, &call, &heard).await;
    was_said(&heard.sentences(0), &said(&history, "CallerTurn"));
    was_said(&heard.sentences(1), &said(&history, "AiTurn"));

    // They are shown as listening, though nobody answered their telephone.
    let history = happened(&world, &admin, &call, "ParticipantUnreached", 1).await;
    assert!(!types(&history).contains(&"ListenerLeft".to_owned()), "{history:#}");
    world
        .until(&admin, "/api/active-calls", "they are shown as listening", |live| {
            live[0]["listeners"] == json!([user])
        })
        .await;
    // They close the page: they have left, and the stream is not needed any more.
    ear.leave().await;
    let history = happened(&world, &admin, &call, "ListenerLeft", 1).await;
    for event in history["events"].as_array().unwrap() {
        if ["ListenerJoined", "ListenerLeft"].contains(&event["type"].as_str().unwrap()) {
            assert_eq!(event["data"]["user"], user.as_str(), "{event:#}");
        }
    }
    until_streams_are(&world, (1, 0)).await;
    // The call has noticed nothing.
    let turns = types(&history).iter().filter(|name| *name == "CallerTurn").count();
    happened(&world, &admin, &call, "CallerTurn", turns + 2).await;
    hang_up(&world, &admin, &call).await;
    for model in ["call_log", "live_calls", "work"] {
        world.rebuild_changes_nothing(model);
    }
    world.close().await;
}

async fn two_listeners_share_one_stream_and_the_last_one_ends_it(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let colleague = world.colleague(&admin, "bob", "agent").await;
    let call = under_way(&world, &admin).await;
    let one = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    let two = listen_in(&world, &colleague, &call, Behaviour::absent()).await;
    assert_eq!(streams(&world), (1, 1));
    let length = |heard: &Heard| heard.tracks[0].len();
    one.leave().await;
    let so_far = length(&two.heard());
    two.until("the other goes on", |heard| length(heard) > so_far + 8_000)
        .await;
    assert_eq!(streams(&world), (1, 1));
    // Whoever stops listening hears no more.
    colleague
        .delete(&format!("/api/active-calls/{call}/monitor"))
        .await
        .expect(200);
    let heard = two.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.told.last(),
        Some(&json!({ "type": "ended", "reason": "left" })),
        "{:?}",
        heard.told
    );
    assert_eq!(heard.closed, Some(1000));
    until_streams_are(&world, (1, 0)).await;
    // Somebody comes again: the stream does, too.
    let again = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    assert_eq!(streams(&world), (2, 1));
    again.leave().await;
    until_streams_are(&world, (2, 0)).await;
    hang_up(&world, &admin, &call).await;
    world.close().await;
}

/// A telephone that is answered, and in which nobody speaks.
pub(super) fn quiet() -> Behaviour {
    toml::from_str("after_s = 1.0\n[[steps]]\nwait_s = 3000\n").unwrap()
}

async fn a_take_over_ends_the_sound_and_the_listener_is_in_the_conference(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let colleague = world.colleague(&admin, "bob", "agent").await;
    let call = under_way(&world, &admin).await;
    let ear = listen_in(&world, &colleague, &call, quiet()).await;
    happened(&world, &admin, &call, "ParticipantJoined", 1).await;
    world.can_be_called(&format!("client:{}", user_of(&admin).await), quiet());
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let heard = ear.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.told.last(),
        Some(&json!({ "type": "ended", "reason": "taken_over" })),
        "{:?}",
        heard.told
    );
    until_streams_are(&world, (1, 0)).await;
    // From now on one listens by telephone: no other sound is to be had.
    assert_eq!(Ear::open(&colleague, &call).await.err(), Some(409));
    // The taker, the listener, and the caller.
    happened(&world, &admin, &call, "ParticipantJoined", 3).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["listeners"], json!([user_of(&colleague).await]), "{live:#}");
    hang_up(&world, &admin, &call).await;
    world.close().await;
}

async fn the_sound_ends_with_the_call(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let call = under_way(&world, &admin).await;
    let ear = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    hang_up(&world, &admin, &call).await;
    let heard = ear.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(
        heard.told.last(),
        Some(&json!({ "type": "ended", "reason": "call_ended" })),
        "{:?}",
        heard.told
    );
    assert_eq!(streams(&world).1, 0);
    happened(&world, &admin, &call, "CallEnded", 1).await;
    assert_eq!(Ear::open(&admin, &call).await.err(), Some(409));
    world.close().await;
}

async fn only_who_listens_in_may_hear(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let auditor = world.colleague(&admin, "eve", "auditor").await;
    let call = under_way(&world, &admin).await;
    // Who listens is in the log first.
    assert_eq!(Ear::open(&admin, &call).await.err(), Some(409));
    assert_eq!(Ear::open(&auditor, &call).await.err(), Some(403));
    assert_eq!(Ear::open(&world.service.client(), &call).await.err(), Some(401));
    assert_eq!(Ear::open(&admin, "CAnobody").await.err(), Some(404));
    order(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    let path = format!("/api/active-calls/{call}/sound");
    // Another site's page.
    for strange in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(admin.socket(&path, &[strange]).await.err(), Some(403), "{strange:?}");
    }
    admin.read(&path).await.expect(400);
    assert_eq!(streams(&world), (0, 0));
    hang_up(&world, &admin, &call).await;
    world.close().await;
}

async fn a_service_that_is_killed_while_somebody_listens_disturbs_nobody(place: Place) {
    let pace = Pace {
        settle: Duration::from_secs(6),
        ..Pace::slow()
    };
    let mut world = World::open_at(place, pace).await;
    let admin = world.admin().await;
    let call = under_way(&world, &admin).await;
    let ear = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    world.kill_and_restart().await;
    ear.until("the socket breaks", |heard| heard.closed.is_some()).await;
    until_streams_are(&world, (1, 0)).await;
    // The listener comes again, and hears how the call goes on.
    let again = Ear::open(&admin, &call).await.unwrap();
    let heard = again
        .until("the caller goes on", |heard| heard.sentences(0).len() >= 2)
        .await;
    let history = told_of(&world, &admin, &call, &heard).await;
    was_said(&heard.sentences(0), &said(&history, "CallerTurn"));
    assert_eq!(types(&history).iter().filter(|name| *name == "CallEnded").count(), 0);
    again.leave().await;
    hang_up(&world, &admin, &call).await;
    world.close().await;
}

async fn a_stream_that_breaks_is_started_again(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let call = under_way(&world, &admin).await;
    let ear = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    // As when it is stopped in Twilio's console.
    let exchange = world.network.exchange().clone();
    let sid = exchange.state().streams[0].sid.clone();
    sandbox::network::stream::stop(&exchange, &sid, exchange.clock.now());
    let heard = ear
        .until("it begins again", |heard| {
            heard.kinds() == ["begun", "interrupted", "begun"] && heard.tracks[0].len() > 8_000
        })
        .await;
    assert_eq!(heard.closed, None);
    assert_eq!(streams(&world), (2, 1));
    ear.leave().await;
    hang_up(&world, &admin, &call).await;
    world.close().await;
}

/// Two processes share a database and a public address; Twilio's sockets all land on the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_hears_through_an_address_of_its_own() {
    let (port, own) = (free_port().unwrap(), "http://two.calls.example");
    let world = World::with_routes(
        Place::postgres().await,
        Pace::slow(),
        vec![(own.to_owned(), format!("http://127.0.0.1:{port}"))],
    )
    .await;
    let admin = world.admin().await;
    let mut settings = world.settings();
    settings.push(("MEDIA_URL", own));
    let second = world.home.start_on(port, &settings).await;
    let there = second.client().signed_in().await;
    let call = under_way(&world, &admin).await;
    // Both listen, each through a stream of their own.
    let here = listen_in(&world, &admin, &call, Behaviour::absent()).await;
    let far = Ear::open(&there, &call).await.unwrap();
    for ear in [&here, &far] {
        ear.until("the caller speaks", |heard| !heard.sentences(0).is_empty())
            .await;
    }
    assert_eq!(streams(&world), (2, 2));
    happened(&world, &admin, &call, "ParticipantUnreached", 1).await;
    here.leave().await;
    far.leave().await;
    until_streams_are(&world, (2, 0)).await;
    happened(&world, &admin, &call, "ListenerLeft", 1).await;
    second.stop().await;

    // Without one, what was led elsewhere is refused there, and the listener is told.
    let lost = world.home.start_on(port, &world.settings()).await;
    let there = lost.client().signed_in().await;
    order(&there, &call, "monitor", json!({ "mode": "listen" })).await;
    let ear = Ear::open(&there, &call).await.unwrap();
    let heard = ear.until("it ends", |heard| heard.closed.is_some()).await;
    assert_eq!(heard.told, [json!({ "type": "ended", "reason": "unavailable" })]);
    assert_eq!(streams(&world).1, 0);
    hang_up(&world, &admin, &call).await;
    lost.stop().await;
    world.close().await;
}
