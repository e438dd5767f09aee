//! Planned requests as a service receives them.

use crate::plan::day;
use crate::service::{AUTH_TOKEN, PUBLIC_URL, Service};
use axum::http::StatusCode;
use sandbox::traffic::chaos::{Shares, disturb};
use sandbox::traffic::send::{Network, Pace, Tally, send_all};
use sandbox::traffic::{PlannedCall, report};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const FAST: Pace = Pace {
    in_flight: 16,
    speed: 0.0,
    in_call_order: true,
};

async fn post(calls: Vec<PlannedCall>, url: &str, auth_token: &str, pace: Pace) -> Tally {
    let network = Network::new(url, PUBLIC_URL, auth_token, pace.in_flight).expect("a client can be made");
    send_all(network, pace, Arc::new(calls), || ()).await
}

#[tokio::test]
async fn every_request_has_a_valid_signature() {
    let (service, calls) = (Service::default(), day(1, 200));
    let tally = post(calls.clone(), &service.start().await, AUTH_TOKEN, FAST).await;

    let planned: usize = calls.iter().map(|call| call.requests.len()).sum();
    assert!(tally.all_accepted(), "{:?}", tally.refusals);
    assert_eq!((tally.requests, tally.answers.get(&204)), (planned, Some(&planned)));
    assert_eq!(service.received().len(), planned);
}

#[tokio::test]
async fn clean_day_keeps_the_order_within_each_call() {
    let (service, calls) = (Service::default(), day(2, 100));
    post(calls.clone(), &service.start().await, AUTH_TOKEN, FAST).await;

    let mut got: HashMap<String, Vec<String>> = HashMap::new();
    for request in service.received() {
        got.entry(request.call_sid).or_default().push(request.token);
    }
    for call in calls {
        let planned: Vec<_> = call
            .requests
            .iter()
            .map(|request| request.idempotency_token.clone())
            .collect();
        assert_eq!(got[&call.call_sid], planned);
    }
}

#[tokio::test]
async fn chaotic_day_delivers_every_request_and_duplicate() {
    let (service, clean) = (Service::default(), day(1, 60));
    let calls = disturb(&clean, Shares::CHAOS, 1);
    let pace = Pace {
        in_call_order: false,
        ..FAST
    };
    let tally = post(calls.clone(), &service.start().await, AUTH_TOKEN, pace).await;
    assert!(tally.all_accepted(), "{:?}", tally.refusals);

    let count = |tokens: Vec<String>| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for token in tokens {
            *counts.entry(token).or_default() += 1;
        }
        counts
    };
    let planned = calls
        .iter()
        .flat_map(|call| &call.requests)
        .map(|request| request.idempotency_token.clone());
    let got = service.received().into_iter().map(|request| request.token);
    assert_eq!(count(got.collect()), count(planned.collect()));
    let clean_requests: usize = clean.iter().map(|call| call.requests.len()).sum();
    assert_eq!(report::duplicates(&calls), tally.requests - clean_requests);
}

#[tokio::test]
async fn wrong_token_is_refused_and_reported() {
    let (service, calls) = (Service::default(), day(1, 1));
    let tally = post(calls.clone(), &service.start().await, "another token", FAST).await;
    assert!(!tally.all_accepted());
    assert!(tally.answers.keys().eq([&403]), "{:?}", tally.answers);
    assert!(service.received().is_empty());
    assert!(report::render(&calls, &tally, None).contains("403 from /twilio/"));
}

#[tokio::test]
async fn callbacks_are_retried_after_an_error_and_twiml_requests_are_not() {
    let service = Service::that_refuses_once(StatusCode::INTERNAL_SERVER_ERROR);
    let calls = day(1, 10);
    let tally = post(calls.clone(), &service.start().await, AUTH_TOKEN, FAST).await;

    let requests = calls.iter().flat_map(|call| &call.requests);
    let (for_twiml, callbacks): (Vec<_>, Vec<_>) = requests.partition(|request| request.asks_for_twiml());
    assert_eq!(tally.retries, callbacks.len());
    assert_eq!(tally.answers[&500], for_twiml.len() + callbacks.len());
    assert_eq!(service.received().len(), callbacks.len());
    assert!(
        service
            .received()
            .iter()
            .all(|request| request.path.ends_with("-status"))
    );
}

#[tokio::test]
async fn unreachable_service_is_retried_and_counted() {
    let mut calls = day(1, 1);
    calls[0].requests.truncate(1);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let url = format!("http://{}", closed.local_addr().expect("it is bound"));
    drop(closed);

    let tally = post(calls, &url, AUTH_TOKEN, FAST).await;
    assert_eq!((tally.requests, tally.retries, tally.unanswered), (1, 1, 2));
    assert!(!tally.all_accepted());
}

#[tokio::test]
async fn speed_scales_the_intervals_between_requests() {
    let (service, mut calls) = (Service::default(), day(1, 1));
    let first = calls[0].requests[0].offset;
    for (request, place) in calls[0].requests.iter_mut().zip(0_u32..) {
        request.offset = first + Duration::from_secs(10) * place;
    }
    let requests = u32::try_from(calls[0].requests.len()).expect("a few");
    let pace = Pace { speed: 100.0, ..FAST };
    let tally = post(calls, &service.start().await, AUTH_TOKEN, pace).await;
    assert!(
        tally.took >= Duration::from_millis(100) * (requests - 1),
        "{:?}",
        tally.took
    );
    assert_eq!(service.received().len(), requests as usize);
}
