//! What people do afterwards.

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
fn the_same_seed_gives_the_same_review() {
    let calls = day(1, 200);
    assert_eq!(plan_review(&calls, 1), plan_review(&calls, 1));
}

#[test]
fn calls_are_graded_corrected_and_resolved_and_callers_become_contacts() {
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
fn nobody_becomes_a_contact_twice() {
    let actions: Vec<_> = plan_review(&day(1, 500), 1).into_iter().flatten().collect();
    let phones: Vec<_> = actions.iter().filter_map(|action| action.body.get("phone")).collect();
    assert_eq!(phones.iter().collect::<HashSet<_>>().len(), phones.len());
}

/// A service with users, of which the first registers; it has each call only at the second question for it.
#[derive(Clone, Default)]
struct People {
    registered: Arc<Mutex<bool>>,
    asked: Arc<Mutex<HashSet<String>>>,
}

async fn people(State(people): State<People>, request: Request) -> Response {
    let mut registered = people.registered.lock().expect("no test panics while it holds this");
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
            let first_time = people
                .asked
                .lock()
                .expect("no test panics while it holds this")
                .insert(key);
            let known = !first_time || !path.starts_with("/api/call-logs/");
            if known { StatusCode::OK } else { StatusCode::NOT_FOUND }.into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[tokio::test]
async fn the_first_reviewer_registers_and_a_call_not_listed_yet_is_waited_for() {
    let state = People::default();
    let url = serve(Router::new().fallback(people).with_state(state.clone())).await;
    let reviews = plan_review(&day(1, 50), 1);
    let actions: usize = reviews.iter().map(Vec::len).sum();

    let reviewer = Reviewer::log_in(&url, "a@example.com", "secret word")
        .await
        .expect("is let in");
    let tally = reviewer.work_through(reviews).await;
    assert!(*state.registered.lock().expect("no test panics while it holds this"));
    assert!(tally.all_done(), "{:?}", tally.refused);
    assert_eq!(tally.done.values().sum::<usize>(), actions);
}

#[tokio::test]
async fn who_is_not_let_in_learns_why_and_no_password_is_told() {
    let refuse = || async { (StatusCode::UNAUTHORIZED, Json(json!({ "title": "Wrong password" }))) };
    let url = serve(Router::new().fallback(refuse)).await;
    let error = Reviewer::log_in(&url, "a@example.com", "secret word")
        .await
        .err()
        .expect("is not let in");
    let told = format!("{error:?}");
    assert!(
        told.contains("Wrong password") && !told.contains("secret word"),
        "{told}"
    );
}
