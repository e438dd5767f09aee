//! The sandbox's library of scenarios, every one of them, against the service; afterwards every read model is what a rebuild
//! makes of the log.

use super::conversation::types;
use futures::future::join_all;
use harness::on_both_engines;
use harness::place::Place;
use harness::service::Client;
use harness::world::{Pace, World};
use sandbox::models::{Fault, Surface};
use sandbox::network::exchange::Faults;
use sandbox::network::scenario::{LIBRARY, Scenario, named};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_engines!(
    scenarios_that_need_nothing_go_as_they_should_at_the_same_time,
    scenarios_with_a_troubled_network_end_in_the_same_rows,
    scenarios_with_agents_of_their_own_go_as_they_should,
    scenarios_with_a_model_in_trouble_never_let_the_caller_hear_it,
    scenarios_with_people_go_as_they_should_at_the_same_time,
);

/// Need nothing but a caller.
const ALONE: [&str; 21] = [
    "angry-caller",
    "asks-for-a-person",
    "browser-answered",
    "browser-busy",
    "browser-failed",
    "browser-no-answer",
    "corrects-themselves",
    "goodbye-at-once",
    "hang-up",
    "hang-up-after-question",
    "hang-up-while-ringing",
    "interruption",
    "keypad",
    "long-talk",
    "low-confidence",
    "profanity",
    "prompt-injection",
    "silence",
    "support",
    "two-sentences",
    "withheld-number",
];
/// Bring their own faults of the network.
const TROUBLED: [&str; 8] = [
    "answer-lost",
    "callbacks-late",
    "callbacks-out-of-order",
    "callbacks-twice",
    "network-busy",
    "network-down",
    "recording-late",
    "recording-never",
];
/// Need an agent that is like this.
const OWN_AGENT: [&str; 5] = [
    "closed-hours",
    "emergency",
    "goodbye-hindi",
    "voicemail",
    "voicemail-silent",
];
/// Need a model that is like this.
const TROUBLED_MODEL: [&str; 2] = ["model-down", "model-slow"];
/// Need people of ours who do this, once the AI has answered.
const WITH_PEOPLE: [(&str, &[Deed]); 10] = [
    ("agent-absent", &[Deed::Accept]),
    ("agent-declines", &[Deed::Accept]),
    ("hang-up-during-take-over", &[Deed::TakeOver]),
    ("hang-up-on-hold", &[Deed::TakeOver, Deed::Hold]),
    ("held-and-resumed", &[Deed::TakeOver, Deed::Hold, Deed::Resume]),
    ("taken-over", &[Deed::TakeOver]),
    ("transfer-answered", &[Deed::TakeOver, Deed::Transfer("+15045550111")]),
    ("transfer-busy", &[Deed::TakeOver, Deed::Transfer("+15045550113")]),
    ("transfer-failed", &[Deed::TakeOver, Deed::Transfer("+15045550115")]),
    ("transfer-no-answer", &[Deed::TakeOver, Deed::Transfer("+15045550114")]),
];

