use crate::harness::{Client, Service, inbound};
use infra::clock::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};

fn new_call() -> Value {
    json!({ "direction": "inbound", "from": "+15045550123", "to": "+15045550100", "caller_name": "Ada",
            "outcome": "completed", "duration_s": 60, "notes": "wants a quote" })
}

async fn created(client: &Client) -> String {
    let answer = client.post("/api/call-logs", &new_call()).await.is(201);
    answer.json()["call_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn manual_call_is_graded_corrected_and_resolved() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let answer = admin.post("/api/call-logs", &new_call()).await.is(201);
    assert!(answer.position() > 0);
    let id = answer.json()["call_id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.headers["location"], format!("/api/call-logs/{id}"));
    let path = format!("/api/call-logs/{id}");

    let graded = admin
        .put(&format!("{path}/grade"), &json!({ "grade": "good" }))
        .await
        .is(200)
        .json();
    assert_eq!(
        (&graded["grade"], &graded["review_status"]),
        (&json!("good"), &json!("reviewed"))
    );
    let cleared = admin
        .put(&format!("{path}/grade"), &json!({ "grade": null }))
        .await
        .is(200)
        .json();
    assert_eq!(cleared["grade"], Value::Null);

    let noted = admin
        .post(&format!("{path}/corrections"), &json!({ "note": "Ask for the e-mail" }))
        .await
        .is(200)
        .json();
    assert_eq!(noted["corrections"][0]["note"], "Ask for the e-mail");
    let withdrawn = admin.delete(&format!("{path}/corrections/1")).await.is(200).json();
    assert_eq!(withdrawn["corrections"][0]["withdrawn"], true);
    admin
        .delete(&format!("{path}/corrections/9"))
        .await
        .problem(404, "not-found", &[]);

    let resolved = admin
        .put(&format!("{path}/resolution"), &json!({ "disposition": "resolved" }))
        .await
        .is(200)
        .json();
    assert_eq!(resolved["disposition"], "resolved");
    let counts = admin.get("/api/call-logs?filter=resolved").await.is(200).json();
    assert_eq!(
        (&counts["counts"]["resolved"], &counts["counts"]["all"]),
        (&json!(1), &json!(1)),
        "{counts}"
    );
    admin
        .put(&format!("{path}/resolution"), &json!({ "disposition": null }))
        .await
        .is(200);
}

#[tokio::test]
async fn put_changes_details_and_grade_together() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let path = format!("/api/call-logs/{}", created(&admin).await);
    let edit = json!({ "caller_name": "Ada Lovelace", "notes": "called back", "grade": "needs_improvement" });
    let edited = admin.put(&path, &edit).await.is(200).json();
    assert_eq!(
        (&edited["caller_name"], &edited["grade"]),
        (&json!("Ada Lovelace"), &json!("needs_improvement"))
    );
    let cleared = admin.put(&path, &json!({ "grade": null })).await.is(200).json();
    assert_eq!(
        (&cleared["notes"], &cleared["grade"]),
        (&json!("called back"), &Value::Null)
    );
    admin.put(&path, &json!({})).await.problem(422, "invalid", &[""]);
}

#[tokio::test]
async fn repeated_idempotency_key_executes_once_with_the_same_response() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (call, key) = (new_call(), [("idempotency-key", "k1")]);
    let first = admin
        .send(Method::POST, "/api/call-logs", Some(&call), &key)
        .await
        .is(201);
    let again = admin
        .send(Method::POST, "/api/call-logs", Some(&call), &key)
        .await
        .is(201);
    assert_eq!(first.json()["call_id"], again.json()["call_id"]);
    assert_eq!(first.position(), again.position());
    let counts = admin.get("/api/call-logs").await.is(200).json();
    assert_eq!(counts["counts"]["all"], 1);
    let spaced = admin
        .send(
            Method::POST,
            "/api/call-logs",
            Some(&new_call()),
            &[("idempotency-key", "a b")],
        )
        .await;
    spaced.problem(422, "invalid", &["Idempotency-Key"]);
}

