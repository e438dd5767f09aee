//! A request that is sent again under the same `Idempotency-Key` is answered as before, whatever has become of the call.

use super::listening::{happened, quiet, under_way, user_of};
use harness::on_both_engines;
use harness::place::Place;
use harness::service::{Answer, Client};
use harness::world::{Pace, World};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines!(keys_that_were_pressed_and_a_call_that_was_ended_are_answered_again_after_the_end);

async fn ask(admin: &Client, call: &str, what: &str, key: Option<&str>) -> Answer {
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

async fn keys_that_were_pressed_and_a_call_that_was_ended_are_answered_again_after_the_end(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let call = under_way(&world, &admin).await;
    world.can_be_called(&format!("client:{}", user_of(&admin).await), quiet());
    let take_over = json!({ "mode": "take_over" });
    admin
        .post(&format!("/api/active-calls/{call}/monitor"), &take_over)
        .await
        .expect(200);
    let history = format!("/api/call-logs/{call}/history");
    world
        .until(&admin, &history, "the caller has met the person", |history| {
            let events = history["events"].as_array().cloned().unwrap_or_default();
            let is_caller = |event: &Value| event["type"] == "ParticipantJoined" && event["data"]["role"] == "caller";
            events.iter().any(is_caller)
        })
        .await;
    let pressed = ask(&admin, &call, "digits", Some("one")).await.expect(200);
    let ended = ask(&admin, &call, "hangup", Some("one")).await.expect(200);
    world.network.ended(&call).await.unwrap();
    happened(&world, &admin, &call, "CallEnded", 1).await;
    for (what, first) in [("digits", pressed), ("hangup", ended)] {
        let again = ask(&admin, &call, what, Some("one")).await.expect(200);
        assert_eq!(again.text, first.text, "{what}");
        let position = |answer: &Answer| answer.header("x-ledger-position").map(str::to_owned);
        assert!(position(&first).is_some());
        assert_eq!(position(&again), position(&first), "{what}");
        ask(&admin, &call, what, Some("another")).await.expect(409);
        ask(&admin, &call, what, None).await.expect(409);
    }
    let told = admin.read(&history).await.expect(200).json();
    let events = told["events"].as_array().unwrap();
    let sent = events.iter().filter(|event| event["type"] == "DigitsSent").count();
    assert_eq!(sent, 1);
    world.network.quiet().await;
    world.close().await;
}
