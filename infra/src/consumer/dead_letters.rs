//! Parked streams: an event that cannot be handled must not stop other streams, but later events of its own stream
//! must not be applied without it. Both are written to `dead_letters`, for inspection and until a rebuild applies them.

use crate::db::{Db, Tx};
use crate::event_store::Recorded;
use crate::on_db;
use std::collections::HashSet;
use std::sync::Arc;

/// The table, for both engines: events that could not be handled, and later events of the same streams.
pub const DDL: &str = "create table if not exists dead_letters (
  position       bigint primary key not null,
  aggregate_type text   not null,
  aggregate_id   text   not null,
  sequence       bigint not null,
  event_type     text   not null,
  reason         text   not null,
  parked_at      bigint not null
)";

const PARKED: &str = "select distinct aggregate_type, aggregate_id from dead_letters";

const INSERT_DEAD_LETTER: &str = "insert into dead_letters
    (position, aggregate_type, aggregate_id, sequence, event_type, reason, parked_at)
  values ($1, $2, $3, $4, $5, $6, $7)";

/// Dead letters are few, so counting them is cheap.
const COUNT: &str = "select count(*), count(distinct aggregate_type || '/' || aggregate_id) from dead_letters";

/// The statements of this file. A test prepares them.
pub const STATEMENTS: &[&str] = &[PARKED, INSERT_DEAD_LETTER, COUNT];

/// The number of dead letters and the number of parked streams.
///
/// # Errors
/// When the database cannot be used.
pub async fn count(db: &Db) -> Result<(i64, i64), sqlx::Error> {
    on_db!(db, c => sqlx::query_as(COUNT).fetch_one(c).await)
}

/// The parked streams.
#[derive(Default)]
pub(super) struct DeadLetters {
    parked: HashSet<(String, String)>,
    /// Parked in a transaction that is not committed yet.
    pending: Vec<(String, String)>,
}

impl DeadLetters {
    /// Reads the parked streams.
    pub async fn load(db: &Db) -> Result<Self, sqlx::Error> {
        let parked: Vec<(String, String)> = on_db!(db, c => sqlx::query_as(PARKED).fetch_all(c).await)?;
        Ok(Self {
            parked: parked.into_iter().collect(),
            pending: Vec::new(),
        })
    }

    /// Writes events to `dead_letters` and parks their streams.
    pub async fn park(
        &mut self,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        reason: &str,
        now: domain::Timestamp,
    ) -> Result<(), sqlx::Error> {
        for event in events {
            self.pending
                .push((event.stream.aggregate_type.clone(), event.stream.aggregate_id.clone()));
            dead_letter(tx, event, reason, now).await?;
        }
        Ok(())
    }

    /// Writes events of parked streams that concern the consumer to `dead_letters`. Returns the remaining events, or
    /// `None` if no event belongs to a parked stream.
    pub async fn divert_parked(
        &self,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        concerns: impl Fn(&Recorded) -> bool + Send,
        now: domain::Timestamp,
    ) -> Result<Option<Vec<Arc<Recorded>>>, sqlx::Error> {
        if self.parked.is_empty() || !events.iter().any(|event| self.is_parked(event)) {
            return Ok(None);
        }
        let (parked, free): (Vec<_>, Vec<_>) = events.iter().cloned().partition(|event| self.is_parked(event));
        for event in parked.iter().filter(|event| concerns(event)) {
            dead_letter(tx, event, "an earlier event of its stream could not be projected", now).await?;
        }
        Ok(Some(free))
    }

    /// The transaction was committed.
    pub fn on_commit(&mut self) {
        self.parked.extend(self.pending.drain(..));
    }

    /// The transaction was rolled back.
    pub fn on_rollback(&mut self) {
        self.pending.clear();
    }

    fn is_parked(&self, event: &Recorded) -> bool {
        // Few streams are parked: a linear search without allocating a key is cheap.
        let stream = &event.stream;
        self.parked
            .iter()
            .any(|(kind, id)| *kind == stream.aggregate_type && *id == stream.aggregate_id)
    }
}

async fn dead_letter(tx: &mut Tx, event: &Recorded, reason: &str, now: domain::Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx: Tx, c => sqlx::query(INSERT_DEAD_LETTER)
        .bind(event.position)
        .bind(&event.stream.aggregate_type)
        .bind(&event.stream.aggregate_id)
        .bind(event.sequence)
        .bind(&event.event_type)
        .bind(reason)
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(|_| ()))
}
