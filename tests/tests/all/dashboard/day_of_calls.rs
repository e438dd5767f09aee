//! Fills a ledger with a day of calls, by webhooks.

use futures::{StreamExt as _, stream};
use harness::service::{AUTH_TOKEN, Client, PUBLIC_URL};
use reqwest::header::CONTENT_TYPE;
use sandbox::traffic::PlannedRequest;
use sandbox::traffic::day::DayOptions;
use sandbox::traffic::plan::plan_day;

/// Concurrent webhook requests.
const MAX_CONCURRENCY: usize = 16;

/// Posts the webhooks of a day with this many calls.
pub async fn post_day_of_calls(calls: usize, client: &Client) {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 27).expect("a day");
    let options = DayOptions {
        seed: 7,
        calls,
        ..DayOptions::on(day)
    };
    let planned = plan_day(&options);
    let mut requests: Vec<_> = planned.iter().flat_map(|call| &call.requests).collect();
    requests.sort_by_key(|request| request.offset);
    stream::iter(requests)
        .for_each_concurrent(MAX_CONCURRENCY, |request| post(client, request))
        .await;
}

async fn post(client: &Client, request: &PlannedRequest) {
    let stores = request.path_and_query();
    let signature = sandbox::twilio::signature::sign(AUTH_TOKEN, &format!("{PUBLIC_URL}{stores}"), &request.params);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.params)
        .finish();
    let post = client
        .request(reqwest::Method::POST, &stores)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("I-Twilio-Idempotency-Token", &request.idempotency_token)
        .header(sandbox::twilio::signature::HEADER, signature)
        .body(body);
    client.send(post).await.expect("an answer").expect(200);
}
