//! Calls whose final callback never arrives.

use super::dialogue::{history, types};
use super::waiting_caller;
use harness::on_both_engines;
use harness::service::Client;
use harness::test_env::{NUMBER, Pace, TestEnv};
use harness::test_stores::TestStores;
use rand::Rng as _;
use serde_json::{Value, json};
use std::time::Duration;

on_both_engines!(
    lost_end_of_a_call_is_taken_from_the_provider,
    ; sqlite:
    hang_up_of_a_call_that_is_over_ends_it,
    call_that_the_network_forgot_is_ended,
);

/// Starts a call, and ends it after the first answer while the network sends no callback.
async fn lose_the_end(env: &TestEnv, admin: &Client) -> String {
    env.allow_long_silence(admin).await;
    let call = waiting_caller().begin(env.network.switch()).unwrap();
    env.until_listening(&call, 2).await;
    env.network.switch().state().faults.callbacks.drop = true;
    env.end_leg(&call).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.network.switch().state().faults.callbacks.drop = false;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["call_id"], call, "{live:#}");
    call
}

fn at_network(env: &TestEnv, call: &str) -> chrono::DateTime<chrono::Utc> {
    let state = env.network.switch().state();
    state.call(call).unwrap().ended.unwrap()
}

fn micros(value: &Value) -> i64 {
    let time = value.as_str().unwrap_or_else(|| panic!("{value} is not a time"));
    chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp_micros()
}

async fn lost_end_of_a_call_is_taken_from_the_provider(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::default()).await;
    let admin = env.admin().await;
    let call = lose_the_end(&env, &admin).await;
    let ended = at_network(&env, &call);
    env.network.switch().clock.advance(Duration::from_secs(30));
    let (names, events) = history(&env, &call).await;
    assert_eq!(names.iter().filter(|name| *name == "CallEnded").count(), 1, "{names:?}");
    let end = events.iter().find(|event| event["type"] == "CallEnded").unwrap();
    assert_eq!(end["data"]["ended_by"], "reconciler", "{end:#}");
    assert_eq!(end["data"]["outcome"], "completed", "{end:#}");
    assert_eq!(end["actor"], "process:reconciler", "{end:#}");
    assert!(names.contains(&"GapRepaired".to_owned()), "{names:?}");
    let late_s = (micros(&end["recorded_at"]) - ended.timestamp_micros()) / 1_000_000;
    assert!((60..=240).contains(&late_s), "recorded {late_s} s after the end");
    let detail = env
        .until(&admin, &format!("/api/call-logs/{call}"), "the call is over", |call| {
            call["status"] == "completed"
        })
        .await;
    assert!(
        (micros(&detail["ended_at"]) - ended.timestamp_micros()).abs() <= 1_000_000,
        "{detail:#}"
    );
    env.until(&admin, "/api/active-calls", "no call is live", |live| {
        *live == json!([])
    })
    .await;
    for model in ["call_log", "live_calls", "dashboard", "work"] {
        env.assert_rebuild_is_identical(model);
    }
    env.close().await;
}

async fn hang_up_of_a_call_that_is_over_ends_it(stores: TestStores) {
    // The network's clock is at the speed of real time: the reconciler would end the call much later.
    let env = TestEnv::open_at(stores, Pace::real_time()).await;
    let admin = env.admin().await;
    let call = lose_the_end(&env, &admin).await;
    let path = format!("/api/active-calls/{call}/hangup");
    admin.post(&path, &json!({})).await.expect(200);
    let (_, events) = history(&env, &call).await;
    let end = events.iter().find(|event| event["type"] == "CallEnded").unwrap();
    assert_eq!(end["data"]["ended_by"], "reconciler", "{end:#}");
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live, json!([]));
    admin.post(&path, &json!({})).await.expect(409);
    env.close().await;
}

async fn call_that_the_network_forgot_is_ended(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::default()).await;
    let admin = env.admin().await;
    let call = format!("CA{:032x}", rand::rng().random::<u128>());
    let params = [
        ("CallSid", call.as_str()),
        ("From", "+15045550142"),
        ("To", NUMBER),
        ("CallStatus", "ringing"),
    ];
    let answer = env.service.client().webhook("/twilio/inbound", &params).await.unwrap();
    answer.expect(200);
    env.network.switch().clock.advance(Duration::from_mins(5));
    tokio::time::sleep(Duration::from_secs(8)).await;
    let path = format!("/api/call-logs/{call}/history");
    let before = admin.read(&path).await.expect(200).json();
    assert!(!types(&before).iter().any(|name| name == "CallEnded"), "{before:#}");
    env.network.switch().clock.advance(Duration::from_mins(10));
    let (_, events) = history(&env, &call).await;
    let end = events.iter().find(|event| event["type"] == "CallEnded").unwrap();
    assert_eq!(end["data"]["reason"], "unknown to the provider", "{end:#}");
    env.close().await;
}
