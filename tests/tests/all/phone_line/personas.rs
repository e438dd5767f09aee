//! What reviewers say becomes what the AI is told, by way of a person, and can be taken back.

use super::conversation::history;
use harness::on_both_engines;
use harness::place::Place;
use harness::service::Client;
use harness::world::World;
use sandbox::models::Surface;
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};

on_both_engines!(
    the_next_call_keeps_what_was_approved_and_the_one_after_a_rollback_does_not,
    a_draft_of_the_model_is_condensed_corrections_and_changes_nothing,
);

const PERSONAS: &str = "/api/agents/default/personas";
const RULE: &str = "Ask for the model of the machine before anything else.";

fn a_call() -> Scenario {
    Scenario::from_toml(
        r#"
        description = "a broken machine"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "Hello, my laptop does not start"
        [[caller.steps]]
        say = "Thank you, goodbye"
        [expect]
        ended_by = "twiml"
        "#,
    )
    .unwrap()
}

/// A call that the AI answered: its persona's version in every turn of the AI, and whether the rule was in every question to
/// the model during it.
async fn answered(world: &World) -> (String, Vec<Value>, Vec<bool>) {
    let before = world.models.requests().len();
    let call = world.play(&a_call()).await;
    let (_, events) = history(world, &call).await;
    let turns = events.iter().filter(|event| event["type"] == "AiTurn");
    let versions = turns.map(|turn| turn["data"]["persona_version"].clone()).collect();
    let questions = world.models.requests().split_off(before);
    let of_the_call = questions
        .iter()
        .filter(|question| question.surface == Surface::Chat)
        .map(|question| question.body.to_string())
        // The summary of a call is asked for too, and by other instructions.
        .filter(|question| question.contains("You are an AI assistant on the telephone"));
    (
        call,
        versions,
        of_the_call.map(|question| question.contains(RULE)).collect(),
    )
}

async fn correct(admin: &Client, call: &str, note: &str) {
    let grade = json!({ "grade": "needs_improvement" });
    admin
        .put(&format!("/api/call-logs/{call}/grade"), &grade)
        .await
        .expect(200);
    let corrections = format!("/api/call-logs/{call}/corrections");
    admin.post(&corrections, &json!({ "note": note })).await.expect(200);
}

async fn the_next_call_keeps_what_was_approved_and_the_one_after_a_rollback_does_not(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    let (call, versions, told) = answered(&world).await;
    assert!(
        versions.len() > 1 && versions.iter().all(|version| *version == 0),
        "{versions:?}"
    );
    assert!(!told.is_empty() && !told.contains(&true), "{told:?}");

    correct(&admin, &call, "He should have asked which model it is").await;
    let proposal = json!({ "rules": [RULE], "sources": [{ "call_id": call, "correction": 1 }] });
    let proposed = admin.post(PERSONAS, &proposal).await.expect(201).json();
    assert_eq!(proposed["versions"][0]["sources"][0]["call_id"], call, "{proposed:#}");
    let (_, versions, told) = answered(&world).await;
    assert!(versions.iter().all(|version| *version == 0), "{versions:?}");
    assert!(!told.contains(&true), "a proposal alone changes nothing");

    admin
        .post(&format!("{PERSONAS}/1/approve"), &json!({}))
        .await
        .expect(200);
    let (_, versions, told) = answered(&world).await;
    assert!(versions.iter().all(|version| *version == 1), "{versions:?}");
    assert!(!told.is_empty() && !told.contains(&false), "{told:?}");
    let raw = |question: &sandbox::models::Request| question.body.to_string().contains("He should have asked");
    assert!(
        !world.models.requests().iter().any(raw),
        "a raw correction is in a prompt"
    );

    admin
        .post(&format!("{PERSONAS}/0/rollback"), &json!({}))
        .await
        .expect(200);
    let (_, versions, told) = answered(&world).await;
    assert!(versions.iter().all(|version| *version == 0), "{versions:?}");
    assert!(!told.is_empty() && !told.contains(&true), "{told:?}");
    for model in ["agents", "persona_feedback"] {
        world.rebuild_changes_nothing(model);
    }
    world.close().await;
}

async fn a_draft_of_the_model_is_condensed_corrections_and_changes_nothing(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    let (call, ..) = answered(&world).await;
    for note in [
        "ask for the model first",
        "Ask for the model first",
        "Call +1 504 555 0142 back",
    ] {
        correct(&admin, &call, note).await;
    }
    let sources: Vec<_> = (1..=3).map(|n| json!({ "call_id": call, "correction": n })).collect();
    let before = admin.read(PERSONAS).await.expect(200).json();
    let draft = admin
        .post(&format!("{PERSONAS}/draft"), &json!({ "sources": sources }))
        .await
        .expect(200)
        .json();
    assert_eq!(draft["rules"], json!(["Ask for the model first."]), "{draft}");
    assert_eq!(admin.read(PERSONAS).await.expect(200).json(), before);
    world.close().await;
}