#[tokio::test]
async fn hidden_call_is_not_listed_and_keeps_its_history() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let id = created(&admin).await;
    admin.delete(&format!("/api/call-logs/{id}")).await.is(204);
    let list = admin.get("/api/call-logs").await.is(200).json();
    assert_eq!((&list["calls"], &list["counts"]["all"]), (&json!([]), &json!(0)));
    let history = admin.get(&format!("/api/call-logs/{id}/history")).await.is(200).json();
    assert_eq!(
        history["events"]
            .as_array()
            .and_then(|events| events.last())
            .map(|last| &last["type"]),
        Some(&json!("CallHidden"))
    );
}

#[tokio::test]
async fn history_returns_states_by_version_and_time_and_the_changes_between() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let id = created(&admin).await;
    let before = service.clock.now().to_rfc3339();
    service.clock.advance_seconds(60);
    admin
        .put(&format!("/api/call-logs/{id}/grade"), &json!({ "grade": "good" }))
        .await
        .is(200);
    let path = format!("/api/call-logs/{id}/history");
    let all = admin.get(&path).await.is(200).json();
    let last = all["version"].as_i64().expect("a version");
    assert_eq!(all["events"].as_array().map(Vec::len), usize::try_from(last).ok());
    assert_eq!(
        all["events"][0]["data"]["from"], "+15045550123",
        "personal values are decrypted for readers"
    );

    let then = admin.get(&format!("{path}?version={}", last - 1)).await.is(200).json();
    assert_eq!(then["state"]["review"]["grade"], Value::Null, "{then}");
    let at = admin.get(&format!("{path}?at={before}")).await.is(200).json();
    assert_eq!(at["state"], then["state"]);
    let now = admin.get(&format!("{path}?version={last}")).await.is(200).json();
    assert_ne!(now["state"], then["state"]);
    let state = &now["state"];
    assert_eq!(state["review"]["grade"]["grade"], "good", "{state:#}");
    assert_eq!(state["caller_number"], "+15045550123", "{state:#}");
    assert!(
        state["status"].is_string() && state["started_at"].is_string(),
        "{state:#}"
    );
    for part in ["dialogue", "recordings", "participants", "failed_effects"] {
        assert!(state[part].is_object(), "{part}: {state:#}");
    }

    let changed = admin
        .get(&format!("{path}?from={}&to={last}", last - 1))
        .await
        .is(200)
        .json();
    assert_eq!(changed["events"].as_array().map(Vec::len), Some(1));
    let pointers: Vec<_> = changed["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| change["pointer"].clone())
        .collect();
    assert!(
        pointers
            .iter()
            .all(|pointer| pointer.as_str().is_some_and(|text| text.starts_with("/review"))),
        "{pointers:?}"
    );

    admin
        .get(&format!("{path}?version=99"))
        .await
        .problem(422, "invalid", &["version"]);
    admin
        .get(&format!("{path}?version=1&at={before}"))
        .await
        .problem(422, "invalid", &["version"]);
    admin
        .get(&format!("{path}?from=2&to=1"))
        .await
        .problem(422, "invalid", &["from"]);
    admin
        .get(&format!("{path}?at=yesterday"))
        .await
        .problem(422, "invalid", &["at"]);
    admin
        .get("/api/call-logs/CA404/history")
        .await
        .problem(404, "not-found", &[]);
}

#[tokio::test]
async fn erased_call_has_no_personal_values_and_keeps_its_history() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    service.wait_for_read_models().await;
    let ground = json!({ "ground": "GDPR Art. 17, request 7" });
    let erased = admin.post("/api/call-logs/CA1/erase", &ground).await.is(200).json();
    assert_eq!(
        (&erased["erased"], &erased["caller_number"]),
        (&json!(true), &Value::Null),
        "{erased}"
    );
    let history = admin.get("/api/call-logs/CA1/history?params=true").await.is(200);
    for value in ["5550123", "ADA", "Hello"] {
        assert!(!history.text.contains(value), "{value} in {}", history.text);
    }
    let history = history.json();
    assert_eq!(history["events"][0]["params"], json!({ "erased": true }));
    assert_eq!(history["events"][0]["data"]["from"], json!({ "erased": true }));
    assert_eq!(
        history["events"]
            .as_array()
            .and_then(|events| events.last())
            .map(|last| &last["type"]),
        Some(&json!("CallErased"))
    );
    admin
        .post("/api/call-logs/CA1/erase", &json!({ "ground": "" }))
        .await
        .problem(422, "invalid", &["/ground"]);
}

