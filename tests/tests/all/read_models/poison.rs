//! Events that a model cannot apply, at random places: a rebuild parks what a follower parks, and finishes.

use super::{READ_MODEL_TIMEOUT, TestEnv};
use crate::ledger::{by_twilio, by_user, inbound, note};
use domain::call::CallEvent;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::consumer::dead_letters::DeadLetter;
use infra::db::{Engine, ReadStores};
use infra::event_store::{Event, Recorded};
use infra::on_db;
use projections::engine::{ReadModel, Schema};
use projections::projector::Model;
use projections::rows::{Column, Field, Kind, Owner, Role, Row, Rows, Table, Value};
use projections::{ModelStatus, ReadModels, RebuildError, RebuildOptions};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

on_both_engines!(
    rebuild_parks_what_following_parks_wherever_the_poison_is,
    rebuild_that_would_park_more_names_the_event_and_switches_when_accepted,
);

const MODEL: &str = "notes_of_calls";
const CALLS: usize = 30;
const DRY_RUN: RebuildOptions = RebuildOptions {
    compare: true,
    switch: false,
};
const SWITCH: RebuildOptions = RebuildOptions {
    compare: true,
    switch: true,
};

/// A note at which the fold panics.
const PANIC: &str = "panic";
/// A note whose row breaks a constraint of the table.
const REJECTED: &str = "rejected";
/// A note whose row breaks a constraint that is only checked by an index, if another call has the same note.
const DUPLICATE: &str = "duplicate";
/// The start of a note that is too long for an index of PostgreSQL.
const LONG: &str = "long ";

/// A model that cannot apply certain notes.
struct NotesModel<const VERSION: i64>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct CallRow {
    call_id: String,
    events: i64,
    rejected: i64,
    label: Option<String>,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        personal: false,
    }
}

impl Row for CallRow {
    const TABLE: Table = Table {
        name: "noted_calls",
        columns: &[
            column("call_id", Kind::Text),
            column("events", Kind::Int),
            column("rejected", Kind::Int),
            column("label", Kind::Text),
        ],
        key: 1,
        role: Role::OwnedBy(Owner::Call),
    };

    fn into_values(self) -> Vec<Value> {
        vec![
            self.call_id.into_value(),
            self.events.into_value(),
            self.rejected.into_value(),
            self.label.into_value(),
        ]
    }

    fn from_values(values: Vec<Value>) -> Option<Self> {
        let mut values = values.into_iter();
        Some(Self {
            call_id: String::from_value(values.next()?)?,
            events: i64::from_value(values.next()?)?,
            rejected: i64::from_value(values.next()?)?,
            label: Option::from_value(values.next()?)?,
        })
    }
}

#[derive(Default)]
struct Notes {
    events: i64,
    is_rejected: bool,
    label: Option<String>,
}

impl<const V: i64> ReadModel for NotesModel<V> {
    const NAME: &'static str = MODEL;
    const VERSION: i64 = V;
    const TABLES: &'static [Table] = &[CallRow::TABLE];
    type Doc = Notes;

    fn schema(engine: Engine) -> Schema {
        const INDEXES: &str = "create unique index noted_calls_label on noted_calls (label);";
        let tables = match engine {
            Engine::Sqlite => {
                "create table noted_calls (call_id text primary key not null, events integer not null,
                   rejected integer not null check (rejected = 0), label text) strict;"
            }
            Engine::Postgres => {
                "create table noted_calls (call_id text primary key not null, events bigint not null,
                   rejected bigint not null check (rejected = 0), label text);"
            }
        };
        Schema {
            tables,
            indexes: INDEXES,
        }
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(notes: &mut Notes, event: &Recorded) {
        notes.events += 1;
        let Event::Call(CallEvent::CorrectionNoted { note, .. }) = &event.event else {
            return;
        };
        let text = note.text().unwrap_or_default();
        // After a change, so that the document is half changed.
        assert_ne!(text, PANIC, "a fold with a bug");
        notes.is_rejected |= text == REJECTED;
        if text == DUPLICATE || text.starts_with(LONG) {
            notes.label = Some(text.to_owned());
        }
    }

    fn rows(id: &str, notes: &Notes, rows: &mut Rows) {
        rows.push(CallRow {
            call_id: id.to_owned(),
            events: notes.events,
            rejected: notes.is_rejected.into(),
            label: notes.label.clone(),
        });
    }
}

