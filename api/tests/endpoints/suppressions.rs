//! The do-not-call list: a wish on a call suppresses the number everywhere, at once.

use crate::harness::{Client, Service, inbound};
use domain::call::{Call, CallCommand};
use infra::clock::Clock as _;
use infra::event_store::{Actor, Metadata};
use serde_json::{Value, json};
use std::time::Duration;

const NUMBER: &str = "+15045550123";
const REFUSAL: &str = "this number is on the do-not-call list";

async fn add_contact(admin: &Client) -> String {
    let contact = json!({ "name": "Ada", "phone": NUMBER });
    let added = admin.post("/api/contacts", &contact).await.is(201).json();
    assert_eq!(added["suppression"], Value::Null);
    format!("/api/contacts/{}", added["contact_id"].as_str().expect("an id"))
}

/// The TwiML for a user who calls the number from the browser.
async fn dial(service: &Service, user: &str, call: &str) -> String {
    let form = format!(
        "AccountSid=AC1&CallSid={call}&CallStatus=ringing&Direction=inbound&From=client%3A{user}&To=%2B15045550123"
    );
    service.twilio("/twilio/voice", &form).await.is(200).text
}

/// The caller of `CA1` asks not to be called again, and confirms it.
async fn opt_out(service: &Service) {
    for (turn, words) in [(2, "Please+do+not+call+me+again"), (4, "Yes")] {
        let path = format!("/twilio/ai-respond?call_id=CA1&turn={turn}");
        let form = format!("CallSid=CA1&SpeechResult={words}&Confidence=0.9");
        service.twilio(&path, &form).await.is(200);
    }
}

async fn user_id(client: &Client) -> String {
    let me = client.get("/api/auth/me").await.is(200).json();
    me["user_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn opt_out_on_a_call_suppresses_the_number_on_every_outbound_path() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let user = user_id(&admin).await;
    let contact = add_contact(&admin).await;
    assert!(dial(&service, &user, "CA8").await.contains("<Dial"));

    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    opt_out(&service).await;

    // The contact's page and the list.
    service.wait_for_read_models().await;
    let suppression = admin.get(&contact).await.is(200).json()["suppression"].clone();
    assert_eq!(
        (&suppression["origin"], &suppression["call_id"]),
        (&json!("opt_out"), &json!("CA1"))
    );
    let listed = admin.get("/api/suppressions").await.is(200).json();
    assert_eq!(listed["suppressions"][0]["number"], NUMBER);
    // Click-to-call, by either telephone, and the transfer.
    let twiml = dial(&service, &user, "CA9").await;
    assert!(
        twiml.contains("do-not-call list") && !twiml.contains("<Dial"),
        "{twiml}"
    );
    service.wait_for_read_models().await;
    let refused = admin.get("/api/call-logs/CA9").await.is(200).json();
    assert_eq!(
        (&refused["status"], &refused["ended_by"]),
        (&json!("failed"), &json!("policy")),
        "{refused}"
    );
    for (path, body) in [
        ("/api/text-calls", json!({ "to": NUMBER })),
        ("/api/active-calls/CA8/transfer", json!({ "to": NUMBER })),
    ] {
        let refused = admin.post(path, &body).await;
        assert!(refused.text.contains(REFUSAL), "{path}: {}", refused.text);
        refused.problem(409, "conflict", &[]);
    }
}

#[tokio::test]
async fn user_suppresses_a_number_and_only_an_admin_lifts_it() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let auditor = service.invited(&admin, "auditor").await;
    let contact = add_contact(&admin).await;
    let body = json!({ "number": "+1 504-555-0123" });
    auditor
        .post("/api/suppressions", &body)
        .await
        .problem(403, "forbidden", &[]);
    let nonsense = json!({ "number": "call me" });
    agent
        .post("/api/suppressions", &nonsense)
        .await
        .problem(422, "invalid", &["/number"]);
    let added = agent.post("/api/suppressions", &body).await.is(200).json();
    assert_eq!((&added["origin"], &added["number"]), (&json!("manual"), &json!(NUMBER)));
    assert_eq!(admin.get(&contact).await.json()["suppression"]["origin"], "manual");
    let check = |client: Client| async move {
        let checked = client
            .post("/api/suppressions/check", &json!({ "number": NUMBER }))
            .await;
        checked.is(200).json()["suppressed"].clone()
    };
    assert_eq!(check(auditor.clone()).await, true);
    // Again: nothing new.
    let again = agent.post("/api/suppressions", &body).await.is(200).json();
    assert_eq!(again, added);

    let entry = format!("/api/suppressions/{}", added["suppression_id"].as_str().expect("an id"));
    agent.delete(&entry).await.problem(403, "forbidden", &[]);
    admin.delete(&entry).await.is(204);
    assert_eq!(check(admin.clone()).await, false);
    assert_eq!(admin.get(&contact).await.json()["suppression"], Value::Null);
    admin.delete(&entry).await.problem(404, "not-found", &[]);
    let listed = admin.get("/api/suppressions").await.is(200).json();
    assert_eq!(listed["suppressions"], json!([]));
}

#[tokio::test]
async fn suppressions_are_paged() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for last in 0..5 {
        service.clock.advance_seconds(1);
        let body = json!({ "number": format!("+1504555010{last}") });
        admin.post("/api/suppressions", &body).await.is(200);
    }
    let mut numbers = Vec::new();
    let mut path = "/api/suppressions?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await.is(200).json();
        let entries = page["suppressions"].as_array().expect("a list");
        numbers.extend(entries.iter().map(|entry| entry["number"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/suppressions?limit=2&cursor={cursor}");
    }
    let wanted: Vec<_> = (0..5).rev().map(|last| json!(format!("+1504555010{last}"))).collect();
    assert_eq!(numbers, wanted);
}

/// As if the process had been killed after the wish was recorded and before it was passed on.
#[tokio::test]
async fn wish_that_was_only_recorded_on_the_call_is_passed_on_by_the_job() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let engine = service.running.engine();
    let command = CallCommand::RequestDoNotCall {
        at: service.clock.now(),
    };
    let metadata = Metadata::new("default", Actor::Import, "test");
    engine
        .ledger
        .execute::<Call>("CA1", command, metadata)
        .await
        .expect("recorded");
    for _ in 0..100 {
        let listed = admin.get("/api/suppressions").await.is(200).json();
        if listed["suppressions"][0]["number"] == NUMBER {
            service.wait_for_read_models().await;
            let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
            let honored = history["events"].as_array().expect("events").iter();
            let honored = honored.filter(|event| event["type"] == "OptOutHonored").count();
            assert_eq!(honored, 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the number is not suppressed");
}

#[tokio::test]
async fn wish_of_a_caller_without_a_number_suppresses_nothing() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let form = inbound("CA1").replace("%2B15045550123", "%2B266696687");
    service.twilio("/twilio/inbound", &form).await.is(200);
    opt_out(&service).await;
    service.wait_for_read_models().await;
    let listed = admin.get("/api/suppressions").await.is(200).json();
    assert_eq!(listed["suppressions"], json!([]));
    let history = admin.get("/api/call-logs/CA1/history").await.is(200).json();
    let mut events = history["events"].as_array().expect("events").iter();
    let honored = events.find(|event| event["type"] == "OptOutHonored").expect("recorded");
    assert_eq!(honored["data"]["suppressed"], false);
}
