//! Parked streams: an event that cannot be handled must not stop other streams, but later events of its own stream
//! must not be applied without it. Both are written to `dead_letters`, for inspection and until a rebuild applies them.

use crate::db::{Db, Tx};
use crate::event_store::{Event, Position, Recorded, StreamId};
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
const COUNT: &str = "select count(*), count(distinct aggregate_type || '/' || aggregate_id), min(position)
  from dead_letters";

const FIRST: &str = "select position, event_type, reason from dead_letters order by position limit $1";

/// The statements of this file. A test prepares them.
pub const STATEMENTS: &[&str] = &[PARKED, INSERT_DEAD_LETTER, COUNT, FIRST];

/// An event that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct DeadLetter {
    pub position: Position,
    pub event_type: String,
    /// Contains no personal values.
    pub reason: String,
}

/// The first dead letters, at most `limit`.
///
/// # Errors
/// When the database cannot be used.
pub async fn first(db: &Db, limit: i64) -> Result<Vec<DeadLetter>, sqlx::Error> {
    on_db!(db, c => sqlx::query_as(FIRST).bind(limit).fetch_all(c).await)
}

/// What a consumer has set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub dead_letters: i64,
    pub parked_streams: i64,
    /// Of the first dead letter.
    pub first_position: Option<Position>,
}

/// Counts dead letters and parked streams.
///
/// # Errors
/// When the database cannot be used.
pub async fn count(db: &Db) -> Result<Counts, sqlx::Error> {
    let (dead_letters, parked_streams, first_position) = on_db!(db, c => sqlx::query_as(COUNT).fetch_one(c).await)?;
    Ok(Counts {
        dead_letters,
        parked_streams,
        first_position,
    })
}

/// The reason of later events of a parked stream.
const BEHIND_A_DEAD_LETTER: &str = "an earlier event of its stream could not be projected";

/// What [`DeadLetters::set_aside`] found.
#[derive(Default)]
pub struct SetAside {
    /// The events that can be handled.
    pub free: Vec<Arc<Recorded>>,
    /// Unreadable events whose streams were parked, with the reason.
    pub unreadable: Vec<(Position, String)>,
}

/// The parked streams.
#[derive(Default)]
pub struct DeadLetters {
    parked: HashSet<(String, String)>,
    /// Parked in a transaction that is not committed yet.
    pending: Vec<(String, String)>,
}

impl DeadLetters {
    /// Reads the parked streams.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn load(db: &Db) -> Result<Self, sqlx::Error> {
        let parked: Vec<(String, String)> = on_db!(db, c => sqlx::query_as(PARKED).fetch_all(c).await)?;
        Ok(Self {
            parked: parked.into_iter().collect(),
            pending: Vec::new(),
        })
    }

    /// Writes events to `dead_letters` and parks their streams.
    ///
    /// # Errors
    /// When the database cannot be used.
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

    /// Sets aside what concerns the consumer and cannot be handled: unreadable events, whose streams are parked, and
    /// events of parked streams. Returns the remaining events, or `None` if that is all of them.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn set_aside(
        &mut self,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        concerns: impl Fn(&Recorded) -> bool + Send,
        now: domain::Timestamp,
    ) -> Result<Option<SetAside>, sqlx::Error> {
        let unreadable = |event: &Recorded| matches!(event.event, Event::Unreadable { .. }) && concerns(event);
        let is_parked = |event: &Recorded| !self.parked.is_empty() && self.is_parked(event);
        if !events.iter().any(|event| is_parked(event) || unreadable(event)) {
            return Ok(None);
        }
        let mut set_aside = SetAside::default();
        for event in events {
            if self.is_parked(event) {
                if concerns(event) {
                    dead_letter(tx, event, BEHIND_A_DEAD_LETTER, now).await?;
                }
            } else if let Event::Unreadable { reason } = &event.event
                && concerns(event)
            {
                self.park(tx, std::slice::from_ref(event), reason, now).await?;
                set_aside.unreadable.push((event.position, reason.clone()));
            } else {
                set_aside.free.push(event.clone());
            }
        }
        Ok(Some(set_aside))
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
            .chain(&self.pending)
            .any(|(kind, id)| *kind == stream.aggregate_type && *id == stream.aggregate_id)
    }
}

/// Writes events that a rebuild has set aside, each with its reason.
///
/// # Errors
/// When the database cannot be used.
pub async fn insert_all(
    db: &Db,
    events: &[(Arc<Recorded>, String)],
    now: domain::Timestamp,
) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for (event, reason) in events {
        dead_letter(&mut tx, event, reason, now).await?;
    }
    tx.commit().await
}

/// What a rebuild sets aside while it loads: see [`DeadLetters::set_aside`].
#[derive(Default)]
pub struct SettingAside {
    parked: HashSet<StreamId>,
    letters: Vec<(Arc<Recorded>, String)>,
}

impl SettingAside {
    /// Returns the events that can be handled.
    pub fn filter(&mut self, events: Vec<Arc<Recorded>>, concerns: impl Fn(&Recorded) -> bool) -> Vec<Arc<Recorded>> {
        let unreadable = |event: &Recorded| matches!(event.event, Event::Unreadable { .. });
        if self.parked.is_empty() && !events.iter().any(|event| unreadable(event)) {
            return events;
        }
        let mut free = Vec::with_capacity(events.len());
        for event in events {
            if self.parked.contains(&event.stream) {
                if concerns(&event) {
                    self.letters.push((event, BEHIND_A_DEAD_LETTER.to_owned()));
                }
            } else if let Event::Unreadable { reason } = &event.event
                && concerns(&event)
            {
                self.parked.insert(event.stream.clone());
                let reason = reason.clone();
                self.letters.push((event, reason));
            } else {
                free.push(event);
            }
        }
        free
    }

    /// The events that were set aside, each with its reason.
    #[must_use]
    pub fn into_letters(self) -> Vec<(Arc<Recorded>, String)> {
        self.letters
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
