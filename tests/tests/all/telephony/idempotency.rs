//! A request that is repeated with the same `Idempotency-Key` gets the same response, even after the call has changed.

use super::hangup::is_on_hold;
use super::listening::{silent_phone, start_call, user_of, wait_for_event};
use harness::on_sqlite;
use harness::service::{Answer, Client};
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use reqwest::Method;
use serde_json::{Value, json};

on_sqlite!(repeated_order_gets_the_same_response_and_changes_nothing,);

async fn post_action(admin: &Client, call: &str, what: &str, key: Option<&str>) -> Answer {
    let body = match what {
        "digits" => json!({ "digits": "1w#" }),
        _ => json!({}),
    };
    let path = format!("/api/active-calls/{call}/{what}");
    let mut request = admin.request(Method::POST, &path).json(&body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    admin.send(request).await.expect("an answer")
}

async fn repeated_order_gets_the_same_response_and_changes_nothing(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let call = start_call(&env, &admin).await;
    env.set_party(&format!("client:{}", user_of(&admin).await), silent_phone());
    let take_over = json!({ "mode": "take_over" });
    admin
        .post(&format!("/api/active-calls/{call}/monitor"), &take_over)
        .await
        .expect(200);
    let history = format!("/api/call-logs/{call}/history");
    env.until(&admin, &history, "the caller has met the person", |history| {
        let events = history["events"].as_array().cloned().unwrap_or_default();
        let is_caller = |event: &Value| event["type"] == "ParticipantJoined" && event["data"]["role"] == "caller";
        events.iter().any(is_caller)
    })
    .await;
    let held = post_action(&admin, &call, "hold", Some("hold")).await.expect(200);
    assert!(is_on_hold(&env, &call));
    let resumed = post_action(&admin, &call, "resume", Some("resume")).await.expect(200);
    // Late repetitions of both orders.
    for (what, first) in [("hold", held), ("resume", resumed)] {
        let again = post_action(&admin, &call, what, Some(what)).await.expect(200);
        assert_eq!(
            again.header("x-ledger-position"),
            first.header("x-ledger-position"),
            "{what}"
        );
        assert!(!is_on_hold(&env, &call), "{what} changed the call again");
    }
    let pressed = post_action(&admin, &call, "digits", Some("one")).await.expect(200);
    let ended = post_action(&admin, &call, "hangup", Some("one")).await.expect(200);
    env.network.ended(&call).await.unwrap();
    wait_for_event(&env, &admin, &call, "CallEnded", 1).await;
    for (what, first) in [("digits", pressed), ("hangup", ended)] {
        let again = post_action(&admin, &call, what, Some("one")).await.expect(200);
        assert_eq!(again.text, first.text, "{what}");
        let position = |answer: &Answer| answer.header("x-ledger-position").map(str::to_owned);
        assert!(position(&first).is_some());
        assert_eq!(position(&again), position(&first), "{what}");
        post_action(&admin, &call, what, Some("another")).await.expect(409);
        post_action(&admin, &call, what, None).await.expect(409);
    }
    let after = admin.read(&history).await.expect(200).json();
    let events = after["events"].as_array().unwrap();
    let sent = events.iter().filter(|event| event["type"] == "DigitsSent").count();
    assert_eq!(sent, 1);
    env.network.quiet().await;
    env.close().await;
}
