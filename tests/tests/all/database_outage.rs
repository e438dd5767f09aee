//! PostgreSQL becomes unavailable under a running service and returns: requests in between are answered 503 with
//! `Retry-After`, and no event is lost or duplicated.

use harness::proxy::Proxy;
use harness::service::{Client, Home, Service};
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use infra::event_store::EventStore;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Time for the service to reconnect to its database.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(15);

/// A service that reaches its database through a proxy.
struct ProxiedService {
    wire: Proxy,
    home: Home,
    service: Service,
}

impl ProxiedService {
    async fn start() -> Self {
        let stores = TestStores::postgres().await;
        let DatabaseUrl::Postgres(url) = stores.url.clone() else {
            unreachable!("the stores are PostgreSQL")
        };
        let parsed = url::Url::parse(&url).unwrap();
        let wire = Proxy::to(format!("{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap())).await;
        let home = Home::new(stores);
        let service = home
            .start_with(&[("LEDGER_DATABASE_URL", &wire.proxied_url(&url))])
            .await;
        Self { wire, home, service }
    }

    /// Waits until `/health/ready` reports this.
    async fn wait_for_readiness(&self, ready: bool) {
        let deadline = Instant::now() + RECOVERY_TIMEOUT;
        while self.service.is_ready().await != ready {
            assert!(
                Instant::now() < deadline,
                "readiness is not {ready}; the log:\n{}",
                self.service.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The event types of every stream, read directly from the database. A log with a gap cannot be read.
    async fn streams(&self) -> BTreeMap<String, Vec<String>> {
        let store = EventStore::open_read_only(&self.home.stores().url).await.unwrap();
        let mut streams = BTreeMap::<_, Vec<_>>::new();
        for event in store.read_all(0, 100_000).await.unwrap() {
            if event.stream.aggregate_type == "call" {
                streams
                    .entry(event.stream.aggregate_id)
                    .or_default()
                    .push(event.event_type);
            }
        }
        streams
    }
}

fn inbound(call: &str) -> [(&str, &str); 6] {
    [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("CallSid", call),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", "+15005550001"),
        ("To", "+15045550100"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unavailable_database_is_reported_and_reconnected() {
    let proxied = ProxiedService::start().await;
    let client = proxied.service.client().signed_in().await;
    assert_eq!(client.post_inbound("CA1").await, 200);

    proxied.wire.cut();
    let refused = client
        .webhook("/twilio/inbound", &inbound("CA2"))
        .await
        .unwrap()
        .expect(503);
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(refused.json()["type"], "urn:call-ledger:problem:unavailable");
    let read = client.read("/api/call-logs").await.expect(503);
    assert!(read.header("retry-after").is_some(), "reads get Retry-After too");
    proxied.wait_for_readiness(false).await;
    client.read("/health").await.expect(503);
    client.read("/health/live").await.expect(200);

    proxied.wire.restore();
    proxied.wait_for_readiness(true).await;
    // The acknowledged call is there; the refused one only after it is posted again.
    assert_eq!(proxied.streams().await.keys().collect::<Vec<_>>(), ["CA1"]);
    for call in ["CA2", "CA1"] {
        assert_eq!(
            client.post_inbound(call).await,
            200,
            "the log:\n{}",
            proxied.service.log()
        );
    }
    let streams = proxied.streams().await;
    assert_eq!(streams.len(), 2);
    assert_eq!(
        streams["CA1"], streams["CA2"],
        "every call is complete, without duplicates"
    );
    wait_for_listed_calls(&client, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_database_is_answered_503_within_twilios_timeout() {
    let proxied = ProxiedService::start().await;
    let client = proxied.service.client();
    assert_eq!(client.post_inbound("CA1").await, 200);
    proxied.wire.stall();
    let begun = Instant::now();
    // A call in memory, whose command goes directly to the appender, and one that has to be read first.
    let ended = [("CallSid", "CA1"), ("CallStatus", "completed"), ("CallDuration", "7")];
    let (known, unknown, ()) = tokio::join!(
        client.webhook("/twilio/inbound-status", &ended),
        client.post_inbound("CA2"),
        proxied.wait_for_readiness(false),
    );
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!((known.unwrap().status, unknown), (503, 503));
    client.read("/health/live").await.expect(200);

    proxied.wire.restore();
    proxied.wait_for_readiness(true).await;
    let deadline = Instant::now() + RECOVERY_TIMEOUT;
    while client.post_inbound("CA2").await != 200 {
        assert!(Instant::now() < deadline, "the log:\n{}", proxied.service.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client
        .webhook("/twilio/inbound-status", &ended)
        .await
        .unwrap()
        .expect(200);
    let streams = proxied.streams().await;
    assert_eq!(streams.len(), 2);
    let ends = streams["CA1"].iter().filter(|event| *event == "CallEnded").count();
    assert_eq!(
        ends, 1,
        "exactly once, whether it was written during the stall or after it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_database_is_reconnected_automatically() {
    let proxied = ProxiedService::start().await;
    let client = proxied.service.client().signed_in().await;
    assert_eq!(client.post_inbound("CA1").await, 200);
    wait_for_listed_calls(&client, 1).await;
    // Every connection of the service is dead, without a close.
    proxied.wire.lose_connections();
    let deadline = Instant::now() + Duration::from_secs(40);
    while client.post_inbound("CA2").await != 200 {
        assert!(Instant::now() < deadline, "the log:\n{}", proxied.service.log());
    }
    wait_until(deadline, || async {
        let listed = client.read("/api/call-logs?limit=1").await;
        listed.status == 200 && listed.json()["counts"]["all"] == 2
    })
    .await;
    assert_eq!(proxied.streams().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_outages_neither_lose_nor_duplicate_acknowledged_webhooks() {
    const WRITERS: usize = 6;
    let proxied = ProxiedService::start().await;
    let client = proxied.service.client().signed_in().await;
    // The number's owner is known from here on. Before that, a call that arrives during an outage is kept ringing and
    // asked about again: answered 200, recorded later.
    assert_eq!(client.post_inbound("CA").await, 200);
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, stop, written) = (client.clone(), stop.clone(), written.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let call = format!("CA{writer}x{}", acknowledged.len());
                    // Repeated until it is acknowledged.
                    while client.post_inbound(&call).await != 200 {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    acknowledged.push(call);
                    written.fetch_add(1, Ordering::SeqCst);
                }
                acknowledged
            })
        })
        .collect();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        proxied.wire.cut();
        tokio::time::sleep(Duration::from_millis(150)).await;
        proxied.wire.restore();
    }
    proxied.wait_for_readiness(true).await;
    // At least some calls are written, even on a slow machine.
    wait_until(Instant::now() + RECOVERY_TIMEOUT, async || {
        written.load(Ordering::SeqCst) > WRITERS
    })
    .await;
    stop.store(true, Ordering::SeqCst);
    let mut acknowledged = HashSet::from(["CA".to_owned()]);
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(acknowledged.len() > WRITERS);
    let streams = proxied.streams().await;
    let written: HashSet<_> = streams.keys().cloned().collect();
    assert_eq!(written, acknowledged, "the log:\n{}", proxied.service.log());
    let whole = &streams["CA"];
    assert!(
        streams.values().all(|events| events == whole),
        "every call is complete, without duplicates"
    );
    wait_for_listed_calls(&client, acknowledged.len()).await;
    // The read models have every event.
    let dry_run = proxied
        .home
        .command("projections", &[])
        .args(["rebuild", "call_log", "--dry-run"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&dry_run.stdout).into_owned();
    assert!(
        dry_run.status.success(),
        "{stdout}{}",
        String::from_utf8_lossy(&dry_run.stderr)
    );
    assert!(stdout.to_lowercase().contains("none"), "{stdout}");
}

/// Waits until this many calls are listed.
async fn wait_for_listed_calls(client: &Client, calls: usize) {
    wait_until(Instant::now() + RECOVERY_TIMEOUT, || async {
        let listed = client.read("/api/call-logs?limit=1").await;
        listed.status == 200 && listed.json()["counts"]["all"] == calls
    })
    .await;
}

async fn wait_until<F: Future<Output = bool>>(deadline: Instant, is_so: impl Fn() -> F) {
    while !is_so().await {
        assert!(Instant::now() < deadline, "timeout");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
