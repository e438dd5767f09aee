//! The dashboard as people meet it: in a browser, against the real service and the sandbox, on both engines.
//!
//! Each test opens a world and has one story of `web/e2e` played out in it. What people do and see stands there; the story
//! has its callers call by the sandbox's own doors.

mod day_of_calls;

use harness::browser;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use harness::service::{ADMIN, PASSWORD};
use harness::env::{Pace, TestEnv};
use infra::db::DatabaseUrl;

on_both_engines!(
    a_call_is_seen_live_taken_over_held_transferred_and_ended,
    a_call_that_is_over_is_found_heard_graded_corrected_and_its_past_dragged,
    the_first_run_makes_the_admin_and_a_colleague_sees_what_is_theirs,
    every_page_is_whole_in_both_themes_at_both_widths,
    every_page_without_anything_in_it_is_whole_too,
    hours_are_set_so_that_the_next_call_goes_to_voicemail,
    a_read_model_is_rebuilt_and_its_progress_seen,
    what_a_correction_taught_is_approved_used_and_taken_back,
    an_agent_is_tried_and_its_events_arrive_beside_the_conversation,
    a_contact_is_made_from_a_call_and_called,
    the_first_load_is_light,
);

/// So many calls that a rebuild takes long enough to be looked at.
const CALLS: usize = 600;

/// A world, and the name of its engine.
async fn open_env(stores: TestStores, pace: Pace) -> (TestEnv, &'static str) {
    let engine = match stores.url {
        DatabaseUrl::Folder(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgres",
    };
    (TestEnv::open_at(stores, pace).await, engine)
}

/// Plays a story in a world of its own.
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

async fn a_call_is_seen_live_taken_over_held_transferred_and_ended(stores: TestStores) {
    story("live", stores, Pace::slow()).await;
}

async fn a_call_that_is_over_is_found_heard_graded_corrected_and_its_past_dragged(stores: TestStores) {
    story("afterwards", stores, Pace::slow()).await;
}

async fn the_first_run_makes_the_admin_and_a_colleague_sees_what_is_theirs(stores: TestStores) {
    story("sign-in", stores, Pace::default()).await;
}

async fn every_page_is_whole_in_both_themes_at_both_widths(stores: TestStores) {
    story("pages", stores, Pace::slow()).await;
}

async fn every_page_without_anything_in_it_is_whole_too(stores: TestStores) {
    story("empty-pages", stores, Pace::default()).await;
}

async fn hours_are_set_so_that_the_next_call_goes_to_voicemail(stores: TestStores) {
    story("hours", stores, Pace::default()).await;
}

async fn a_read_model_is_rebuilt_and_its_progress_seen(stores: TestStores) {
    let (env, engine) = open_env(stores, Pace::default()).await;
    // The admin is there before the story is: it signs in.
    env.admin().await;
    day_of_calls::post_day_of_calls(CALLS, &env.service.client()).await;
    let known = [("ADMIN_EMAIL", ADMIN), ("ADMIN_PASSWORD", PASSWORD)];
    play("projections", engine, &env, &known);
    env.close().await;
}

async fn what_a_correction_taught_is_approved_used_and_taken_back(stores: TestStores) {
    story("personas", stores, Pace::default()).await;
}

async fn an_agent_is_tried_and_its_events_arrive_beside_the_conversation(stores: TestStores) {
    story("tryout", stores, Pace::slow()).await;
}

async fn a_contact_is_made_from_a_call_and_called(stores: TestStores) {
    story("dialer", stores, Pace::default()).await;
}

async fn the_first_load_is_light(stores: TestStores) {
    story("weight", stores, Pace::default()).await;
}
