//! The dashboard as people meet it: in a browser, against the real service and the sandbox, on both engines.
//!
//! Each test opens a world and has one story of `web/e2e` played out in it. What people do and see stands there; the story
//! has its callers call by the sandbox's own doors.

mod filled;

use harness::browser;
use harness::on_both_engines;
use harness::place::Place;
use harness::service::{ADMIN, PASSWORD};
use harness::world::{Pace, World};
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
async fn world(place: Place, pace: Pace) -> (World, &'static str) {
    let engine = match place.url {
        DatabaseUrl::Folder(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgres",
    };
    (World::open_at(place, pace).await, engine)
}

/// Plays a story in a world of its own.
async fn story(name: &str, place: Place, pace: Pace) {
    let (world, engine) = world(place, pace).await;
    play(name, engine, &world, &[]);
    world.close().await;
}

fn play(name: &str, engine: &str, world: &World, settings: &[(&str, &str)]) {
    let base_url = format!("http://{}", world.service.address());
    let sandbox = ("SANDBOX_URL", world.network.base_url.as_str());
    browser::story(name, engine, &base_url, &[&[sandbox], settings].concat(), || {
        world.service.log()
    });
}

async fn a_call_is_seen_live_taken_over_held_transferred_and_ended(place: Place) {
    story("live", place, Pace::slow()).await;
}

async fn a_call_that_is_over_is_found_heard_graded_corrected_and_its_past_dragged(place: Place) {
    story("afterwards", place, Pace::slow()).await;
}

async fn the_first_run_makes_the_admin_and_a_colleague_sees_what_is_theirs(place: Place) {
    story("sign-in", place, Pace::default()).await;
}

async fn every_page_is_whole_in_both_themes_at_both_widths(place: Place) {
    story("pages", place, Pace::slow()).await;
}

async fn every_page_without_anything_in_it_is_whole_too(place: Place) {
    story("empty-pages", place, Pace::default()).await;
}

async fn hours_are_set_so_that_the_next_call_goes_to_voicemail(place: Place) {
    story("hours", place, Pace::default()).await;
}

async fn a_read_model_is_rebuilt_and_its_progress_seen(place: Place) {
    let (world, engine) = world(place, Pace::default()).await;
    // The admin is there before the story is: it signs in.
    world.admin().await;
    filled::a_day_of(CALLS, &world.service.client()).await;
    let known = [("ADMIN_EMAIL", ADMIN), ("ADMIN_PASSWORD", PASSWORD)];
    play("projections", engine, &world, &known);
    world.close().await;
}

async fn what_a_correction_taught_is_approved_used_and_taken_back(place: Place) {
    story("personas", place, Pace::default()).await;
}

async fn an_agent_is_tried_and_its_events_arrive_beside_the_conversation(place: Place) {
    story("tryout", place, Pace::slow()).await;
}

async fn a_contact_is_made_from_a_call_and_called(place: Place) {
    story("dialer", place, Pace::default()).await;
}

async fn the_first_load_is_light(place: Place) {
    story("weight", place, Pace::default()).await;
}
