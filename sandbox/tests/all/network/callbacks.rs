//! Delivery of callbacks: retries, duplicates, delays, reordering.

use super::{Product, Reply, caller, get, network, network_with, until};
use sandbox::network::Options;
use sandbox::network::switch::State;

fn status_at(options: &mut Options, product: &Product, fragment: &str) {
    options.numbers[0].status_callback = Some(product.url(&format!("/status{fragment}")));
}

#[tokio::test]
async fn refused_callback_is_retried_only_with_connection_overrides() {
    for (fragment, tries) in [("", 1), ("#rc=5&rp=all", 3), ("#rc=1&rp=all", 2), ("#rc=5&rp=4xx", 1)] {
        let product = Product::start().await;
        product
            .at("/voice", "<Hangup/>")
            .at_each("/status", [Reply::status(503), Reply::status(503), Reply::from("")]);
        let network = network_with(&product, |options| status_at(options, &product, fragment)).await;
        let call = network.place(&caller("")).expect("the call is placed");
        network.ended(&call).await;
        network.quiet().await;
        let got = product.requests("/status");
        assert_eq!(got.len(), tries, "{fragment}");
        assert!(
            got.iter().all(|one| one.token == got[0].token && !one.token.is_empty()),
            "{got:?}"
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn failed_connection_is_retried_once() {
    let product = Product::start().await;
    product.at("/voice", "<Hangup/>");
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let url = format!("http://{}/status", closed.local_addr().expect("it is bound"));
    drop(closed);
    let network = network_with(&product, |options| {
        options.numbers[0].status_callback = Some(url.clone());
    })
    .await;
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    let events = get(&network, &format!("/Calls/{call}/Events.json")).await;
    let events = events["events"].as_array().expect("a list");
    let tries: Vec<_> = events
        .iter()
        .filter(|event| event["request"]["url"] == url.as_str())
        .collect();
    assert_eq!(tries.len(), 2, "{events:?}");
    assert!(tries.iter().all(|event| event["response"]["response_code"].is_null()));
    network.stop().await;
}

#[tokio::test]
async fn events_list_every_request_with_its_response() {
    let product = Product::start().await;
    product.at("/voice", "<Hangup/>");
    let network = network(&product).await;
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    let events = get(&network, &format!("/Calls/{call}/Events.json")).await;
    let [voice, status] = &events["events"].as_array().expect("a list")[..] else {
        panic!("{events}")
    };
    assert_eq!(voice["request"]["url"], product.url("/voice").as_str());
    assert_eq!(
        (
            voice["request"]["method"].as_str(),
            voice["response"]["response_code"].as_u64()
        ),
        (Some("POST"), Some(200))
    );
    assert_eq!(voice["request"]["parameters"]["call_sid"], call.as_str());
    assert!(
        voice["response"]["response_body"]
            .as_str()
            .expect("text")
            .contains("<Hangup/>")
    );
    assert_eq!(
        (
            status["request"]["parameters"]["call_status"].as_str(),
            status["response"]["response_code"].as_u64()
        ),
        (Some("completed"), Some(204))
    );
    network.stop().await;
}

#[tokio::test]
async fn events_are_listed_only_after_the_lag() {
    let product = Product::start().await;
    product.at("/voice", "<Hangup/>");
    let network = network_with(&product, |options| {
        options.events_lag = std::time::Duration::from_mins(1);
    })
    .await;
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    let path = format!("/Calls/{call}/Events.json");
    assert_eq!(get(&network, &path).await["events"].as_array().map(Vec::len), Some(0));
    network.switch().clock.sleep(chrono::TimeDelta::seconds(61)).await;
    assert_ne!(get(&network, &path).await["events"].as_array().map(Vec::len), Some(0));
    network.stop().await;
}

#[tokio::test]
async fn callback_faults_duplicate_and_reorder() {
    let product = Product::start().await;
    product.at(
        "/voice",
        "<Dial><Number statusCallback=\"/leg\" statusCallbackEvent=\"initiated ringing answered completed\">+15045550111</Number></Dial>",
    );
    let network = network(&product).await;
    network.switch().state().faults.callbacks.duplicate = true;
    network.switch().state().faults.callbacks.reorder = true;
    let call = network
        .place(&caller("{ on = 'connected', hang_up = true }"))
        .expect("the call is placed");
    network.ended(&call).await;
    network.quiet().await;
    let mut numbers = product.values("/leg", "SequenceNumber");
    assert_eq!(numbers.len(), 8, "{numbers:?}");
    assert!(!numbers.is_sorted(), "{numbers:?}");
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers, ["0", "1", "2", "3"]);
    network.stop().await;
}

#[tokio::test]
async fn routed_request_is_signed_with_the_public_url() {
    let product = Product::start().await;
    product.at("/voice", "<Hangup/>");
    let real = product.base_url.clone();
    let network = network_with(&product, |options| {
        options.routes = vec![("https://calls.example.com".to_owned(), real)];
        options.numbers[0].voice_url = Some("https://calls.example.com/voice".to_owned());
        options.numbers[0].status_callback = None;
    })
    .await;
    let call = network.place(&caller("")).expect("the call is placed");
    network.ended(&call).await;
    until(&network, "the request", |state| {
        state
            .call(&call)
            .is_some_and(|call| call.requests.iter().any(|request| request.status == Some(200)))
    })
    .await;
    let url = |state: &State| state.call(&call).expect("the call").requests[0].url.clone();
    assert_eq!(url(&network.switch().state()), "https://calls.example.com/voice");
    network.stop().await;
}
