//! A service that is killed while it rebuilds a read model.

use harness::on_both_engines;
use harness::service::{Client, Home, Service};
use harness::test_stores::TestStores;
use serde_json::{Value, json};

on_both_engines!(killed_rebuild_is_reported_and_the_next_one_begins_at_once);

const REBUILD: &str = "/api/projections/call_log/rebuild";
const CALLS: usize = 150;
/// A rebuild that has finished before the kill is tried again, at most this often.
const ATTEMPTS: usize = 10;

async fn call_log(client: &Client) -> Value {
    let models = client.read("/api/projections").await.expect(200).json();
    let models = models.as_array().expect("read models").iter();
    models
        .clone()
        .find(|model| model["name"] == "call_log")
        .unwrap()
        .clone()
}

async fn until(service: &Service, client: &Client, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    service
        .until(what, async || {
            last = call_log(client).await;
            is_so(&last)
        })
        .await;
    last
}

async fn killed_rebuild_is_reported_and_the_next_one_begins_at_once(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start().await;
    for n in 0..CALLS {
        assert_eq!(service.client().post_inbound(&format!("CA{n}")).await, 200);
    }
    let client = service.client().signed_in().await;
    let before = until(&service, &client, "the call log is up to date", |model| {
        model["lag"] == 0
    })
    .await;
    let mut service = service;
    let mut last_rebuild = before["last_rebuild"].clone();
    for attempt in 0.. {
        assert!(attempt < ATTEMPTS, "no rebuild was running at the kill");
        let client = service.client().signed_in().await;
        client.post(REBUILD, &json!({})).await.expect(202);
        until(&service, &client, "a rebuild is shown", |model| {
            !model["rebuild"].is_null()
        })
        .await;
        service.kill();
        service = home.start().await;
        let client = service.client().signed_in().await;
        let after = until(&service, &client, "the end of the rebuild is shown", |model| {
            model["last_rebuild"] != last_rebuild
        })
        .await;
        last_rebuild = after["last_rebuild"].clone();
        if let Some(error) = last_rebuild["error"].as_str() {
            assert!(error.contains("the process that rebuilt it ended"), "{error}");
            assert!(
                after["rebuild"].is_null(),
                "the rebuild of the killed process is shown: {after}"
            );
            break;
        }
    }
    // The page asks for the next one, which is accepted and seen.
    let client = service.client().signed_in().await;
    client.post(REBUILD, &json!({})).await.expect(202);
    until(&service, &client, "the progress or the result is shown", |model| {
        !model["rebuild"].is_null() || model["last_rebuild"] != last_rebuild
    })
    .await;
    let done = until(&service, &client, "the result is shown", |model| {
        model["last_rebuild"]["switched"] == true
    })
    .await;
    // Sign-ins of this test are events after it.
    let rebuilt = done["last_rebuild"]["position"].as_i64().unwrap();
    assert!(
        (before["position"].as_i64().unwrap()..=done["position"].as_i64().unwrap()).contains(&rebuilt),
        "{done}"
    );
}
