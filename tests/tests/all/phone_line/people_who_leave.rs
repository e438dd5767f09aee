//! People of ours who leave a call, or do not come to it: whoever stays goes on speaking, and a caller is never left alone
//! with music.

use super::conversation::{history, types};
use super::people::{
    at_a_desk, at_the_telephone, behaviour, happened, nobody_is_left, order, scenario, take_over, under_way,
};
use harness::on_both_engines;
use harness::place::Place;
use harness::service::Client;
use harness::world::{NUMBER, Pace, World};
use sandbox::network::exchange::RecordingStatus;
use sandbox::network::person::Behaviour;
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};
use std::fmt::Write as _;

on_both_engines!(
    of_two_who_accept_one_is_let_go_and_the_other_goes_on,
    whoever_left_unheard_takes_nothing_over,
    a_caller_whom_nobody_came_to_meet_speaks_with_the_ai_again,
    a_caller_is_not_on_hold_for_a_target_that_cannot_be_called_or_connected,
    a_second_transfer_lets_the_first_target_go_and_what_was_paused_is_recorded_again,
);

/// A telephone that rings for a while, and in which nobody speaks.
fn quiet(after_s: f64) -> Behaviour {
    Behaviour {
        after_s,
        ..behaviour("[[steps]]\nwait_s = 3000\n")
    }
}

/// The legs to which somebody was called, in the order of their seats.
fn legs(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    let called = events.iter().filter(|event| event["type"] == "ParticipantCalled");
    called
        .map(|event| event["data"]["call_sid"].as_str().unwrap().to_owned())
        .collect()
}

fn count(events: &[Value], kind: &str, field: &str, value: &str) -> usize {
    let is_so = |event: &&Value| event["type"] == kind && event["data"][field] == value;
    events.iter().filter(is_so).count()
}

/// Whether the network plays music to the caller instead of letting them hear the others.
fn is_on_hold(world: &World, call: &str) -> bool {
    let state = world.network.exchange().state();
    let mut everybody = state.conferences.iter().flat_map(|it| &it.participants);
    everybody.any(|one| one.call_sid == call && one.hold)
}

async fn of_two_who_accept_one_is_let_go_and_the_other_goes_on(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let colleague = world.colleague(&admin, "bob", "agent").await;
    let at_their_desk = |after_s| Behaviour {
        after_s,
        ..behaviour(
            r#"
            [[steps]]
            when = "at last"
            say = "I will send somebody tomorrow"
            anytime = true
            within_s = 900
            [[steps]]
            when = "anybody else"
            say = "I am here alone"
            anytime = true
            within_s = 900
            [[steps]]
            wait_s = 3000
            "#,
        )
    };
    at_the_telephone(&world, &admin, at_their_desk(8.0)).await;
    at_the_telephone(&world, &colleague, at_their_desk(8.0)).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "tomorrow"
        within_s = 900
        [[caller.steps]]
        say = "Is anybody else there"
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
    let call = under_way(&world, &admin, &scenario).await;
    for person in [&admin, &colleague] {
        order(person, &call, "monitor", json!({ "mode": "take_over" })).await;
    }
    happened(&world, &admin, &call, "ParticipantCalled", 2).await;
    // So that neither is faster than the other comes.
    world.refuses(&[("/Conferences.json", 400, 8)]);
    happened(&world, &admin, &call, "ParticipantJoined", 2).await;
    world.refuses(&[]);
    let history_then = happened(&world, &admin, &call, "ParticipantLeft", 1).await;
    assert!(
        !types(&history_then).iter().any(|name| name == "CallEnded"),
        "{history_then:#}"
    );
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    nobody_is_left(&world);
    let (types, events) = history(&world, &call).await;
    assert_eq!(types.iter().filter(|name| *name == "TakenOver").count(), 1, "{types:?}");
    assert_eq!(count(&events, "ParticipantJoined", "role", "agent"), 2, "{events:#?}");
    world.close().await;
}

async fn whoever_left_unheard_takes_nothing_over(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, quiet(8.0)).await;
    let call = under_way(&world, &admin, &scenario("")).await;
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let called = happened(&world, &admin, &call, "ParticipantCalled", 1).await;
    world.refuses(&[("/Conferences.json", 400, 3)]);
    // They leave before it is tried a fourth time, and nobody tells us.
    let failed = happened(&world, &admin, &call, "EffectFailed", 3).await;
    let attempts = failed["events"].as_array().unwrap().iter();
    let attempts = attempts.filter(|event| event["type"] == "EffectFailed" && event["data"]["effect"] == "take_over");
    let attempts: Vec<_> = attempts.map(|event| &event["data"]["attempt"]).collect();
    assert_eq!(attempts, [1, 2, 3], "{failed:#}");
    world.network.exchange().state().faults.callbacks.drop = true;
    world.hangs_up(&legs(&called)[0]).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    world.network.exchange().state().faults.callbacks.drop = false;
    let turns = types(&failed).iter().filter(|name| *name == "AiTurn").count();
    let goes_on = happened(&world, &admin, &call, "AiTurn", turns + 4).await;
    assert!(!types(&goes_on).iter().any(|name| name == "TakenOver"), "{goes_on:#}");
    order(&admin, &call, "hangup", json!({})).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    nobody_is_left(&world);
    world.close().await;
}

