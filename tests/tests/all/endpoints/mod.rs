//! Invalid input to every endpoint, on both databases: the response follows the API contract, and nothing is written.

mod accounts;
mod twilio;

use domain::Timestamp;
use harness::app::App;
use harness::service::Answer;
use harness::test_stores::TestStores;
use serde_json::Value;

/// Friday, 2026-03-27T14:00:00Z.
const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);

async fn open(stores: TestStores) -> App {
    App::start(stores, FRIDAY).await
}

/// Asserts the status and type of a problem document, and returns its field names.
#[track_caller]
fn problem(answer: &Answer, status: u16, kind: &str) -> Vec<String> {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let document = answer.json();
    assert_eq!(
        document["type"],
        format!("urn:call-ledger:problem:{kind}"),
        "{document}"
    );
    let errors = document["errors"].as_array().cloned().unwrap_or_default();
    let named = |error: &Value| {
        error["parameter"]
            .as_str()
            .or(error["pointer"].as_str())
            .map(str::to_owned)
    };
    errors.iter().filter_map(named).collect()
}
