//! Team members who leave a call or do not join it: the remaining participants keep talking, and a caller is never left
//! alone on hold.

use super::dialogue::{history, types};
use super::takeover::{
    answering_phone, assert_no_open_legs, behavior, post_action, register_phone, scenario, start_call, take_over,
    wait_for_event,
};
use harness::on_sqlite;
use harness::service::Client;
use harness::test_env::{NUMBER, Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::network::party::Behavior;
use sandbox::network::scenario::Scenario;
use sandbox::network::switch::RecordingStatus;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Write as _;

on_sqlite!(
    second_accepted_takeover_is_hung_up_and_the_first_continues,
    team_member_who_left_without_a_callback_does_not_take_over,
    caller_without_a_team_member_returns_to_the_ai,
    failed_transfer_takes_the_caller_off_hold,
    second_transfer_hangs_up_the_first_target_and_resumes_the_recording,
);

/// A phone that rings for `after_s` seconds and answers without speech.
fn silent_phone(after_s: f64) -> Behavior {
    Behavior {
        after_s,
        ..behavior("[[steps]]\nwait_s = 3000\n")
    }
}

/// The legs that the service dialed, by participant number.
fn dialed_legs(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    let called = events.iter().filter(|event| event["type"] == "ParticipantCalled");
    called
        .map(|event| event["data"]["call_sid"].as_str().unwrap().to_owned())
        .collect()
}

fn count_events(events: &[Value], kind: &str, field: &str, value: &str) -> usize {
    let is_so = |event: &&Value| event["type"] == kind && event["data"][field] == value;
    events.iter().filter(is_so).count()
}

/// Whether the network plays hold music to the caller.
pub fn is_on_hold(env: &TestEnv, call: &str) -> bool {
    let state = env.network.switch().state();
    let mut everybody = state.conferences.iter().flat_map(|it| &it.participants);
    everybody.any(|one| one.call_sid == call && one.hold)
}

async fn second_accepted_takeover_is_hung_up_and_the_first_continues(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let team_member = env.team_member(&admin, "bob", "agent").await;
    let at_their_desk = |after_s| Behavior {
        after_s,
        ..behavior(
            r#"
            [[steps]]
            when = "at last"
            say = "I will send a technician tomorrow"
            anytime = true
            within_s = 900
            [[steps]]
            when = "anyone else"
            say = "I am here alone"
            anytime = true
            within_s = 900
            [[steps]]
            wait_s = 3000
            "#,
        )
    };
    register_phone(&env, &admin, at_their_desk(8.0)).await;
    register_phone(&env, &team_member, at_their_desk(8.0)).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "tomorrow"
        within_s = 900
        [[caller.steps]]
        say = "Is anyone else there"
        anytime = true
        after_ms = 60000
        within_s = 900
        [[caller.steps]]
        when = "alone"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        [expect]
        ended_by = "caller"
        "#,
    );
    let call = start_call(&env, &admin, &scenario).await;
    for person in [&admin, &team_member] {
        post_action(person, &call, "monitor", json!({ "mode": "take_over" })).await;
    }
    wait_for_event(&env, &admin, &call, "ParticipantCalled", 2).await;
    // Both phones answer only after both were dialed.
    env.fail_requests(&[("/Conferences.json", 400, 8)]);
    wait_for_event(&env, &admin, &call, "ParticipantJoined", 2).await;
    env.fail_requests(&[]);
    let history_then = wait_for_event(&env, &admin, &call, "ParticipantLeft", 1).await;
    assert!(
        !types(&history_then).iter().any(|name| name == "CallEnded"),
        "{history_then:#}"
    );
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    assert_no_open_legs(&env);
    let (types, events) = history(&env, &call).await;
    assert_eq!(types.iter().filter(|name| *name == "TakenOver").count(), 1, "{types:?}");
    assert_eq!(
        count_events(&events, "ParticipantJoined", "role", "team_member"),
        2,
        "{events:#?}"
    );
    env.close().await;
}