/// Somebody who has much to say after the AI's first answer, and then waits for a person.
fn long_winded() -> Scenario {
    let mut long = "And then there is this".to_owned();
    for n in 0..120 {
        write!(long, " and also number {n}").unwrap();
    }
    Scenario::from_toml(&format!(
        r#"
        description = "a caller who is led to somebody who has left"
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

async fn a_caller_whom_nobody_came_to_meet_speaks_with_the_ai_again(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, quiet(1.0)).await;
    let scenario = long_winded();
    let call = under_way(&world, &admin, &scenario).await;
    // Only the caller's next turn leads them to the conference.
    let redirect = format!("/Calls/{call}.json");
    world.refuses(&[(&redirect, 400, 100)]);
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let taken = happened(&world, &admin, &call, "TakenOver", 1).await;
    world.refuses(&[(&redirect, 400, 100), ("/Conferences.json", 429, 1000)]);
    world.hangs_up(&legs(&taken)[0]).await;
    world
        .until(
            &admin,
            &format!("/api/call-logs/{call}/history"),
            "the caller is there",
            |history| {
                let events = history["events"].as_array().cloned().unwrap_or_default();
                count(&events, "ParticipantJoined", "role", "caller") == 1
            },
        )
        .await;
    world.refuses(&[]);
    happened(&world, &admin, &call, "TakeoverFailed", 1).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert!(live[0]["taken_over_by"].is_null(), "{live:#}");
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    nobody_is_left(&world);
    let (types, events) = history(&world, &call).await;
    let failed = types.iter().position(|name| name == "TakeoverFailed").unwrap();
    assert!(
        types[failed..].iter().filter(|name| *name == "AiTurn").count() >= 2,
        "{types:?}"
    );
    assert!(
        count(&events, "EffectFailed", "effect", "take_over") >= 1,
        "{events:#?}"
    );
    for model in ["call_log", "live_calls", "work"] {
        world.rebuild_changes_nothing(model);
    }
    world.close().await;
}

async fn transfer(admin: &Client, call: &str, to: &str) {
    order(admin, call, "transfer", json!({ "to": to })).await;
}

async fn a_caller_is_not_on_hold_for_a_target_that_cannot_be_called_or_connected(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, at_a_desk()).await;
    world.can_be_called("+15045550111", quiet(8.0));
    let patient = scenario("[[caller.steps]]\nwait_s = 3000\n");
    let call = under_way(&world, &admin, &patient).await;
    take_over(&world, &admin, &call).await;
    // The number of ours from which the target is called was given up.
    let numbers = std::mem::take(&mut world.network.exchange().state().numbers);
    assert!(numbers.iter().any(|number| number.phone_number == NUMBER));
    transfer(&admin, &call, "+15045550111").await;
    happened(&world, &admin, &call, "TransferFailed", 1).await;
    assert!(!is_on_hold(&world, &call), "{}", world.service.log());
    world.network.exchange().state().numbers = numbers;
    // Another time the target is called, and then nothing can be done for it.
    transfer(&admin, &call, "+15045550111").await;
    let called = happened(&world, &admin, &call, "ParticipantCalled", 2).await;
    let target = &legs(&called)[1];
    world.refuses(&[(&format!("/Participants/{target}.json"), 400, 100)]);
    happened(&world, &admin, &call, "TransferFailed", 2).await;
    assert!(!is_on_hold(&world, &call), "{}", world.service.log());
    world.refuses(&[]);
    order(&admin, &call, "hangup", json!({})).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    nobody_is_left(&world);
    let (_, events) = history(&world, &call).await;
    for reason in ["could not be called", "could not be connected"] {
        assert_eq!(count(&events, "TransferFailed", "reason", reason), 1, "{events:#?}");
    }
    world.close().await;
}

async fn a_second_transfer_lets_the_first_target_go_and_what_was_paused_is_recorded_again(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, at_a_desk()).await;
    world.can_be_called("+15045550111", quiet(1.0));
    let stores = r#"
        [[steps]]
        when = "transferred to you"
        within_s = 900
        [[steps]]
        when = "anybody"
        say = "This is the store room"
        anytime = true
        within_s = 900
        [[steps]]
        wait_s = 3000
    "#;
    world.can_be_called("+15045550112", behaviour(stores));
    let scenario = scenario(
        r#"
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        say = "Is anybody there"
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
    let call = under_way(&world, &admin, &scenario).await;
    take_over(&world, &admin, &call).await;
    happened(&world, &admin, &call, "RecordingStarted", 2).await;
    order(&admin, &call, "hold", json!({})).await;
    happened(&world, &admin, &call, "RecordingPaused", 1).await;
    transfer(&admin, &call, "+15045550111").await;
    let transferred = happened(&world, &admin, &call, "Transferred", 1).await;
    let names = types(&transferred);
    for expected in ["TakenOffHold", "RecordingResumed"] {
        assert!(names.iter().any(|name| name == expected), "{expected}: {transferred:#}");
    }
    let is_recorded = {
        let state = world.network.exchange().state();
        let mut recordings = state.recordings.iter().filter(|it| it.call_sid == call);
        recordings.any(|it| it.status == RecordingStatus::InProgress)
    };
    assert!(is_recorded, "{}", world.service.log());
    transfer(&admin, &call, "+15045550112").await;
    happened(&world, &admin, &call, "Transferred", 2).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    nobody_is_left(&world);
    // Our person and the first target left before the caller did.
    let (_, events) = history(&world, &call).await;
    let left: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "ParticipantLeft")
        .collect();
    let roles: Vec<_> = left
        .iter()
        .take(2)
        .map(|event| event["data"]["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["agent", "transfer_target"], "{left:#?}");
    world.close().await;
}
