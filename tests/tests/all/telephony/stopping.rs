//! `SIGTERM` while calls are in progress.

use super::dialogue::{history, types};
use super::waiting_caller;
use harness::on_sqlite;
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::network::scenario::Scenario;
use serde_json::Value;
use std::time::Duration;

on_sqlite!(
    call_in_progress_continues_and_a_new_one_reaches_the_voicemail,
    call_is_ended_with_a_message_at_the_limit,
    second_signal_stops_at_once,
    service_does_not_wait_for_calls_that_the_network_does_not_know,
);

/// Long enough for the calls of these tests on a busy machine.
const LONG: [(&str, &str); 1] = [("DRAIN_CALLS_SECONDS", "300")];

fn scenario(toml: &str) -> Scenario {
    Scenario::from_toml(toml).unwrap()
}

async fn call_in_progress_continues_and_a_new_one_reaches_the_voicemail(stores: TestStores) {
    let mut env = TestEnv::with_settings(stores, Pace::default(), &LONG).await;
    let admin = env.admin().await;
    env.allow_long_silence(&admin).await;
    let conversation = scenario(
        r#"
        description = "says several things during a restart"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "Hello, my laptop does not start"
        [[caller.steps]]
        say = "It makes a noise, number one"
        within_s = 900
        [[caller.steps]]
        say = "It makes a noise, number two"
        within_s = 900
        [[caller.steps]]
        say = "It makes a noise, number three"
        within_s = 900
        [[caller.steps]]
        say = "It makes a noise, number four"
        within_s = 900
        [[caller.steps]]
        say = "It makes a noise, number five"
        within_s = 900
        [[caller.steps]]
        say = "It makes a noise, number six"
        within_s = 900
        [[caller.steps]]
        say = "Thank you, goodbye"
        within_s = 900
        [expect]
        ended_by = "twiml"
        hears = ["Thank you for calling"]
        "#,
    );
    let call = conversation.begin(env.network.switch()).unwrap();
    env.until_listening(&call, 1).await;
    env.service.terminate();
    env.service.until_logged("waiting for calls in progress").await;
    assert!(env.service.is_ready().await, "the webhooks of the call must arrive");
    let health = admin.read("/health").await.json();
    assert_eq!(health["status"], "draining", "{health:#}");

    let second = scenario(
        r#"
        description = "calls during the restart"
        [caller]
        from = "+15045550143"
        [[caller.steps]]
        say = "Please call me back"
        within_s = 900
        "#,
    );
    let second = second.begin(env.network.switch()).unwrap();
    let routed = |history: &Value| types(history).iter().any(|name| name == "RoutedToVoicemail");
    let path = format!("/api/call-logs/{second}/history");
    env.until(&admin, &path, "the second caller reaches the voicemail", routed)
        .await;
    env.network.ended(&second).await.unwrap();
    env.network.ended(&call).await.unwrap();
    env.assert_expectations_met(&conversation, &call);
    assert_eq!(env.service.exit_code().await, Some(0), "{}", env.service.log());
    assert!(
        !env.service.log().contains("the service stops"),
        "{}",
        env.service.log()
    );
    env.close_stopped().await;
}

async fn call_is_ended_with_a_message_at_the_limit(stores: TestStores) {
    let mut env = TestEnv::with_settings(stores, Pace::real_time(), &[("DRAIN_CALLS_SECONDS", "1")]).await;
    let call = waiting_caller().begin(env.network.switch()).unwrap();
    env.until_listening(&call, 1).await;
    env.service.terminate();
    env.wait_for_speech(&call, "I have to end the call").await;
    assert_eq!(env.service.exit_code().await, Some(0), "{}", env.service.log());
    env.network.ended(&call).await.unwrap();
    env.restart().await;
    let (_, events) = history(&env, &call).await;
    let end = events.iter().find(|event| event["type"] == "CallEnded").unwrap();
    assert_eq!(end["data"]["ended_by"], "shutdown", "{end:#}");
    assert_eq!(end["actor"], "process:drain", "{end:#}");
    env.close().await;
}

async fn second_signal_stops_at_once(stores: TestStores) {
    let mut env = TestEnv::with_settings(stores, Pace::real_time(), &LONG).await;
    let call = waiting_caller().begin(env.network.switch()).unwrap();
    env.until_listening(&call, 1).await;
    env.service.terminate();
    env.service.until_logged("waiting for calls in progress").await;
    env.service.terminate();
    assert_eq!(env.service.exit_code().await, Some(0), "{}", env.service.log());
    env.service.until_logged("second signal").await;
    env.close_stopped().await;
}

async fn service_does_not_wait_for_calls_that_the_network_does_not_know(stores: TestStores) {
    let mut env = TestEnv::with_settings(stores, Pace::real_time(), &LONG).await;
    let call = format!("CA{:032x}", rand::random::<u128>());
    let params = [
        ("CallSid", call.as_str()),
        ("From", "+15045550142"),
        ("CallStatus", "ringing"),
    ];
    let answer = env.service.client().webhook("/twilio/inbound", &params).await.unwrap();
    answer.expect(200);
    env.service.terminate();
    assert_eq!(env.service.exit_code().await, Some(0), "{}", env.service.log());
    assert!(
        !env.service.log().contains("waiting for calls"),
        "{}",
        env.service.log()
    );
    env.close_stopped().await;
}

mod with_another_process {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn calls_continue_there() {
        let mut env = TestEnv::with_settings(TestStores::postgres().await, Pace::real_time(), &LONG).await;
        let call = waiting_caller().begin(env.network.switch()).unwrap();
        env.until_listening(&call, 1).await;
        let other = env.home.start_with(&env.settings()).await;
        // Each knows the other after two beats.
        tokio::time::sleep(Duration::from_secs(3)).await;
        env.service.terminate();
        assert_eq!(env.service.exit_code().await, Some(0), "{}", env.service.log());
        env.service.until_logged("continue at another process").await;
        let live = other.client().signed_in().await.read("/api/active-calls").await.json();
        assert_eq!(live[0]["call_id"], call, "{live:#}");
        // The last process waits for the call.
        other.terminate();
        other.until_logged("waiting for calls in progress").await;
        env.end_leg(&call).await;
        other.kill();
        env.close_stopped().await;
    }
}
