//! The OpenAPI document is true: schemathesis generates requests from it, right and wrong ones, and compares every answer
//! with it.

use domain::Timestamp;
use harness::app::App;
use harness::test_stores::TestStores;
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Seconds that the generator may take.
const MAX_TIME_S: u64 = 60;
/// The whole run, with its start and its report.
const RUN_TIMEOUT: Duration = Duration::from_mins(4);

/// What is compared. An answer that the document does not know, another media type, or a body that does not fit its
/// schema is a failure, and so is any 5xx.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_as_the_openapi_document_says() {
    let app = App::start(TestStores::sqlite().await, Timestamp::from_seconds(1_774_620_000)).await;
    let client = app.client().signed_in().await;
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    client.post("/api/contacts", &contact).await.expect(201);
    let call = json!({ "direction": "outbound", "from": "+15045550100", "to": "+15045550123", "outcome": "busy" });
    client.post("/api/call-logs", &call).await.expect(201);
    let cookie = format!("Cookie: {}", client.cookie().expect("a session"));
    let document = format!("{}/api/openapi.json", app.url());
    let run = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .args(["-m", "schemathesis.cli", "run", &document, "--header", &cookie])
            .args([
                "--checks",
                CHECKS,
                "--phases",
                "examples,coverage,fuzzing",
                "--max-examples",
                "8",
                "--workers",
                "1",
            ])
            .args([
                "--max-time",
                &MAX_TIME_S.to_string(),
                "--no-shrink",
                "--continue-on-failure",
                "--seed",
                "1",
            ])
            // Signed requests, upgrades, what would end the session that the others need, and calls without a network.
            .args([
                "--exclude-path-regex",
                "^/twilio/|^/ws$|/sound$|^/api/auth/logout$|^/api/users/|^/metrics$|^/api/text-calls|/test-calls$",
            ])
            .args(["--suppress-health-check", "all", "--warnings", "off"])
            .env("PYTHONUTF8", "1")
            .env("NO_COLOR", "1")
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .output()
            .expect("schemathesis runs")
    });
    let output = tokio::time::timeout(RUN_TIMEOUT, run).await.expect("in time").unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{report}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(report.contains("passed"), "something was compared: {report}");
}

/// The interpreter of an environment with schemathesis, which is downloaded once.
fn python() -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(tests.join("../tools/test-cache"))
        .arg("python")
        .arg(tests.join("validators/schemathesis.txt"))
        .stderr(Stdio::inherit())
        .output()
        .expect("tools/test-cache runs, which needs python3");
    assert!(output.status.success(), "tools/test-cache failed: {}", output.status);
    String::from_utf8(output.stdout).expect("a path").trim().to_owned()
}
