//! Erasing a person leaves nothing of them: not in a file, not in a table, not in an answer, neither as text nor in
//! base64, while the service runs.

use base64::Engine as _;
use domain::Timestamp;
use harness::app::App;
use harness::on_both_engines;
use harness::service::Client;
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

on_both_engines!(
    erased_contact_is_in_no_file_and_no_table,
    erased_call_takes_its_quarantined_webhooks_along,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const NUMBER: &str = "+12025550143";
const SIP: &str = "sip:ada.lovelace@pbx.example";
/// What must not be found: number, names, words, and a part of the SIP address.
const TRACES: [&str; 5] = [
    "2025550143",
    "ada lovelace",
    "rhododendron",
    "ada.lovelace",
    "kingfisher",
];

/// The text as base64 shows it, wherever it stands in what was encoded.
fn in_base64(text: &str) -> Vec<String> {
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
    let shifted = (0..3).map(|before| {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        let encoded = encode(&bytes);
        // The first and last characters also depend on what stands beside it.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        encoded[first..last].to_owned()
    });
    shifted.collect()
}

/// The traces in some bytes.
fn traces(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    for trace in TRACES {
        if lower.contains(trace) {
            found.push(trace.to_owned());
        }
        for written in [trace.to_owned(), trace.to_uppercase(), "Ada Lovelace".to_owned()] {
            found.extend(
                in_base64(&written)
                    .into_iter()
                    .filter(|encoded| text.contains(encoded.as_str())),
            );
        }
    }
    found
}

fn traces_in_folder(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            traces_in_folder(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.extend(
                traces(&bytes)
                    .into_iter()
                    .map(|trace| format!("{}: {trace}", path.display())),
            );
        }
    }
}

