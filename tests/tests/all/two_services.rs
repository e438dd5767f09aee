//! Two services on one PostgreSQL share the traffic; one is killed, and the other continues.

use futures::StreamExt as _;
use harness::app::App;
use harness::rows::{assert_same, rows_of};
use harness::service::{Client, Home, Service};
use harness::test_stores::TestStores;
use infra::db::ReadStores;
use sandbox::traffic::day::DayOptions;
use sandbox::traffic::plan::plan_day;
use sandbox::traffic::{PlannedCall, PlannedRequest};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// A lease expires after 15 s; then the other process runs the projector.
const LEASE_TAKEOVER_TIMEOUT: Duration = Duration::from_secs(30);

fn day() -> Vec<PlannedCall> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 27).expect("a day");
    plan_day(&DayOptions {
        seed: 3,
        calls: 30,
        ..DayOptions::on(day)
    })
}

async fn post(client: &Client, request: &PlannedRequest) {
    let params: Vec<_> = request.params.iter().map(|(name, value)| (&**name, &**value)).collect();
    client
        .webhook(&request.path_and_query(), &params)
        .await
        .unwrap()
        .expect(200);
}

/// The positions that a live feed sends, from the first event up to `until`.
async fn feed_positions(service: &Service, client: &Client, until: i64) -> Vec<i64> {
    feed_messages(service, client, until)
        .await
        .into_iter()
        .map(|(position, _)| position)
        .collect()
}

/// The positions and full messages that a live feed sends, up to `until`.
async fn feed_messages(service: &Service, client: &Client, until: i64) -> Vec<(i64, String)> {
    let mut request = format!("ws://{}/ws?after=0", service.address())
        .into_client_request()
        .unwrap();
    let cookie = client.cookie().expect("a session");
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut messages: Vec<(i64, String)> = Vec::new();
    while messages.last().is_none_or(|(last, _)| *last < until) {
        let message = tokio::time::timeout(LEASE_TAKEOVER_TIMEOUT, socket.next()).await;
        if let Message::Text(text) = message.expect("in time").expect("a message").unwrap() {
            let message: Value = serde_json::from_str(&text).unwrap();
            messages.extend(
                message["position"]
                    .as_i64()
                    .map(|position| (position, text.to_string())),
            );
        }
    }
    messages
}

async fn head(client: &Client) -> i64 {
    client.read("/health").await.expect(200).json()["position"]
        .as_i64()
        .unwrap()
}