/// The models of a process of the version `V` of the program.
async fn models_of<const V: i64>(env: &TestEnv, stores: &TestStores) -> ReadModels {
    let read_stores = ReadStores::open(&stores.url).await.unwrap();
    let projectors: Vec<Arc<dyn projections::projector::Projector>> = vec![Arc::new(Model::<NotesModel<V>>::default())];
    ReadModels::open_with(read_stores, env.ledger.clone(), Arc::new(SystemClock), projectors)
        .await
        .unwrap()
}

/// What the model should have: dead letters by position with the event's type, and events that were applied by call.
#[derive(Debug, Default, PartialEq, Eq)]
struct Content {
    letters: BTreeMap<i64, String>,
    applied: BTreeMap<String, i64>,
}

/// Appends calls with notes, some of them with one that cannot be applied at a random place. Returns what is applied and
/// what is not.
async fn append_poisoned_calls(env: &TestEnv, engine: Engine, random: &mut StdRng) -> Content {
    let mut notes: Vec<(usize, String)> = Vec::new();
    for call in 0..CALLS {
        let mut of_call: Vec<_> = (0..random.random_range(1..5)).map(|n| format!("note {n}")).collect();
        if random.random_ratio(1, 3) {
            let long: String = (0..6_000).map(|_| random.random_range('!'..='~')).collect();
            let poisons = [PANIC, REJECTED, DUPLICATE, DUPLICATE, LONG];
            let poison = match *poisons.choose(random).unwrap() {
                LONG => format!("{LONG}{long}"),
                poison => poison.to_owned(),
            };
            of_call.insert(random.random_range(0..=of_call.len()), poison);
        }
        notes.extend(of_call.into_iter().map(|text| (call, text)));
    }
    // Interleaves the calls and keeps the order of each.
    let mut order: Vec<_> = notes.iter().map(|(call, _)| *call).collect();
    order.shuffle(random);
    let mut content = Content::default();
    let mut is_parked = [false; CALLS];
    let mut has_duplicate = false;
    for call in 0..CALLS {
        let id = format!("CA{call:03}");
        env.execute(&id, inbound(&id), by_twilio(&id)).await;
        let started = env
            .ledger
            .history(&infra::event_store::StreamId::call(&id))
            .await
            .unwrap();
        content.applied.insert(id, i64::try_from(started.len()).unwrap());
    }
    for call in order {
        let next = notes.iter().position(|(of, _)| *of == call).unwrap();
        let (_, text) = notes.remove(next);
        let id = format!("CA{call:03}");
        let position = env.execute(&id, note(&text), by_user()).await;
        let is_poison = match text.as_str() {
            PANIC | REJECTED => true,
            DUPLICATE => std::mem::replace(&mut has_duplicate, true),
            text => text.starts_with(LONG) && engine == Engine::Postgres,
        };
        is_parked[call] |= is_poison;
        if is_parked[call] {
            content.letters.insert(position, "CorrectionNoted".to_owned());
        } else {
            *content.applied.get_mut(&id).unwrap() += 1;
        }
    }
    content
}

async fn content_of(env: &TestEnv) -> Content {
    let db = env.db(MODEL).await;
    let letters: Vec<(i64, String)> =
        on_db!(&db, c => sqlx::query_as("select position, event_type from dead_letters").fetch_all(c).await).unwrap();
    let applied: Vec<(String, i64)> =
        on_db!(&db, c => sqlx::query_as("select call_id, events from noted_calls").fetch_all(c).await).unwrap();
    Content {
        letters: letters.into_iter().collect(),
        applied: applied.into_iter().collect(),
    }
}

async fn status_of(models: &ReadModels) -> ModelStatus {
    models.status().await.unwrap().remove(0)
}