async fn team_member_who_left_without_a_callback_does_not_take_over(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, silent_phone(8.0)).await;
    let call = start_call(&env, &admin, &scenario("")).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let called = wait_for_event(&env, &admin, &call, "ParticipantCalled", 1).await;
    env.fail_requests(&[("/Conferences.json", 400, 3)]);
    // They leave before the fourth attempt, without a callback.
    let failed = wait_for_event(&env, &admin, &call, "EffectFailed", 3).await;
    let attempts = failed["events"].as_array().unwrap().iter();
    let attempts = attempts.filter(|event| event["type"] == "EffectFailed" && event["data"]["effect"] == "take_over");
    let attempts: Vec<_> = attempts.map(|event| &event["data"]["attempt"]).collect();
    assert_eq!(attempts, [1, 2, 3], "{failed:#}");
    env.network.switch().state().faults.callbacks.drop = true;
    env.end_leg(&dialed_legs(&called)[0]).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    env.network.switch().state().faults.callbacks.drop = false;
    let turns = types(&failed).iter().filter(|name| *name == "AiTurn").count();
    let afterwards = wait_for_event(&env, &admin, &call, "AiTurn", turns + 4).await;
    assert!(
        !types(&afterwards).iter().any(|name| name == "TakenOver"),
        "{afterwards:#}"
    );
    post_action(&admin, &call, "hangup", json!({})).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    assert_no_open_legs(&env);
    env.close().await;
}

/// A caller who speaks for long after the AI's first reply, and then waits for a person.
fn talkative_caller() -> Scenario {
    let mut long = "And then there is this".to_owned();
    for n in 0..120 {
        write!(long, " and also number {n}").unwrap();
    }
    Scenario::from_toml(&format!(
        r#"
        description = "a caller who is connected to a team member who has left"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "My question is too difficult for a machine"
        [[caller.steps]]
        say = "{long}"
        within_s = 900
        [[caller.steps]]
        on = "joined"
        within_s = 900
        [[caller.steps]]
        when = "still there"
        within_s = 900
        [[caller.steps]]
        say = "Then what are your opening hours"
        within_s = 900
        [[caller.steps]]
        say = "Thank you, goodbye"
        within_s = 900
        "#
    ))
    .unwrap()
}

async fn caller_without_a_team_member_returns_to_the_ai(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, silent_phone(1.0)).await;
    let scenario = talkative_caller();
    let call = start_call(&env, &admin, &scenario).await;
    // Only the caller's next turn moves them to the conference.
    let redirect = format!("/Calls/{call}.json");
    env.fail_requests(&[(&redirect, 400, 100)]);
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let taken = wait_for_event(&env, &admin, &call, "TakenOver", 1).await;
    // The redirect was tried before the conference can no longer be read.
    wait_for_event(&env, &admin, &call, "EffectFailed", 1).await;
    env.fail_requests(&[(&redirect, 400, 100), ("/Conferences.json", 429, 1000)]);
    env.end_leg(&dialed_legs(&taken)[0]).await;
    env.until(
        &admin,
        &format!("/api/call-logs/{call}/history"),
        "the caller has joined",
        |history| {
            let events = history["events"].as_array().cloned().unwrap_or_default();
            count_events(&events, "ParticipantJoined", "role", "caller") == 1
        },
    )
    .await;
    env.fail_requests(&[]);
    wait_for_event(&env, &admin, &call, "TakeoverFailed", 1).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert!(live[0]["taken_over_by"].is_null(), "{live:#}");
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    assert_no_open_legs(&env);
    let (types, events) = history(&env, &call).await;
    let failed = types.iter().position(|name| name == "TakeoverFailed").unwrap();
    assert!(
        types[failed..].iter().filter(|name| *name == "AiTurn").count() >= 2,
        "{types:?}"
    );
    assert!(
        count_events(&events, "EffectFailed", "effect", "take_over") >= 1,
        "{events:#?}"
    );
    for model in ["call_log", "live_calls", "work"] {
        env.assert_rebuild_is_identical(model);
    }
    env.close().await;
}

async fn transfer(admin: &Client, call: &str, to: &str) {
    post_action(admin, call, "transfer", json!({ "to": to })).await;
}

