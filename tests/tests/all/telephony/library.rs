//! Every scenario of the sandbox's library against the service. Afterwards, a rebuild of every read model has no
//! difference.

use super::dialogue::types;
use futures::future::join_all;
use harness::on_both_engines;
use harness::service::Client;
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::network::faults::Faults;
use sandbox::network::scenario::{LIBRARY, Scenario, named};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_engines!(
    concurrent_caller_scenarios_meet_their_expectations,
    concurrent_team_member_scenarios_meet_their_expectations,
    ; sqlite:
    network_fault_scenarios_meet_their_expectations,
    agent_setting_scenarios_meet_their_expectations,
    model_fault_scenarios_play_no_error_to_the_caller,
    ten_scenarios_meet_their_expectations_in_real_time,
);

/// Scenarios that need only a caller.
const CALLER_ONLY: [&str; 21] = [
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
/// Scenarios that inject network faults.
const NETWORK_FAULTS: [&str; 8] = [
    "answer-lost",
    "callbacks-late",
    "callbacks-out-of-order",
    "callbacks-twice",
    "network-busy",
    "network-down",
    "recording-late",
    "recording-never",
];
/// Scenarios that need agent settings.
const AGENT_SETTINGS: [&str; 5] = [
    "closed-hours",
    "emergency",
    "goodbye-hindi",
    "voicemail",
    "voicemail-silent",
];
/// Scenarios that need a model fault.
const MODEL_FAULTS: [&str; 2] = ["model-down", "model-slow"];
/// Scenarios with a team member, and the team member's actions once the AI has answered.
const TEAM_MEMBER_ACTIONS: [(&str, &[Action]); 10] = [
    ("agent-absent", &[Action::Accept]),
    ("agent-declines", &[Action::Accept]),
    ("hang-up-during-take-over", &[Action::TakeOver]),
    ("hang-up-on-hold", &[Action::TakeOver, Action::Hold]),
    ("held-and-resumed", &[Action::TakeOver, Action::Hold, Action::Resume]),
    ("taken-over", &[Action::TakeOver]),
    (
        "transfer-answered",
        &[Action::TakeOver, Action::Transfer("+15045550111")],
    ),
    ("transfer-busy", &[Action::TakeOver, Action::Transfer("+15045550113")]),
    ("transfer-failed", &[Action::TakeOver, Action::Transfer("+15045550115")]),
    (
        "transfer-no-answer",
        &[Action::TakeOver, Action::Transfer("+15045550114")],
    ),
];

/// Ten scenarios that are also played with everything in real time, as in production.
const REAL_TIME: [&str; 10] = [
    "browser-answered",
    "goodbye-at-once",
    "hang-up",
    "hang-up-after-question",
    "hang-up-while-ringing",
    "held-and-resumed",
    "interruption",
    "taken-over",
    "transfer-answered",
    "two-sentences",
];

/// An action of a team member.
#[derive(Clone, Copy)]
enum Action {
    /// Accepts the takeover request.
    Accept,
    TakeOver,
    Hold,
    Resume,
    Transfer(&'static str),
}

fn scenario(name: &str) -> Scenario {
    named(name)
        .expect("the scenario is valid")
        .expect("the library contains the scenario")
}

#[test]
fn every_library_scenario_is_tested() {
    let played: BTreeSet<&str> = [&CALLER_ONLY[..], &NETWORK_FAULTS, &AGENT_SETTINGS, &MODEL_FAULTS]
        .concat()
        .into_iter()
        .chain(TEAM_MEMBER_ACTIONS.map(|(name, _)| name))
        .collect();
    let library: BTreeSet<&str> = LIBRARY.iter().map(|(name, _)| *name).collect();
    assert_eq!(played, library);
    assert!(library.len() >= 30);
}

/// Waits until the network is idle, and compares a rebuild of every read model.
async fn assert_rebuilds_are_identical(env: &TestEnv) {
    env.network.quiet().await;
    for model in [
        "agents",
        "call_log",
        "contacts",
        "dashboard",
        "live_calls",
        "persona_feedback",
        "work",
    ] {
        env.assert_rebuild_is_identical(model);
    }
}

async fn concurrent_caller_scenarios_meet_their_expectations(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    play_together(&env, &CALLER_ONLY).await;
    let admin = env.admin().await;
    let live = env
        .until(&admin, "/api/active-calls", "no call is active", |calls| {
            calls.as_array().is_some_and(Vec::is_empty)
        })
        .await;
    assert_eq!(live, json!([]));
    let calls = admin.read("/api/call-logs?limit=100").await.expect(200).json();
    let listed = calls["calls"].as_array().map(Vec::len);
    assert_eq!(listed, Some(CALLER_ONLY.len()), "{calls:#}");
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

/// Plays caller scenarios at the same time.
async fn play_together(env: &TestEnv, names: &[&'static str]) {
    let scenarios: Vec<_> = names.iter().map(|name| (name, scenario(name))).collect();
    let calls: Vec<_> = scenarios
        .iter()
        .map(|(_, scenario)| scenario.begin(env.network.switch()).expect("the call is placed"))
        .collect();
    join_all(calls.iter().map(|call| env.network.ended(call))).await;
    env.network.quiet().await;
    let unmet: Vec<_> = scenarios
        .iter()
        .zip(&calls)
        .map(|((name, scenario), call)| (name, env.unmet(scenario, call)))
        .filter(|(_, unmet)| !unmet.is_empty())
        .collect();
    assert!(unmet.is_empty(), "{unmet:#?}\n{}", env.service.log());
}

async fn network_fault_scenarios_meet_their_expectations(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    for name in NETWORK_FAULTS {
        env.play(&scenario(name)).await;
        env.network.switch().state().faults = Faults::default();
    }
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

async fn agent_setting_scenarios_meet_their_expectations(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let settings = |settings: Value| json!({ "settings": settings });
    for name in AGENT_SETTINGS {
        let is_hindi = name == "goodbye-hindi";
        let language = if is_hindi { "hi-IN" } else { "en-US" };
        admin
            .put("/api/agent-settings", &settings(json!({ "language": language })))
            .await
            .expect(200);
        let closed = json!({ "closed": !is_hindi });
        admin.put("/api/agents/default/emergency", &closed).await.expect(200);
        let call = env.play(&scenario(name)).await;
        let detail = env
            .until(&admin, &format!("/api/call-logs/{call}"), "it is over", |call| {
                call["outcome"].is_string()
            })
            .await;
        assert_eq!(detail["voicemail"], !is_hindi, "{name}: {detail:#}");
    }
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

async fn model_fault_scenarios_play_no_error_to_the_caller(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    for name in MODEL_FAULTS {
        let mut scenario = scenario(name);
        scenario
            .expect
            .never_hears
            .extend(["error", "status", "timeout"].map(str::to_owned));
        let call = env.play(&scenario).await;
        let history = admin
            .read(&format!("/api/call-logs/{call}/history"))
            .await
            .expect(200)
            .text;
        assert!(
            history.contains("AiFailed"),
            "{name} did not take the model down: {history}"
        );
    }
    // Nothing is left in the sandbox: the model answers again.
    let call = env.play(&scenario("support")).await;
    let history = admin
        .read(&format!("/api/call-logs/{call}/history"))
        .await
        .expect(200)
        .text;
    assert!(!history.contains("AiFailed"), "{history}");
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

async fn concurrent_team_member_scenarios_meet_their_expectations(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    join_all(TEAM_MEMBER_ACTIONS.map(|(name, actions)| play_with_team_member(&env, &admin, name, actions))).await;
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

async fn ten_scenarios_meet_their_expectations_in_real_time(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::real_time()).await;
    let admin = env.admin().await;
    let callers: Vec<_> = REAL_TIME
        .into_iter()
        .filter(|name| CALLER_ONLY.contains(name))
        .collect();
    let with_team_member = TEAM_MEMBER_ACTIONS
        .into_iter()
        .filter(|(name, _)| REAL_TIME.contains(name));
    let with_team_member = with_team_member.map(|(name, actions)| play_with_team_member(&env, &admin, name, actions));
    let with_team_member: Vec<_> = with_team_member.collect();
    assert_eq!(callers.len() + with_team_member.len(), REAL_TIME.len());
    futures::join!(play_together(&env, &callers), join_all(with_team_member));
    assert_rebuilds_are_identical(&env).await;
    env.close().await;
}

/// Plays a scenario with its own team member, who performs these actions.
async fn play_with_team_member(env: &TestEnv, admin: &Client, name: &str, actions: &[Action]) {
    let person = env.team_member(admin, name, "agent").await;
    let me = person.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().expect("an identifier").to_owned();
    let mut scenario = scenario(name);
    if let Some(behavior) = scenario.parties.remove("client:agent") {
        scenario.parties.insert(format!("client:{user}"), behavior);
    }
    // Takeover requests go to users with an open live feed.
    let feed = person.feed().await;
    let call = scenario.begin(env.network.switch()).expect("the call is placed");
    let wait_for_event = async |event: &'static str, data: &'static str| {
        let path = format!("/api/call-logs/{call}/history");
        let has = |history: &Value| {
            let events = history["events"].as_array().cloned().unwrap_or_default();
            events
                .iter()
                .any(|it| it["type"] == event && it["data"].to_string().contains(data))
        };
        let what = format!("{name}: {event} {data}");
        types(&env.until(&person, &path, &what, has).await)
    };
    let post_action = async |what: &str, body: Value| {
        let path = format!("/api/active-calls/{call}/{what}");
        let answer = person.post(&path, &body).await;
        let history = person.read(&format!("/api/call-logs/{call}/history")).await.text;
        let log = env.service.log();
        assert_eq!(answer.status, 200, "{name}: {what}: {}\n{history}\n{log}", answer.text);
    };
    for action in actions {
        match action {
            Action::Accept => {
                wait_for_event("TakeoverRequested", "").await;
                post_action("agent-response", json!({ "answer": "accept" })).await;
            }
            Action::TakeOver => {
                wait_for_event("CallerTurn", "").await;
                post_action("monitor", json!({ "mode": "take_over" })).await;
                if actions.len() > 1 {
                    wait_for_event("ParticipantJoined", "\"caller\"").await;
                }
            }
            Action::Hold => post_action("hold", json!({})).await,
            Action::Resume => post_action("resume", json!({})).await,
            Action::Transfer(to) => post_action("transfer", json!({ "to": to })).await,
        }
    }
    env.network.ended(&call).await.expect("the call is known");
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    let event_types = wait_for_event("CallEnded", "").await;
    let expects = |event: &str| {
        assert!(
            event_types.iter().any(|it| it == event),
            "{name}: {event} in {event_types:?}"
        );
    };
    for action in actions {
        match action {
            Action::Accept => expects("ParticipantUnreached"),
            Action::TakeOver => expects("TakenOver"),
            Action::Hold => expects("PutOnHold"),
            Action::Resume => expects("TakenOffHold"),
            Action::Transfer("+15045550111") => expects("Transferred"),
            Action::Transfer(_) => expects("TransferFailed"),
        }
    }
    drop(feed);
}
