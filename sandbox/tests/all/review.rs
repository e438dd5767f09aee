//! The review of a day's calls.

use crate::plan::day;
use crate::service::serve;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use sandbox::traffic::Kind;
use sandbox::traffic::review::{Reviewer, plan_review};
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

#[test]
fn same_seed_gives_the_same_review() {
    let calls = day(1, 200);
    assert_eq!(plan_review(&calls, 1), plan_review(&calls, 1));
}

#[test]
fn review_grades_corrects_resolves_and_adds_contacts() {
    let actions: Vec<_> = plan_review(&day(1, 200), 1).into_iter().flatten().collect();
    for name in ["graded", "corrections noted", "resolved", "contacts added"] {
        assert!(actions.iter().any(|action| action.name == name), "nothing is {name}");
    }
    let keys: HashSet<_> = actions.iter().map(|action| &action.idempotency_key).collect();
    assert_eq!(keys.len(), actions.len());
    assert!(actions.iter().any(|action| action.body == json!({ "grade": "good" })));
    assert!(
        actions
            .iter()
            .any(|action| action.body == json!({ "grade": "needs_improvement" }))
    );
}

#[test]
fn only_conversations_are_graded() {
    let calls = day(1, 300);
    for action in plan_review(&calls, 1)
        .into_iter()
        .flatten()
        .filter(|action| action.name == "graded")
    {
        let call = calls
            .iter()
            .find(|call| action.path.contains(&call.call_sid))
            .expect("a call of the day");
        assert!(
            matches!(call.kind, Kind::Answered | Kind::Recorded | Kind::TakenOver),
            "{:?}",
            call.kind
        );
    }
}

#[test]
fn each_phone_number_becomes_a_contact_once() {
    let actions: Vec<_> = plan_review(&day(1, 500), 1).into_iter().flatten().collect();
    let phones: Vec<_> = actions.iter().filter_map(|action| action.body.get("phone")).collect();
    assert_eq!(phones.iter().collect::<HashSet<_>>().len(), phones.len());
}

/// A service whose first user must register, and which knows each call only from the second request for it on.
#[derive(Clone, Default)]
struct Accounts {
    registered: Arc<Mutex<bool>>,
    asked: Arc<Mutex<HashSet<String>>>,
}

async fn accounts(State(accounts): State<Accounts>, request: Request) -> Response {
    let mut registered = accounts.registered.lock().expect("no panic");
    match (request.method().as_str(), request.uri().path()) {
        ("POST", "/api/auth/register") if !*registered => {
            *registered = true;
            StatusCode::CREATED.into_response()
        }
        ("POST", "/api/auth/login") if *registered => [("set-cookie", "session=t; HttpOnly; Path=/")].into_response(),
        (_, path)
            if request
                .headers()
                .get("cookie")
                .is_some_and(|value| value == "session=t") =>
        {
            let key = request
                .headers()
                .get("idempotency-key")
                .expect("a key")
                .to_str()
                .expect("text")
                .to_owned();
            let first_time = accounts.asked.lock().expect("no panic").insert(key);
            let known = !first_time || !path.starts_with("/api/call-logs/");
            if known { StatusCode::OK } else { StatusCode::NOT_FOUND }.into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[tokio::test]
async fn reviewer_registers_and_retries_a_call_not_listed_yet() {
    let state = Accounts::default();
    let url = serve(Router::new().fallback(accounts).with_state(state.clone())).await;
    let reviews = plan_review(&day(1, 50), 1);
    let actions: usize = reviews.iter().map(Vec::len).sum();

    let reviewer = Reviewer::log_in(&url, "a@example.com", "secret word")
        .await
        .expect("login succeeds");
    let tally = reviewer.work_through(reviews).await;
    assert!(*state.registered.lock().expect("no panic"));
    assert!(tally.all_done(), "{:?}", tally.refused);
    assert_eq!(tally.done.values().sum::<usize>(), actions);
}

#[tokio::test]
async fn failed_login_reports_the_reason_without_the_password() {
    let refuse = || async { (StatusCode::UNAUTHORIZED, Json(json!({ "title": "Wrong password" }))) };
    let url = serve(Router::new().fallback(refuse)).await;
    let error = Reviewer::log_in(&url, "a@example.com", "secret word")
        .await
        .err()
        .expect("login fails");
    let message = format!("{error:?}");
    assert!(
        message.contains("Wrong password") && !message.contains("secret word"),
        "{message}"
    );
}
