//! Answers for the dashboard's tests: what this service sends and answers after each event of the calls in
//! `domain/tests/fixtures`. The page, which updates the shown call from the events of the feed, must show the same.
//!
//! With `UPDATE_GOLDEN=1`, the test writes the answers to `api/tests/fixtures/call_pages`.

use crate::call_logs::transcript::Transcript;
use crate::call_logs::view::CallDetail;
use crate::live::render;
use domain::call::CallEvent;
use infra::clock::SystemClock;
use infra::db::{DatabaseUrl, ReadStores};
use infra::event_store::{Actor, Append, Appended, Event, Metadata, NewEvent, Recorded, StreamId};
use infra::keys::MasterKey;
use infra::ledger::{Ledger, LedgerOptions};
use projections::ReadModels;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const TENANT: &str = "default";
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Fixture {
    about: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    events: Vec<CallEvent>,
}

/// A ledger and read models, without the jobs that would append events of their own.
struct Env {
    ledger: Ledger,
    models: ReadModels,
    _folder: TempDir,
}

impl Env {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Folder(folder.path().into());
        let clock = Arc::new(SystemClock);
        let options = LedgerOptions {
            database: url.clone(),
            keys: url.clone(),
            master_key: MasterKey::random().into(),
            clock: clock.clone(),
        };
        let ledger = Ledger::open(options).await.expect("a ledger");
        let read_stores = ReadStores::open(&url).await.expect("read stores");
        let models = ReadModels::open(read_stores, ledger.clone(), clock)
            .await
            .expect("read models");
        Self {
            ledger,
            models,
            _folder: folder,
        }
    }

    /// Appends the call's event with this number, and returns it as recorded, at a fixed time.
    async fn append(&self, call: &str, number: i64, event: CallEvent) -> Recorded {
        let metadata = Metadata::new(TENANT, Actor::Twilio, "request");
        let mut recorded = Recorded {
            position: 0,
            stream: StreamId::call(call),
            sequence: number,
            event_type: event.name().to_owned(),
            event_version: CallEvent::VERSION.to_owned(),
            recorded_at: event.at(),
            metadata,
            event: Event::Call(event.clone()),
            size: 0,
        };
        let append = Append {
            stream: recorded.stream.clone(),
            expected: number - 1,
            events: vec![NewEvent {
                event_type: recorded.event_type.clone(),
                event_version: recorded.event_version.clone(),
                payload: serde_json::to_string(&event).expect("serializes"),
                metadata: json!({ "tenant": TENANT, "actor": "twilio", "correlation_id": "request" }).to_string(),
            }],
            command_key: None,
            opened: vec![recorded.clone()],
        };
        match self.ledger.store().append(append).await.expect("appends") {
            Appended::Committed { position, .. } => recorded.position = position,
            other => panic!("not committed: {other:?}"),
        }
        assert!(self.models.wait("call_log", recorded.position, TIMEOUT).await);
        recorded
    }
}

/// The fields that differ from the ones before.
fn changes(before: &Map<String, Value>, now: &Map<String, Value>) -> Value {
    let changed = now.iter().filter(|(name, value)| before.get(*name) != Some(value));
    changed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The message of each event, and what it changes in the answers about the call.
async fn answers(env: &Env, call: &str, fixture: Fixture) -> Value {
    let calls = env.models.call_log();
    let (mut steps, mut before, mut transcripts_before) = (Vec::new(), Map::new(), json!([]));
    let events = fixture.steps.into_iter().flat_map(|step| step.events);
    for (number, event) in (1..).zip(events) {
        let recorded = env.append(call, number, event).await;
        let all = calls.call_with_all(TENANT, call).await.expect("answers");
        let detail = json!(CallDetail::from(all.expect("the call")));
        let detail = detail.as_object().expect("an object").clone();
        let transcripts = json!(Transcript::of(calls.transcript(TENANT, call).await.expect("answers")));
        let message = render(&Recorded {
            // The positions of the events of one call, as if it were alone in the log.
            position: number,
            ..recorded
        });
        let message: Value = serde_json::from_str(&message.expect("renders")).expect("is JSON");
        let mut step = json!({ "message": message, "detail": changes(&before, &detail) });
        if transcripts != transcripts_before {
            step["transcripts"] = transcripts.clone();
        }
        steps.push(step);
        (before, transcripts_before) = (detail, transcripts);
    }
    json!({ "about": fixture.about, "steps": steps })
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[tokio::test]
async fn answers_about_the_calls_of_the_fixtures_are_those_that_the_page_is_tested_with() {
    let env = Env::open().await;
    let following = env.models.follow();
    let mut fixtures = 0;
    for file in std::fs::read_dir(folder("../domain/tests/fixtures")).expect("the fixtures") {
        let path = file.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let fixture: Fixture = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = answers(&env, name.trim_end_matches(".json"), fixture).await;
        let golden = folder("tests/fixtures/call_pages").join(&name);
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
            let text = serde_json::to_string_pretty(&found).expect("serializes");
            std::fs::create_dir_all(golden.parent().expect("a folder")).expect("is writable");
            std::fs::write(&golden, format!("{text}\n")).expect("is writable");
        }
        let known = std::fs::read_to_string(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
        let known: Value = serde_json::from_str(&known).expect("is JSON");
        assert_eq!(found, known, "{name} has changed: UPDATE_GOLDEN=1 writes it");
        fixtures += 1;
    }
    following.stop().await;
    assert!(fixtures >= 11, "{fixtures} fixtures");
}
