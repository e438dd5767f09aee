//! Read models on both databases: projectors, dead letters, rebuilds, switches, and several processes.

mod dead_letters;
mod following;
mod live_snapshot;
mod local_days;
mod poison;
mod rebuilding;
mod restored_log;
mod unreadable;
mod work;

use crate::ledger::{at, by_twilio, by_user, inbound, said};
use domain::call::Call;
use domain::call::command::{CallCommand, HandleStatus, Leg, Origin};
use domain::call::value::{ClockSource, Grade};
use harness::rows::{Tables, rows_of};
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::{Db, ReadStores};
use infra::ledger::Ledger;
use projections::{ReadModels, projectors};
use std::sync::Arc;
use std::time::Duration;

/// For a debug build on a busy machine.
const READ_MODEL_TIMEOUT: Duration = Duration::from_secs(20);

/// A process with a ledger and read models.
pub struct TestEnv {
    pub ledger: Ledger,
    read_stores: ReadStores,
    pub models: ReadModels,
}

impl TestEnv {
    pub async fn open(stores: &TestStores) -> Self {
        let ledger = stores.ledger().await;
        let read_stores = ReadStores::open(&stores.url).await.unwrap();
        let models = ReadModels::open(read_stores.clone(), ledger.clone(), Arc::new(SystemClock))
            .await
            .unwrap();
        Self {
            ledger,
            read_stores,
            models,
        }
    }

    /// Records a call that is answered, has turns, ends and is graded. Returns the position of its last event.
    pub async fn call(&self, call: &str) -> i64 {
        let twilio = |what: &str| by_twilio(&format!("{what} {call}"));
        self.execute(call, inbound(call), twilio("inbound")).await;
        self.execute(call, said(2, crate::ledger::WORDS), twilio("said")).await;
        self.execute(call, ended(call), twilio("ended")).await;
        self.execute(call, graded(), by_user()).await
    }

    async fn execute(&self, call: &str, command: CallCommand, metadata: infra::event_store::Metadata) -> i64 {
        self.ledger
            .execute::<Call>(call, command, metadata)
            .await
            .unwrap()
            .position
    }

    /// Waits until every model has passed a position.
    pub async fn wait_for_position(&self, position: i64) {
        for projector in projectors() {
            let model = projector.name();
            assert!(
                self.models.wait(model, position, READ_MODEL_TIMEOUT).await,
                "{model} did not reach the position"
            );
        }
    }

    async fn rows(&self, model: &str) -> Tables {
        rows_of(&self.read_stores, model).await
    }

    pub async fn db(&self, model: &'static str) -> Db {
        self.read_stores.current(model).await.unwrap().db
    }

    /// Corrupts a model's rows with a statement.
    pub async fn damage(&self, model: &'static str, statement: &str) {
        let db = self.db(model).await;
        infra::on_db!(&db, c => sqlx::query(statement).execute(c).await.map(|_| ())).unwrap();
    }

    /// The number of calls on the dashboard.
    async fn counted_calls(&self) -> i64 {
        let figures = self.models.dashboard().all_time("default").await.unwrap();
        figures.map_or(0, |figures| figures.calls)
    }
}

/// Stores of the same engine.
async fn another(stores: &TestStores) -> TestStores {
    match stores.url {
        infra::db::DatabaseUrl::Folder(_) => TestStores::sqlite().await,
        infra::db::DatabaseUrl::Postgres(_) => TestStores::postgres().await,
    }
}

fn ended(call: &str) -> CallCommand {
    HandleStatus {
        at: at(60),
        clock: ClockSource::Provider,
        kind: "inbound-status".into(),
        call_sid: call.into(),
        leg: Leg::Conversation,
        status: "completed".into(),
        sequence_number: Some(3),
        answered_by: None,
        duration_s: Some(55),
        reason: None,
        origin: Origin::default(),
    }
    .into()
}

fn graded() -> CallCommand {
    CallCommand::Grade {
        at: at(100),
        grade: Grade::Good,
        by: "u1".into(),
    }
}
