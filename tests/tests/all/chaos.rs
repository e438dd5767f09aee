//! A day of calls whose webhooks arrive in order, and the same day with repeated, reordered and late webhooks, end in
//! the same rows.

use domain::Timestamp;
use futures::{StreamExt as _, stream};
use harness::app::App;
use harness::on_both_engines;
use harness::rows::{Tables, assert_same, rows_of};
use harness::service::{ADMIN, AUTH_TOKEN, Client, PASSWORD, PUBLIC_URL};
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use projections::RebuildOptions;
use reqwest::header::CONTENT_TYPE;
use sandbox::traffic::chaos::{Shares, disturb};
use sandbox::traffic::day::DayOptions;
use sandbox::traffic::plan::plan_day;
use sandbox::traffic::review::{Reviewer, plan_review};
use sandbox::traffic::{PlannedCall, PlannedRequest};
use std::time::Duration;

on_both_engines!(
    repeated_reordered_and_late_webhooks_end_in_the_same_rows,
    rebuild_after_repeated_and_late_webhooks_has_no_difference,
);

const SEED: u64 = 7;

fn day(calls: usize) -> DayOptions {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 27).expect("a day");
    DayOptions {
        seed: SEED,
        calls,
        ..DayOptions::on(day)
    }
}

fn midnight() -> Timestamp {
    day(0).midnight().into()
}

/// A time of the day.
fn at(offset: Duration) -> Timestamp {
    Timestamp(midnight().as_micros() + i64::try_from(offset.as_micros()).expect("a day is short"))
}

async fn post(client: &Client, request: &PlannedRequest) {
    let stores = request.path_and_query();
    let signature = sandbox::twilio::signature::sign(AUTH_TOKEN, &format!("{PUBLIC_URL}{stores}"), &request.params);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.params)
        .finish();
    let post = client
        .request(reqwest::Method::POST, &stores)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("I-Twilio-Idempotency-Token", &request.idempotency_token)
        .header(sandbox::twilio::signature::HEADER, signature)
        .body(body);
    let answer = client.send(post).await.expect("an answer");
    assert_eq!(answer.status, 200, "{stores}: {}", answer.text);
}

/// Posts the day's webhooks concurrently, each at about its due time on the service's clock.
async fn post_day(app: &App, calls: &[PlannedCall], concurrency: usize) {
    let mut requests: Vec<_> = calls.iter().flat_map(|call| &call.requests).collect();
    requests.sort_by_key(|request| request.offset);
    let client = app.client();
    stream::iter(requests)
        .for_each_concurrent(concurrency, |request| {
            app.clock.set(at(request.offset));
            post(&client, request)
        })
        .await;
}

/// Reviews the day's calls on the next morning.
async fn review(app: &App, calls: &[PlannedCall]) {
    app.clock.set(at(Duration::from_hours(33)));
    let reviewer = Reviewer::log_in(&app.url(), ADMIN, PASSWORD)
        .await
        .expect("the reviewer signs in");
    let tally = reviewer.work_through(plan_review(calls, SEED)).await;
    assert!(tally.all_done(), "{tally:?}");
    assert!(tally.done.len() >= 3, "{tally:?}");
    app.wait_for_read_models().await;
}

/// The rows of a read model. User identifiers differ between services, so they are removed.
async fn rows(app: &App, model: &str) -> Tables {
    let client = app.client().signed_in().await;
    let user = client.read("/api/auth/me").await.expect(200).json()["user_id"].clone();
    let user = user.as_str().expect("an identifier");
    let mut tables = rows_of(&app.read_stores, model).await;
    for row in tables.values_mut().flatten() {
        *row = row.replace(user, "(the reviewer)");
    }
    tables
}

async fn another_database(stores: &TestStores) -> TestStores {
    match &stores.url {
        DatabaseUrl::Folder(_) => TestStores::sqlite().await,
        DatabaseUrl::Postgres(_) => TestStores::postgres().await,
    }
}

async fn repeated_reordered_and_late_webhooks_end_in_the_same_rows(stores: TestStores) {
    let well = plan_day(&day(60));
    let badly = disturb(&well, Shares::CHAOS, SEED);
    let (clean, chaotic) = (
        App::start(another_database(&stores).await, midnight()).await,
        App::start(stores, midnight()).await,
    );
    post_day(&clean, &well, 1).await;
    post_day(&chaotic, &badly, 12).await;
    review(&clean, &well).await;
    review(&chaotic, &well).await;
    for model in ["call_log", "dashboard"] {
        let expected = rows(&clean, model).await;
        assert!(expected.values().any(|rows| !rows.is_empty()), "{model} has rows");
        assert_same(&expected, &rows(&chaotic, model).await, model);
    }
}

async fn rebuild_after_repeated_and_late_webhooks_has_no_difference(stores: TestStores) {
    let well = plan_day(&day(40));
    let app = App::start(stores, midnight()).await;
    post_day(&app, &disturb(&well, Shares::CHAOS, SEED + 1), 12).await;
    review(&app, &well).await;
    let compare = RebuildOptions {
        compare: true,
        switch: false,
    };
    for projector in projections::projectors() {
        let (model, head) = (projector.name(), app.head().await);
        app.wait_for_read_models().await;
        let report = app
            .running
            .engine()
            .models
            .rebuild(model, compare)
            .await
            .expect("the rebuild succeeds");
        let difference = report.difference.expect("the options request a difference");
        assert!(difference.is_none(), "{model}: {difference:?}");
        // The service keeps writing events of its own, such as a failed summary.
        assert!(
            report.position >= head,
            "{model} was not compared to the head of the log"
        );
    }
}
