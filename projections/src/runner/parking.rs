//! Parked streams: an event that cannot be projected must not stop the others, and what follows it on its stream must
//! wait with it. Both are in `dead_letters`, for a person to see and a rebuild to take up again.

use infra::db::{Db, Tx};
use infra::event_store::Recorded;
use infra::on_db;
use std::collections::HashSet;
use std::sync::Arc;

const PARKED: &str = "select distinct aggregate_type, aggregate_id from dead_letters";

const BURY: &str = "insert into dead_letters
    (position, aggregate_type, aggregate_id, sequence, event_type, reason, parked_at)
  values ($1, $2, $3, $4, $5, $6, $7)";

/// The statements of this file.
pub(crate) const STATEMENTS: &[&str] = &[PARKED, BURY];

/// The streams that wait.
#[derive(Default)]
pub(super) struct Parking {
    parked: HashSet<(String, String)>,
    /// Parked in a transaction that is not committed yet.
    pending: Vec<(String, String)>,
}

impl Parking {
    /// The streams that were parked before.
    pub async fn load(db: &Db) -> Result<Self, sqlx::Error> {
        let parked: Vec<(String, String)> = on_db!(db, c => sqlx::query_as(PARKED).fetch_all(c).await)?;
        Ok(Self {
            parked: parked.into_iter().collect(),
            pending: Vec::new(),
        })
    }

    /// Gives events up: they are buried, and their streams parked.
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
            bury(tx, event, reason, now).await?;
        }
        Ok(())
    }

    /// Buries events of parked streams that concern the model. The others, if there were any such; `None` if all are
    /// free.
    pub async fn set_aside(
        &self,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        concerns: impl Fn(&Recorded) -> bool + Send,
        now: domain::Timestamp,
    ) -> Result<Option<Vec<Arc<Recorded>>>, sqlx::Error> {
        if self.parked.is_empty() || !events.iter().any(|event| self.holds(event)) {
            return Ok(None);
        }
        let (held, free): (Vec<_>, Vec<_>) = events.iter().cloned().partition(|event| self.holds(event));
        for event in held.iter().filter(|event| concerns(event)) {
            bury(tx, event, "an earlier event of its stream could not be projected", now).await?;
        }
        Ok(Some(free))
    }

    /// The transaction was committed.
    pub fn keep(&mut self) {
        self.parked.extend(self.pending.drain(..));
    }

    /// The transaction was rolled back.
    pub fn take_back(&mut self) {
        self.pending.clear();
    }

    fn holds(&self, event: &Recorded) -> bool {
        // Few streams are ever parked; a look without making a key is worth the walk.
        let stream = &event.stream;
        self.parked
            .iter()
            .any(|(kind, id)| *kind == stream.aggregate_type && *id == stream.aggregate_id)
    }
}

async fn bury(tx: &mut Tx, event: &Recorded, reason: &str, now: domain::Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx: Tx, c => sqlx::query(BURY)
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