/// Where traces are: every file of the data folder, or every table of every schema.
async fn everywhere(stores: &TestStores) -> Vec<String> {
    let mut found = Vec::new();
    match &stores.url {
        DatabaseUrl::Folder(folder) => traces_in_folder(folder, &mut found),
        DatabaseUrl::Postgres(url) => {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            let tables: Vec<(String, String)> = sqlx::query_as(
                "select schemaname::text, tablename::text from pg_tables
                 where schemaname not in ('pg_catalog', 'information_schema')",
            )
            .fetch_all(&pool)
            .await
            .unwrap();
            assert!(tables.len() > 10, "{tables:?}");
            for (schema, table) in tables {
                let rows: Vec<String> = sqlx::query_scalar(&format!(r#"select t::text from "{schema}"."{table}" t"#))
                    .fetch_all(&pool)
                    .await
                    .unwrap();
                let traces = traces(rows.join("\n").as_bytes());
                found.extend(traces.into_iter().map(|trace| format!("{schema}.{table}: {trace}")));
            }
        }
    }
    found
}

async fn post_webhook(client: &Client, path: &str, params: &[(&str, &str)]) {
    client.webhook(path, params).await.unwrap().expect(200);
}

async fn call(client: &Client, sid: &str, from: &str) {
    let inbound = [
        ("CallSid", sid),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", from),
        ("To", "+15045550188"),
        ("CallerName", "ADA LOVELACE"),
    ];
    post_webhook(client, "/twilio/inbound", &inbound).await;
    let spoken = [
        ("CallSid", sid),
        ("SpeechResult", "My rhododendron is ill. Please do not call me again"),
        ("Confidence", "0.9"),
    ];
    post_webhook(client, &format!("/twilio/ai-respond?call_id={sid}&turn=2"), &spoken).await;
    let confirmed = [("CallSid", sid), ("SpeechResult", "Yes"), ("Confidence", "0.9")];
    post_webhook(client, &format!("/twilio/ai-respond?call_id={sid}&turn=4"), &confirmed).await;
    let ended = [("CallSid", sid), ("CallStatus", "completed"), ("CallDuration", "9")];
    post_webhook(client, "/twilio/inbound-status", &ended).await;
}

/// A webhook that identifies no call.
async fn quarantine(client: &Client, from: &str, more: (&str, &str)) {
    let params = [
        ("CallStatus", "completed"),
        ("From", from),
        ("CallerName", "Ada Lovelace"),
        more,
    ];
    post_webhook(client, "/twilio/call-status", &params).await;
}

async fn quarantined(client: &Client) -> usize {
    let listed = client
        .get("/api/quarantined-webhooks")
        .await
        .unwrap()
        .expect(200)
        .json();
    listed.as_array().unwrap().len()
}

/// Waits until nothing is found: other files are scrubbed by the eraser job.
async fn expect_no_trace(app: &App) {
    let mut found = Vec::new();
    for _ in 0..60 {
        app.wait_for_read_models().await;
        found = everywhere(app.stores()).await;
        if found.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    found.sort();
    found.dedup();
    panic!("{found:#?}");
}

async fn erased_contact_is_in_no_file_and_no_table(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (client, twilio) = (app.client().signed_in().await, app.client());
    let contact = json!({ "name": "Ada Lovelace", "phone": NUMBER });
    let contact = client.post("/api/contacts", &contact).await.expect(201).json();
    call(&twilio, "CA1", NUMBER).await;
    call(&twilio, "CA2", "sip:+12025550143@pbx;transport=tcp").await;
    let notes = json!({ "notes": "She likes the kingfisher." });
    client.put("/api/call-logs/CA1", &notes).await.expect(200);
    client.delete("/api/call-logs/CA2").await.expect(204);
    quarantine(&twilio, NUMBER, ("Remark", "kingfisher")).await;
    quarantine(&twilio, "+15045550155", ("To", "\u{202a}+1 202 555 0143\u{202c}")).await;
    app.wait_for_read_models().await;
    assert_eq!(quarantined(&client).await, 2);
    // Rows of an earlier generation, as a command that rebuilds and ends at once once left them behind.
    for model in ["call_log", "contacts"] {
        let options = projections::RebuildOptions {
            compare: false,
            switch: true,
        };
        app.running.engine().models.rebuild(model, options).await.unwrap();
        if let DatabaseUrl::Folder(folder) = &app.stores().url {
            let folder = folder.join("read_models");
            let file = |generation| folder.join(format!("{model}.{generation}.db"));
            assert!(!file(0).exists(), "{model}: the replaced file is removed");
            std::fs::copy(file(1), file(0)).unwrap();
        }
    }
    assert!(
        !everywhere(app.stores()).await.is_empty(),
        "the test finds traces before the erasure"
    );

    let path = format!("/api/contacts/{}/erase", contact["contact_id"].as_str().unwrap());
    client.post(&path, &json!({ "ground": "request 7" })).await.expect(204);
    expect_no_trace(&app).await;
    assert_eq!(quarantined(&client).await, 0);
    for call in ["CA1", "CA2"] {
        let history = client
            .get(&format!("/api/call-logs/{call}/history"))
            .await
            .unwrap()
            .expect(200)
            .text;
        assert!(
            history.contains("CallErased") && traces(history.as_bytes()).is_empty(),
            "{history}"
        );
    }
    // The wish not to be called again outlives the person's values.
    let checked = client
        .post("/api/suppressions/check", &json!({ "number": NUMBER }))
        .await;
    assert_eq!(checked.expect(200).json()["suppressed"], true);
    let listed = client.get("/api/suppressions").await.unwrap().expect(200).json();
    assert_eq!(listed["suppressions"][0]["number"], json!(null), "{listed}");
    // Added again, the contact is shown as suppressed.
    let again = json!({ "name": "A. L.", "phone": NUMBER });
    let again = client.post("/api/contacts", &again).await.expect(201).json();
    app.wait_for_read_models().await;
    let path = format!("/api/contacts/{}", again["contact_id"].as_str().unwrap());
    let shown = client.get(&path).await.unwrap().expect(200).json();
    assert_eq!(shown["suppression"]["origin"], "opt_out", "{shown}");
}

async fn erased_call_takes_its_quarantined_webhooks_along(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let (client, twilio) = (app.client().signed_in().await, app.client());
    call(&twilio, "CA1", SIP).await;
    quarantine(&twilio, SIP, ("Remark", "kingfisher")).await;
    // By the call only.
    let params = [("DialCallSid", "CA1"), ("CallerName", "Ada Lovelace")];
    post_webhook(&twilio, "/twilio/amd-status", &params).await;
    app.wait_for_read_models().await;
    assert_eq!(quarantined(&client).await, 2);
    assert!(
        !everywhere(app.stores()).await.is_empty(),
        "the test finds traces before the erasure"
    );
    client
        .post("/api/call-logs/CA1/erase", &json!({ "ground": "request 8" }))
        .await
        .expect(200);
    expect_no_trace(&app).await;
    assert_eq!(quarantined(&client).await, 0);
}