#[tokio::test]
async fn lists_are_paged_filtered_and_searched() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for number in 0..5 {
        service.clock.advance_seconds(60);
        service
            .twilio("/twilio/inbound", &inbound(&format!("CA{number}")))
            .await
            .is(200);
    }
    service.wait_for_read_models().await;
    let mut seen = Vec::new();
    let mut path = "/api/call-logs?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await.is(200).json();
        seen.extend(
            page["calls"]
                .as_array()
                .expect("calls")
                .iter()
                .map(|call| call["call_id"].clone()),
        );
        assert_eq!(page["counts"]["inbound"], 5);
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/call-logs?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ["CA4", "CA3", "CA2", "CA1", "CA0"]);
    let found = admin.get("/api/call-logs?q=5550123").await.is(200).json();
    assert_eq!(found["calls"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        admin.get("/api/call-logs?q=unknown").await.is(200).json()["calls"],
        json!([])
    );
    assert_eq!(
        admin.get("/api/call-logs?filter=outbound").await.is(200).json()["calls"],
        json!([])
    );
    assert_eq!(
        admin.get("/api/call-logs?to=2020-01-01T00:00:00Z").await.is(200).json()["calls"],
        json!([])
    );
}

#[tokio::test]
async fn invalid_parameters_are_named() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for (query, name) in [
        ("filter=mine", "filter"),
        ("grade=ok", "grade"),
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("from=yesterday", "from"),
        ("unknown=1", "unknown"),
    ] {
        admin
            .get(&format!("/api/call-logs?{query}"))
            .await
            .problem(422, "invalid", &[name]);
    }
    admin.get("/api/call-logs/CA404").await.problem(404, "not-found", &[]);
    admin
        .put("/api/call-logs/CA404/grade", &json!({ "grade": "good" }))
        .await
        .problem(404, "not-found", &[]);
    let id = created(&admin).await;
    let path = format!("/api/call-logs/{id}");
    admin
        .put(&format!("{path}/grade"), &json!({ "grade": "fine" }))
        .await
        .problem(422, "invalid", &["/grade"]);
    admin
        .post(&format!("{path}/corrections"), &json!({ "note": " " }))
        .await
        .problem(422, "invalid", &["/note"]);
    admin
        .post(&format!("{path}/corrections"), &json!({ "note": "x", "turn": 9 }))
        .await
        .problem(409, "conflict", &[]);
    let mut bad = new_call();
    bad["direction"] = json!("sideways");
    admin
        .post("/api/call-logs", &bad)
        .await
        .problem(422, "invalid", &["/direction"]);
}

/// The steps of README.md, without a pause between them.
#[tokio::test]
async fn ended_call_is_listed_as_ended_right_after_its_grade() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let ended = "AccountSid=AC1&CallSid=CA1&CallStatus=completed&CallDuration=42&Direction=inbound&From=%2B15045550123&To=%2B15045550100";
    service.twilio("/twilio/inbound-status", ended).await.is(200);
    let graded = admin
        .put("/api/call-logs/CA1/grade", &json!({ "grade": "good" }))
        .await
        .is(200)
        .json();
    let listed = admin.get("/api/call-logs").await.is(200).json();
    for call in [&graded, &listed["calls"][0]] {
        assert_eq!(
            (&call["status"], &call["duration_s"], &call["grade"]),
            (&json!("completed"), &json!(42), &json!("good")),
            "{call}"
        );
        assert!(call["ended_at"].is_string(), "{call}");
    }
}
