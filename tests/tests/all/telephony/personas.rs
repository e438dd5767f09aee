//! Corrections become rules in the model's prompt after approval, and can be rolled back.

use super::dialogue::history;
use harness::on_sqlite;
use harness::service::Client;
use harness::test_env::TestEnv;
use harness::test_stores::TestStores;
use sandbox::models::Surface;
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};

on_sqlite!(
    approved_rule_applies_to_the_next_call_until_rolled_back,
    model_draft_condenses_corrections_and_changes_nothing,
);

const PERSONAS: &str = "/api/agents/default/personas";
const RULE: &str = "Ask for the model of the machine before anything else.";

fn laptop_call() -> Scenario {
    Scenario::from_toml(
        r#"
        description = "a broken machine"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "Hello, my laptop does not start"
        [[caller.steps]]
        say = "Thank you, goodbye"
        [[caller.steps]]
        say = "Yes"
        [expect]
        ended_by = "twiml"
        "#,
    )
    .unwrap()
}

/// Plays a call. Returns its id, the persona version of every AI turn, and whether each model request contained the
/// rule.
async fn play_answered_call(env: &TestEnv) -> (String, Vec<Value>, Vec<bool>) {
    let before = env.models.requests().len();
    let call = env.play(&laptop_call()).await;
    let (_, events) = history(env, &call).await;
    let turns = events.iter().filter(|event| event["type"] == "AiTurn");
    let versions = turns.map(|turn| turn["data"]["persona_version"].clone()).collect();
    let questions = env.models.requests().split_off(before);
    let of_the_call = questions
        .iter()
        .filter(|request| request.surface == Surface::Chat)
        .map(|request| request.body.to_string())
        // The request for the summary has other instructions.
        .filter(|request| request.contains("You are an AI assistant on the telephone"));
    (
        call,
        versions,
        of_the_call.map(|request| request.contains(RULE)).collect(),
    )
}

async fn grade_and_correct(admin: &Client, call: &str, note: &str) {
    let grade = json!({ "grade": "needs_improvement" });
    admin
        .put(&format!("/api/call-logs/{call}/grade"), &grade)
        .await
        .expect(200);
    let corrections = format!("/api/call-logs/{call}/corrections");
    admin.post(&corrections, &json!({ "note": note })).await.expect(200);
}

async fn approved_rule_applies_to_the_next_call_until_rolled_back(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let (call, versions, rule_in_prompt) = play_answered_call(&env).await;
    assert!(
        versions.len() > 1 && versions.iter().all(|version| *version == 0),
        "{versions:?}"
    );
    assert!(
        !rule_in_prompt.is_empty() && !rule_in_prompt.contains(&true),
        "{rule_in_prompt:?}"
    );

    grade_and_correct(&admin, &call, "He should have asked which model it is").await;
    let proposal = json!({ "rules": [RULE], "sources": [{ "call_id": call, "correction": 1 }] });
    let proposed = admin.post(PERSONAS, &proposal).await.expect(201).json();
    assert_eq!(proposed["versions"][0]["sources"][0]["call_id"], call, "{proposed:#}");
    let (_, versions, rule_in_prompt) = play_answered_call(&env).await;
    assert!(versions.iter().all(|version| *version == 0), "{versions:?}");
    assert!(!rule_in_prompt.contains(&true), "a proposal alone changes nothing");

    admin
        .post(&format!("{PERSONAS}/1/approve"), &json!({}))
        .await
        .expect(200);
    let (_, versions, rule_in_prompt) = play_answered_call(&env).await;
    assert!(versions.iter().all(|version| *version == 1), "{versions:?}");
    assert!(
        !rule_in_prompt.is_empty() && !rule_in_prompt.contains(&false),
        "{rule_in_prompt:?}"
    );
    let raw = |request: &sandbox::models::Request| request.body.to_string().contains("He should have asked");
    assert!(
        !env.models.requests().iter().any(raw),
        "a prompt contains a raw correction"
    );

    admin
        .post(&format!("{PERSONAS}/0/rollback"), &json!({}))
        .await
        .expect(200);
    let (_, versions, rule_in_prompt) = play_answered_call(&env).await;
    assert!(versions.iter().all(|version| *version == 0), "{versions:?}");
    assert!(
        !rule_in_prompt.is_empty() && !rule_in_prompt.contains(&true),
        "{rule_in_prompt:?}"
    );
    for model in ["agents", "persona_feedback"] {
        env.assert_rebuild_is_identical(model);
    }
    env.close().await;
}

async fn model_draft_condenses_corrections_and_changes_nothing(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let (call, ..) = play_answered_call(&env).await;
    for note in [
        "ask for the model first",
        "Ask for the model first",
        "Call +1 504 555 0142 back",
    ] {
        grade_and_correct(&admin, &call, note).await;
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
    env.close().await;
}