async fn failed_transfer_takes_the_caller_off_hold(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, answering_phone()).await;
    env.set_party("+15045550111", silent_phone(8.0));
    let patient = scenario("[[caller.steps]]\nwait_s = 3000\n");
    let call = start_call(&env, &admin, &patient).await;
    take_over(&env, &admin, &call).await;
    // The caller ID for the target was released.
    let numbers = std::mem::take(&mut env.network.switch().state().numbers);
    assert!(numbers.iter().any(|number| number.phone_number == NUMBER));
    transfer(&admin, &call, "+15045550111").await;
    wait_for_event(&env, &admin, &call, "TransferFailed", 1).await;
    assert!(!is_on_hold(&env, &call), "{}", env.service.log());
    env.network.switch().state().numbers = numbers;
    // The second time the target is dialed, and connecting it fails.
    transfer(&admin, &call, "+15045550111").await;
    let called = wait_for_event(&env, &admin, &call, "ParticipantCalled", 2).await;
    let target = &dialed_legs(&called)[1];
    env.fail_requests(&[(&format!("/Participants/{target}.json"), 400, 100)]);
    wait_for_event(&env, &admin, &call, "TransferFailed", 2).await;
    assert!(!is_on_hold(&env, &call), "{}", env.service.log());
    env.fail_requests(&[]);
    post_action(&admin, &call, "hangup", json!({})).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    assert_no_open_legs(&env);
    let (_, events) = history(&env, &call).await;
    for reason in ["the target could not be dialed", "could not be connected"] {
        assert_eq!(
            count_events(&events, "TransferFailed", "reason", reason),
            1,
            "{events:#?}"
        );
    }
    env.close().await;
}

async fn second_transfer_hangs_up_the_first_target_and_resumes_the_recording(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, answering_phone()).await;
    env.set_party("+15045550111", silent_phone(1.0));
    let store_room = r#"
        [[steps]]
        when = "transferred to you"
        within_s = 900
        [[steps]]
        when = "anyone"
        say = "This is the store room"
        anytime = true
        within_s = 900
        [[steps]]
        wait_s = 3000
    "#;
    env.set_party("+15045550112", behavior(store_room));
    let scenario = scenario(
        r#"
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        say = "Is anyone there"
        anytime = true
        after_ms = 60000
        within_s = 900
        [[caller.steps]]
        when = "store room"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        [expect]
        ended_by = "caller"
        "#,
    );
    let call = start_call(&env, &admin, &scenario).await;
    take_over(&env, &admin, &call).await;
    wait_for_event(&env, &admin, &call, "RecordingStarted", 2).await;
    post_action(&admin, &call, "hold", json!({})).await;
    wait_for_event(&env, &admin, &call, "RecordingPaused", 1).await;
    transfer(&admin, &call, "+15045550111").await;
    let transferred = wait_for_event(&env, &admin, &call, "Transferred", 1).await;
    let names = types(&transferred);
    for expected in ["TakenOffHold", "RecordingResumed"] {
        assert!(names.iter().any(|name| name == expected), "{expected}: {transferred:#}");
    }
    let is_recorded = {
        let state = env.network.switch().state();
        let mut recordings = state.recordings.iter().filter(|it| it.call_sid == call);
        recordings.any(|it| it.status == RecordingStatus::InProgress)
    };
    assert!(is_recorded, "{}", env.service.log());
    transfer(&admin, &call, "+15045550112").await;
    wait_for_event(&env, &admin, &call, "Transferred", 2).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    assert_no_open_legs(&env);
    // The team member and the first target left before the caller.
    let (_, events) = history(&env, &call).await;
    let left: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "ParticipantLeft")
        .collect();
    // The callbacks of the leg and of the conference both report it.
    let mut legs = HashSet::new();
    let first_reports = left
        .iter()
        .filter(|event| legs.insert(event["data"]["call_sid"].to_string()));
    let roles: Vec<_> = first_reports
        .take(2)
        .map(|event| event["data"]["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["team_member", "transfer_target"], "{left:#?}");
    env.close().await;
}
