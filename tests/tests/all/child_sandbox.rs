//! The sandbox that the service runs as a child process when no telephone network is configured: it starts, restarts
//! after a kill, and ends with the service.

use domain::Timestamp;
use harness::on_sqlite;
use harness::service::{Client, Home, Service};
use harness::test_stores::TestStores;
use serde_json::{Value, json};

on_sqlite!(
    service_without_credentials_runs_a_sandbox_and_places_test_calls,
    killed_sandbox_restarts_at_the_same_url,
    killed_service_leaves_no_sandbox_process,
    service_with_a_configured_network_starts_no_sandbox,
    shared_clock_never_falls_when_the_sandbox_or_the_service_restarts,
);

/// An empty value counts as absent.
const NO_NETWORK: [(&str, &str); 1] = [("TWILIO_API_BASE", "")];
/// Process id and URL of the most recently started sandbox.
fn network(service: &Service) -> (u32, String) {
    let log = service.log();
    let line = log.lines().rev().find(|line| line.contains("sandbox started"));
    let line: Value = serde_json::from_str(line.unwrap_or_else(|| panic!("no sandbox was started:\n{log}"))).unwrap();
    let pid = line["pid"].as_u64().unwrap_or_else(|| panic!("no process id: {line}"));
    (u32::try_from(pid).unwrap(), line["url"].as_str().unwrap().to_owned())
}

async fn is_reachable(url: &str) -> bool {
    reqwest::get(format!("{url}/sandbox/calls")).await.is_ok()
}

/// Places a test call to the default agent, waits until its greeting is in the ledger, and returns its id.
async fn place_test_call(service: &Service, admin: &Client) -> String {
    let placed = admin
        .post("/api/agents/default/test-calls", &Value::Null)
        .await
        .expect(201)
        .json();
    let call = placed["call_id"].as_str().unwrap().to_owned();
    let path = format!("/api/call-logs/{call}/transcript");
    service
        .until("the agent speaks", async || {
            let answer = admin.read(&path).await;
            answer.status == 200 && answer.text.contains("thank you for calling")
        })
        .await;
    call
}

/// When the events of a new test call were recorded, in order.
async fn record_test_call(service: &Service, admin: &Client) -> Vec<Timestamp> {
    let call = place_test_call(service, admin).await;
    let history = admin
        .read(&format!("/api/call-logs/{call}/history"))
        .await
        .expect(200)
        .json();
    let events = history["events"].as_array().unwrap().iter();
    let times = events.map(|event| Timestamp::parse_rfc3339(event["recorded_at"].as_str().unwrap()).unwrap());
    times.collect()
}

async fn service_without_credentials_runs_a_sandbox_and_places_test_calls(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start_with(&NO_NETWORK).await;
    let admin = service.client().signed_in().await;
    let health = admin.read("/health").await.expect(200).json();
    assert_eq!(
        (&health["telephone_network"], &health["sandbox"]),
        (&json!("sandbox"), &json!("running")),
        "{}",
        service.log()
    );
    let (pid, url) = network(&service);
    assert!(url.starts_with("http://127.0.0.1:"), "not on loopback: {url}");
    let said = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
    if let Ok(said) = said {
        assert!(said.contains("--until-stdin-closes"), "{said}");
        assert!(
            !said.contains(harness::service::AUTH_TOKEN),
            "no secret is on the command line"
        );
    }
    place_test_call(&service, &admin).await;
    let called = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    called.expect(201);
    assert_eq!(service.stop().await, Some(0));
    assert!(!is_reachable(&url).await, "the network ends with the service");
}

async fn killed_sandbox_restarts_at_the_same_url(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start_with(&NO_NETWORK).await;
    let admin = service.client().signed_in().await;
    let (pid, url) = network(&service);
    harness::postgres::signal("KILL", pid);
    service
        .until("another network", async || network(&service).0 != pid)
        .await;
    assert_eq!(network(&service).1, url);
    service
        .until("/health reports it", async || {
            admin.read("/health").await.json()["sandbox"] == "running"
        })
        .await;
    place_test_call(&service, &admin).await;
    assert_eq!(service.stop().await, Some(0));
}

async fn killed_service_leaves_no_sandbox_process(stores: TestStores) {
    let home = Home::new(stores);
    let mut service = home.start_with(&NO_NETWORK).await;
    let (_, url) = network(&service);
    assert!(is_reachable(&url).await, "{}", service.log());
    service.kill_in_place();
    service
        .until("the network ends", async || !is_reachable(&url).await)
        .await;
}

async fn service_with_a_configured_network_starts_no_sandbox(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start().await;
    let health = service.client().read("/health").await.expect(200).json();
    assert_eq!(health["sandbox"], "elsewhere");
    assert!(!service.log().contains("sandbox started"), "{}", service.log());
}

async fn shared_clock_never_falls_when_the_sandbox_or_the_service_restarts(stores: TestStores) {
    const TWO_HOURS_S: i64 = 7_200;
    let settings = [NO_NETWORK[0], ("CLOCK", "sandbox")];
    let home = Home::new(stores);
    let service = home.start_with(&settings).await;
    let admin = service.client().signed_in().await;
    let mut recorded = record_test_call(&service, &admin).await;
    let before = *recorded.last().unwrap();
    let (pid, url) = network(&service);
    let advance = reqwest::Client::new()
        .put(format!("{url}/sandbox/clock"))
        .json(&json!({ "advance_s": TWO_HOURS_S }));
    assert!(advance.send().await.unwrap().status().is_success());
    recorded.extend(record_test_call(&service, &admin).await);
    assert!(*recorded.last().unwrap() >= before.plus_seconds(TWO_HOURS_S));

    // The next sandbox begins in the present, and is moved up to the service's time.
    harness::postgres::signal("KILL", pid);
    service
        .until("another network", async || network(&service).0 != pid)
        .await;
    service
        .until("its clock is followed", async || {
            service.log().contains("sandbox's clock found again")
        })
        .await;
    recorded.extend(record_test_call(&service, &admin).await);
    assert_eq!(service.stop().await, Some(0));

    let service = home.start_with(&settings).await;
    let admin = service.client().signed_in().await;
    recorded.extend(record_test_call(&service, &admin).await);
    assert!(recorded.is_sorted(), "{recorded:?}");
    assert!(recorded[recorded.len() - 1] >= before.plus_seconds(TWO_HOURS_S));
    assert_eq!(service.stop().await, Some(0));
}