/// Something that a person of ours does.
#[derive(Clone, Copy)]
enum Deed {
    /// Agrees to take the call over, when they are asked.
    Accept,
    TakeOver,
    Hold,
    Resume,
    Transfer(&'static str),
}

fn scenario(name: &str) -> Scenario {
    named(name).expect("the library has it").expect("it can be acted out")
}

#[test]
fn every_scenario_is_played() {
    let played: BTreeSet<&str> = [&ALONE[..], &TROUBLED, &OWN_AGENT, &TROUBLED_MODEL]
        .concat()
        .into_iter()
        .chain(WITH_PEOPLE.map(|(name, _)| name))
        .collect();
    let library: BTreeSet<&str> = LIBRARY.iter().map(|(name, _)| *name).collect();
    assert_eq!(played, library);
    assert!(library.len() >= 30);
}

/// Waits until what followed from the calls is done, and rebuilds everything.
async fn rebuilds_to_the_same(world: &World) {
    world.network.quiet().await;
    for model in [
        "agents",
        "call_log",
        "contacts",
        "dashboard",
        "live_calls",
        "persona_feedback",
        "work",
    ] {
        world.rebuild_changes_nothing(model);
    }
}

async fn scenarios_that_need_nothing_go_as_they_should_at_the_same_time(place: Place) {
    let world = World::open(place).await;
    let scenarios = ALONE.map(|name| (name, scenario(name)));
    let begun = scenarios
        .each_ref()
        .map(|(_, scenario)| scenario.begin(world.network.exchange()).expect("the call is placed"));
    join_all(begun.each_ref().map(|call| world.network.ended(call))).await;
    world.network.quiet().await;
    let unmet: Vec<_> = scenarios
        .iter()
        .zip(&begun)
        .map(|((name, scenario), call)| (name, world.unmet(scenario, call)))
        .filter(|(_, unmet)| !unmet.is_empty())
        .collect();
    assert!(unmet.is_empty(), "{unmet:#?}\n{}", world.service.log());
    let admin = world.admin().await;
    let live = world
        .until(&admin, "/api/active-calls", "nobody is on the telephone", |calls| {
            calls.as_array().is_some_and(Vec::is_empty)
        })
        .await;
    assert_eq!(live, json!([]));
    let calls = admin.read("/api/call-logs?limit=100").await.expect(200).json();
    let listed = calls["calls"].as_array().map(Vec::len);
    assert_eq!(listed, Some(ALONE.len()), "{calls:#}");
    rebuilds_to_the_same(&world).await;
    world.close().await;
}

async fn scenarios_with_a_troubled_network_end_in_the_same_rows(place: Place) {
    let world = World::open(place).await;
    for name in TROUBLED {
        world.play(&scenario(name)).await;
        world.network.exchange().state().faults = Faults::default();
    }
    rebuilds_to_the_same(&world).await;
    world.close().await;
}

async fn scenarios_with_agents_of_their_own_go_as_they_should(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    let settings = |settings: Value| json!({ "settings": settings });
    for name in OWN_AGENT {
        let is_hindi = name == "goodbye-hindi";
        let language = if is_hindi { "hi-IN" } else { "en-US" };
        admin
            .put("/api/agent-settings", &settings(json!({ "language": language })))
            .await
            .expect(200);
        let closed = json!({ "closed": !is_hindi });
        admin.put("/api/agents/default/emergency", &closed).await.expect(200);
        let call = world.play(&scenario(name)).await;
        let detail = world
            .until(&admin, &format!("/api/call-logs/{call}"), "it is over", |call| {
                call["outcome"].is_string()
            })
            .await;
        assert_eq!(detail["voicemail"], !is_hindi, "{name}: {detail:#}");
    }
    rebuilds_to_the_same(&world).await;
    world.close().await;
}

async fn scenarios_with_a_model_in_trouble_never_let_the_caller_hear_it(place: Place) {
    let world = World::open(place).await;
    for name in TROUBLED_MODEL {
        world.models.add_fault(if name == "model-down" {
            Fault::down(Surface::Chat, 503)
        } else {
            Fault::slow(Surface::Chat, 30_000)
        });
        let mut scenario = scenario(name);
        scenario
            .expect
            .never_hears
            .extend(["error", "status", "timeout"].map(str::to_owned));
        world.play(&scenario).await;
        world.models.clear_faults();
    }
    rebuilds_to_the_same(&world).await;
    world.close().await;
}

async fn scenarios_with_people_go_as_they_should_at_the_same_time(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    join_all(WITH_PEOPLE.map(|(name, deeds)| with_a_person(&world, &admin, name, deeds))).await;
    rebuilds_to_the_same(&world).await;
    world.close().await;
}

/// Plays a scenario with a person of its own, who does these things.
async fn with_a_person(world: &World, admin: &Client, name: &str, deeds: &[Deed]) {
    let person = world.colleague(admin, name, "agent").await;
    let me = person.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().expect("an identifier").to_owned();
    let mut scenario = scenario(name);
    if let Some(behaviour) = scenario.parties.remove("client:agent") {
        scenario.parties.insert(format!("client:{user}"), behaviour);
    }
    // Whoever looks at the live calls is asked.
    let feed = person.feed().await;
    let call = scenario.begin(world.network.exchange()).expect("the call is placed");
    let happened = async |event: &'static str, data: &'static str| {
        let path = format!("/api/call-logs/{call}/history");
        let has = |history: &Value| {
            let events = history["events"].as_array().cloned().unwrap_or_default();
            events
                .iter()
                .any(|it| it["type"] == event && it["data"].to_string().contains(data))
        };
        let what = format!("{name}: {event} {data}");
        types(&world.until(&person, &path, &what, has).await)
    };
    let order = async |what: &str, body: Value| {
        person
            .post(&format!("/api/active-calls/{call}/{what}"), &body)
            .await
            .expect(200);
    };
    for deed in deeds {
        match deed {
            Deed::Accept => {
                happened("TakeoverRequested", "").await;
                order("agent-response", json!({ "answer": "accept" })).await;
            }
            Deed::TakeOver => {
                happened("CallerTurn", "").await;
                order("monitor", json!({ "mode": "take_over" })).await;
                if deeds.len() > 1 {
                    happened("ParticipantJoined", "\"caller\"").await;
                }
            }
            Deed::Hold => order("hold", json!({})).await,
            Deed::Resume => order("resume", json!({})).await,
            Deed::Transfer(to) => order("transfer", json!({ "to": to })).await,
        }
    }
    world.network.ended(&call).await.expect("the call is known");
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    let told = happened("CallEnded", "").await;
    let expects = |event: &str| assert!(told.iter().any(|it| it == event), "{name}: {event} in {told:?}");
    for deed in deeds {
        match deed {
            Deed::Accept => expects("ParticipantUnreached"),
            Deed::TakeOver => expects("TakenOver"),
            Deed::Hold => expects("PutOnHold"),
            Deed::Resume => expects("TakenOffHold"),
            Deed::Transfer("+15045550111") => expects("Transferred"),
            Deed::Transfer(_) => expects("TransferFailed"),
        }
    }
    drop(feed);
}
