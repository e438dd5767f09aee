//! The dashboard in a browser, against the real service and the sandbox: every story on SQLite, one of them on PostgreSQL
//! as well.
//!
//! Each test opens an environment and runs one script of `web/e2e` in it. The script contains the user's actions and
//! the expectations, and places calls through the sandbox's control API.

mod day_of_calls;

use harness::browser;
use harness::on_both_engines;
use harness::service::{ADMIN, PASSWORD};
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use serde_json::Value;
use std::time::Duration;

on_both_engines!(
    ended_call_is_found_played_graded_corrected_and_shown_at_earlier_versions,
    ; sqlite:
    every_page_renders_in_both_themes_at_both_widths,
    live_call_is_taken_over_held_transferred_and_ended,
    page_of_a_live_call_shows_each_turn_without_a_request,
    first_run_creates_the_admin_and_an_invited_user_sees_their_pages,
    every_page_renders_without_data,
    closed_hours_send_the_next_call_to_voicemail,
    rebuild_shows_its_progress,
    persona_is_approved_used_and_rolled_back,
    test_call_shows_its_events_next_to_the_conversation,
    contact_is_created_from_a_call_and_called,
    first_load_is_small,
);

/// Enough calls that the progress of a rebuild is visible.
const CALLS: usize = 250;

/// For stories in which no team member joins a call.
const QUICK: Pace = Pace {
    settle: Duration::from_millis(20),
    ..Pace::browser()
};

/// An environment, and the name of its database.
async fn open_env(stores: TestStores, pace: Pace) -> (TestEnv, &'static str) {
    let engine = match stores.url {
        DatabaseUrl::Folder(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgres",
    };
    (TestEnv::open_at(stores, pace).await, engine)
}

/// Runs a script in an environment of its own.
async fn story(name: &str, stores: TestStores, pace: Pace) {
    let (env, engine) = open_env(stores, pace).await;
    play(name, engine, &env, &[]);
    env.close().await;
}

fn play(name: &str, engine: &str, env: &TestEnv, settings: &[(&str, &str)]) {
    let base_url = format!("http://{}", env.service.address());
    let sandbox = ("SANDBOX_URL", env.network.base_url.as_str());
    browser::story(name, engine, &base_url, &[&[sandbox], settings].concat(), || {
        env.service.log()
    });
}

async fn live_call_is_taken_over_held_transferred_and_ended(stores: TestStores) {
    story("live", stores, Pace::browser()).await;
}

async fn page_of_a_live_call_shows_each_turn_without_a_request(stores: TestStores) {
    story("live-page", stores, QUICK).await;
}

async fn ended_call_is_found_played_graded_corrected_and_shown_at_earlier_versions(stores: TestStores) {
    story("afterwards", stores, Pace::browser()).await;
}

async fn first_run_creates_the_admin_and_an_invited_user_sees_their_pages(stores: TestStores) {
    story("sign-in", stores, QUICK).await;
}

async fn every_page_renders_in_both_themes_at_both_widths(stores: TestStores) {
    story("pages", stores, Pace::browser()).await;
}

async fn every_page_renders_without_data(stores: TestStores) {
    story("empty-pages", stores, QUICK).await;
}

async fn closed_hours_send_the_next_call_to_voicemail(stores: TestStores) {
    story("hours", stores, QUICK).await;
}

async fn rebuild_shows_its_progress(stores: TestStores) {
    let (mut env, engine) = open_env(stores, QUICK).await;
    // The admin exists before the script runs, which signs in.
    env.admin().await;
    day_of_calls::post_day_of_calls(CALLS, &env.service.client()).await;
    // The script begins with a rebuild whose process was killed.
    kill_during_a_rebuild(&mut env).await;
    let known = [("ADMIN_EMAIL", ADMIN), ("ADMIN_PASSWORD", PASSWORD)];
    play("projections", engine, &env, &known);
    env.close().await;
}

/// Kills the service while it rebuilds the call log, and starts it again.
async fn kill_during_a_rebuild(env: &mut TestEnv) {
    const MODELS: &str = "/api/projections";
    let call_log = |models: &Value| {
        let models = models.as_array().cloned().unwrap_or_default();
        models
            .into_iter()
            .find(|model| model["name"] == "call_log")
            .expect("the call log")
    };
    let mut last_rebuild = Value::Null;
    // A rebuild that has finished before the kill is tried again.
    for _ in 0..10 {
        let client = env.admin().await;
        let rebuild = format!("{MODELS}/call_log/rebuild?dry_run=true");
        client.post(&rebuild, &serde_json::json!({})).await.expect(202);
        let is_shown = |models: &Value| !call_log(models)["rebuild"].is_null();
        env.until(&client, MODELS, "a rebuild", is_shown).await;
        env.kill_and_restart().await;
        let client = env.admin().await;
        let has_ended = |models: &Value| call_log(models)["last_rebuild"] != last_rebuild;
        let models = env.until(&client, MODELS, "the end of the rebuild", has_ended).await;
        last_rebuild = call_log(&models)["last_rebuild"].clone();
        if last_rebuild["error"].is_string() {
            return;
        }
    }
    panic!("no rebuild was running at the kill");
}

async fn persona_is_approved_used_and_rolled_back(stores: TestStores) {
    story("personas", stores, QUICK).await;
}

async fn test_call_shows_its_events_next_to_the_conversation(stores: TestStores) {
    // The browser is the caller, whose silence ends the call, and a busy machine takes seconds to show a field.
    story("tryout", stores, Pace::real_time()).await;
}

async fn contact_is_created_from_a_call_and_called(stores: TestStores) {
    story("dialer", stores, QUICK).await;
}

async fn first_load_is_small(stores: TestStores) {
    story("weight", stores, QUICK).await;
}