/// Waits until every read model is at the head of the log.
async fn wait_for_projectors(client: &Client) {
    let deadline = Instant::now() + LEASE_TAKEOVER_TIMEOUT;
    loop {
        let models = client.read("/api/projections").await.expect(200).json();
        let models = models
            .as_array()
            .or_else(|| models["projections"].as_array())
            .unwrap()
            .clone();
        assert!(!models.is_empty());
        if models.iter().all(|model| model["lag"] == 0) {
            return;
        }
        assert!(Instant::now() < deadline, "{models:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A single service that received the same day in order.
async fn expected(calls: &[PlannedCall]) -> App {
    let app = App::start(
        TestStores::sqlite().await,
        infra::clock::Clock::now(&infra::clock::SystemClock),
    )
    .await;
    let client = app.client();
    for request in calls.iter().flat_map(|call| &call.requests) {
        post(&client, request).await;
    }
    app.wait_for_read_models().await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn surviving_service_completes_the_shared_traffic() {
    // The identity of the log and the claim of the configured number belong to no tenant and are not in a tenant's feed.
    const OF_NO_TENANT: [i64; 2] = [1, 3];
    let of_a_tenant = |until: i64| (1..=until).filter(|position| !OF_NO_TENANT.contains(position));

    let home = Home::new(TestStores::postgres().await);
    let settings = [("TWILIO_PHONE_NUMBER", "+15045550199")];
    // The first service runs every projector.
    let one = home.start_with(&settings).await;
    let two = home.start_with(&settings).await;
    let clients = [one.client().signed_in().await, two.client().signed_in().await];
    let calls = day();
    let (before, after) = calls.split_at(20);

    // Half of the requests go to each service, and every third one also to the other, concurrently.
    let requests = before.iter().flat_map(|call| &call.requests).enumerate();
    futures::stream::iter(requests)
        .for_each_concurrent(8, |(n, request)| {
            let (mine, other) = (clients[n % 2].clone(), clients[(n + 1) % 2].clone());
            async move {
                if n % 3 == 0 {
                    tokio::join!(post(&mine, request), post(&other, request));
                } else {
                    post(&mine, request).await;
                }
            }
        })
        .await;
    let until = head(&clients[0]).await.max(head(&clients[1]).await);
    let (first, second) = tokio::join!(
        feed_positions(&one, &clients[0], until),
        feed_positions(&two, &clients[1], until)
    );
    for positions in [first, second] {
        assert!(
            positions
                .into_iter()
                .take_while(|position| *position <= until)
                .eq(of_a_tenant(until))
        );
    }

    one.kill();
    let survivor = &clients[1];
    for request in after.iter().flat_map(|call| &call.requests) {
        post(survivor, request).await;
    }
    let until = head(survivor).await;
    assert!(
        feed_positions(&two, survivor, until)
            .await
            .into_iter()
            .eq(of_a_tenant(until)),
        "the feed is not complete"
    );
    wait_for_projectors(survivor).await;

    let single = expected(&calls).await;
    let read_stores = ReadStores::open(&home.stores().url).await.unwrap();
    for model in ["call_log", "dashboard", "persona_feedback", "live_calls"] {
        assert_same(
            &rows_of(&single.read_stores, model).await,
            &rows_of(&read_stores, model).await,
            model,
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasure_at_one_service_applies_at_the_other() {
    const NUMBER: &str = "5005550001";
    let home = Home::new(TestStores::postgres().await);
    let (one, two) = (home.start().await, home.start().await);
    let clients = [one.client().signed_in().await, two.client().signed_in().await];
    let rings = [("CallSid", "CA1"), ("From", "+15005550001"), ("To", "+15045550100")];
    clients[1].webhook("/twilio/inbound", &rings).await.unwrap().expect(200);
    let until = head(&clients[1]).await;
    let before = feed_messages(&two, &clients[1], until).await;
    assert!(
        before.iter().any(|(_, message)| message.contains(NUMBER)),
        "the other service has the event in memory"
    );
    wait_for_projectors(&clients[1]).await;

    let ground = serde_json::json!({ "ground": "request 17" });
    clients[0].post("/api/call-logs/CA1/erase", &ground).await.expect(200);
    let history = clients[1].read("/api/call-logs/CA1/history").await.expect(200);
    assert!(
        !history.text.contains(NUMBER),
        "the history still contains the number: {}",
        history.text
    );
    let deadline = Instant::now() + Duration::from_secs(12);
    while feed_messages(&two, &clients[1], until)
        .await
        .iter()
        .any(|(_, message)| message.contains(NUMBER))
    {
        assert!(Instant::now() < deadline, "the feed still contains the number");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whether the service says that a user has an open live feed.
async fn is_live(client: &Client, user_id: &str) -> bool {
    let users = client.read("/api/active-users").await.expect(200).json();
    let users = users.as_array().expect("users").iter();
    users
        .clone()
        .any(|user| user["user_id"] == user_id && user["live"] == true)
}

async fn wait_until_live(client: &Client, user_id: &str, live: bool) {
    let deadline = Instant::now() + LEASE_TAKEOVER_TIMEOUT;
    while is_live(client, user_id).await != live {
        assert!(Instant::now() < deadline, "{user_id} is not yet live: {live}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn team_member_at_one_service_is_asked_to_take_over_a_call_at_the_other() {
    let home = Home::new(TestStores::postgres().await);
    let (one, two) = (home.start().await, home.start().await);
    let (member, other) = (one.client().signed_in().await, two.client().signed_in().await);
    let user_id = member.read("/api/auth/me").await.expect(200).json()["user_id"]
        .as_str()
        .expect("a user")
        .to_owned();
    assert!(!is_live(&other, &user_id).await);

    let mut request = format!("ws://{}/ws", one.address()).into_client_request().unwrap();
    let cookie = member.cookie().expect("a session");
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let (_feed, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    wait_until_live(&other, &user_id, true).await;

    let call = [("CallSid", "CA1"), ("From", "+15005550001"), ("To", "+15045550100")];
    other.webhook("/twilio/inbound", &call).await.unwrap().expect(200);
    let words = [
        ("SpeechResult", "I want to speak to a real person"),
        ("Confidence", "0.9"),
    ];
    let turn = [&call[..], &words[..]].concat();
    let path = "/twilio/ai-respond?call_id=CA1&turn=2";
    other.webhook(path, &turn).await.unwrap().expect(200);
    let history = other.read("/api/call-logs/CA1/history").await.expect(200).json();
    let events = history["events"].as_array().expect("events").iter();
    let asked: Vec<_> = events.filter(|event| event["type"] == "TakeoverRequested").collect();
    assert_eq!(asked.len(), 1, "{history:#}");
    assert_eq!(asked[0]["data"]["user"], user_id.as_str());

    // A service that is killed says nothing: the others notice.
    one.kill();
    wait_until_live(&other, &user_id, false).await;
}