/// Waits until a process has rebuilt the rows for its version.
async fn wait_for_version(models: &ReadModels, version: i64) {
    let rebuilt = async {
        let is_rebuilt = |status: ModelStatus| {
            status.version == version && status.last_rebuild.is_some_and(|last| last["switched"] == true)
        };
        while !is_rebuilt(status_of(models).await) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(READ_MODEL_TIMEOUT, rebuilt)
        .await
        .expect("the rebuild finishes");
}

/// The names of the first dead letters, as a report has them.
fn named(content: &Content, letters: &[DeadLetter]) {
    let found: Vec<_> = letters
        .iter()
        .map(|letter| (&letter.position, &letter.event_type))
        .collect();
    assert_eq!(found, content.letters.iter().take(10).collect::<Vec<_>>());
    assert!(letters.iter().all(|letter| !letter.reason.is_empty()), "{letters:?}");
}

async fn rebuild_parks_what_following_parks_wherever_the_poison_is(stores: TestStores) {
    for seed in 0..3 {
        let stores = super::another(&stores).await;
        let env = TestEnv::open(&stores).await;
        let engine = match stores.url {
            infra::db::DatabaseUrl::Folder(_) => Engine::Sqlite,
            infra::db::DatabaseUrl::Postgres(_) => Engine::Postgres,
        };
        let expected = append_poisoned_calls(&env, engine, &mut StdRng::seed_from_u64(seed)).await;
        assert!(!expected.letters.is_empty(), "seed {seed} has no poison");
        let parked = i64::try_from(expected.letters.len()).unwrap();
        let head = env.ledger.head().await.unwrap();

        let first = models_of::<1>(&env, &stores).await;
        let following = first.follow();
        assert!(first.wait(MODEL, head, READ_MODEL_TIMEOUT).await);
        following.stop().await;
        assert_eq!(content_of(&env).await, expected, "seed {seed}");

        // The dry run says what the switch would do.
        let report = first.rebuild(MODEL, DRY_RUN).await.unwrap();
        assert!(report.difference.unwrap().is_none(), "seed {seed}");
        assert_eq!((report.switched, report.parked), (false, parked), "seed {seed}");
        named(&expected, &report.dead_letters);

        // A program with another version of the model rebuilds it by itself.
        let second = models_of::<2>(&env, &stores).await;
        let following = second.follow();
        wait_for_version(&second, 2).await;
        assert_eq!(content_of(&env).await, expected, "seed {seed}");
        let status = status_of(&second).await;
        assert_eq!((status.dead_letters, status.lag), (parked, 0), "seed {seed}");
        let last = status.last_rebuild.expect("a report");
        let first_letter = status.first_dead_letter.expect("a dead letter");
        assert_eq!((&last["switched"], &last["parked"]), (&true.into(), &parked.into()));
        assert_eq!(last["dead_letters"][0]["position"], first_letter);
        // The rebuilt rows are followed.
        let later = env.execute("CA900", inbound("CA900"), by_twilio("CA900")).await;
        assert!(second.wait(MODEL, later, READ_MODEL_TIMEOUT).await);
        assert!(content_of(&env).await.applied.contains_key("CA900"));
        following.stop().await;

        let report = second.rebuild(MODEL, SWITCH).await.unwrap();
        assert_eq!((report.switched, report.parked), (true, parked), "seed {seed}");
    }
}

async fn rebuild_that_would_park_more_names_the_event_and_switches_when_accepted(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let models = models_of::<1>(&env, &stores).await;
    env.execute("CA1", inbound("CA1"), by_twilio("1")).await;
    let bad = env.execute("CA1", note(PANIC), by_user()).await;
    let following = models.follow();
    assert!(models.wait(MODEL, bad, READ_MODEL_TIMEOUT).await);
    following.stop().await;
    env.damage(MODEL, "delete from dead_letters").await;
    let before = content_of(&env).await;
    match models.rebuild(MODEL, SWITCH).await {
        Err(RebuildError::MoreDeadLetters { first, parked, allowed }) => {
            assert_eq!((first.position, parked, allowed), (bad, 1, 0));
        }
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(content_of(&env).await, before, "the rows are unchanged");
    let report = models.rebuild(MODEL, DRY_RUN).await.unwrap();
    assert_eq!((report.switched, report.parked), (false, 1));
    let accepted = models.begin_rebuild(MODEL).await.unwrap().accepting_dead_letters();
    let report = accepted.run(SWITCH).await.unwrap();
    assert_eq!((report.switched, report.parked), (true, 1));
    assert_eq!(content_of(&env).await.letters.keys().collect::<Vec<_>>(), [&bad]);
}
