//! Reads stored events.

use super::append::key_digest;
use super::{Position, StoreError, StreamId};
use crate::db::Db;
use crate::on_db;
use domain::Timestamp;

/// A stored event: sealed and untyped.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RawEvent {
    pub position: Position,
    #[sqlx(flatten)]
    pub stream: StreamId,
    /// Number within the stream, from 1.
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    /// JSON, byte for byte as written.
    pub payload: String,
    /// JSON, byte for byte as written.
    pub metadata: String,
    /// Epoch microseconds.
    pub recorded_at: i64,
}

impl RawEvent {
    /// The time of recording.
    #[must_use]
    pub const fn recorded_at(&self) -> Timestamp {
        Timestamp(self.recorded_at)
    }
}

pub(super) const READ_ALL: &str = "select position, aggregate_type, aggregate_id, sequence, event_type, event_version,
       cast(payload as text) as payload, cast(metadata as text) as metadata, recorded_at
  from events where position > $1 order by position limit $2";

pub(super) const READ_STREAM: &str =
    "select position, aggregate_type, aggregate_id, sequence, event_type, event_version,
       cast(payload as text) as payload, cast(metadata as text) as metadata, recorded_at
  from events where aggregate_type = $1 and aggregate_id = $2 and sequence > $3 order by sequence";

const HEAD: &str = "select coalesce(max(position), 0) from events";

const LAST_OF: &str = "select sequence, position from events
 where aggregate_type = $1 and aggregate_id = $2 order by sequence desc limit 1";

const COMMAND_POSITION: &str = "select position from command_keys where key_digest = $1";

const ACTION_OF_USER: &str = "select position from events where cast(metadata as text) like $1 limit 1";
/// What the metadata of an event has if its actor is a user: see [`super::StoredMetadata`].
const ACTOR_IS_USER: &str = "%\"actor\":\"user:%";

/// Every portable statement of this module. A test prepares them on both engines.
pub const STATEMENTS: &[&str] = &[READ_ALL, READ_STREAM, HEAD, LAST_OF, COMMAND_POSITION, ACTION_OF_USER];

/// The events after a position. Fewer than `limit` only at the head.
pub(crate) async fn read_all(db: &Db, after: Position, limit: i64) -> Result<Vec<RawEvent>, sqlx::Error> {
    on_db!(db, c => sqlx::query_as::<_, RawEvent>(READ_ALL).bind(after).bind(limit).fetch_all(c).await)
}

/// The same events, if their positions are dense.
pub(super) fn dense(after: Position, events: Vec<RawEvent>) -> Result<Vec<RawEvent>, StoreError> {
    for (event, expected) in events.iter().zip(after + 1..) {
        if event.position != expected {
            return Err(StoreError::Hole {
                expected,
                found: event.position,
            });
        }
    }
    Ok(events)
}

/// The events of a stream after a sequence, in order.
pub(super) async fn read_stream(db: &Db, stream: &StreamId, after: i64) -> Result<Vec<RawEvent>, StoreError> {
    Ok(on_db!(db, c => sqlx::query_as::<_, RawEvent>(READ_STREAM)
        .bind(&stream.aggregate_type)
        .bind(&stream.aggregate_id)
        .bind(after)
        .fetch_all(c)
        .await)?)
}

/// The last position. 0 for an empty log.
pub(crate) async fn head(db: &Db) -> Result<Position, sqlx::Error> {
    on_db!(db, c => sqlx::query_scalar(HEAD).fetch_one(c).await)
}

/// The sequence and the position of a stream's last event.
pub(super) async fn last_of(db: &Db, stream: &StreamId) -> Result<Option<(i64, Position)>, StoreError> {
    Ok(on_db!(db, c => sqlx::query_as(LAST_OF)
        .bind(&stream.aggregate_type)
        .bind(&stream.aggregate_id)
        .fetch_optional(c)
        .await)?)
}

/// Whether a signed-in user caused an event.
pub(super) async fn has_actions_of_users(db: &Db) -> Result<bool, StoreError> {
    let found: Option<Position> =
        on_db!(db, c => sqlx::query_scalar(ACTION_OF_USER).bind(ACTOR_IS_USER).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// The last event of an executed command.
pub(super) async fn command_position(db: &Db, command_key: &str) -> Result<Option<Position>, StoreError> {
    Ok(
        on_db!(db, c => sqlx::query_scalar(COMMAND_POSITION).bind(key_digest(command_key).as_slice()).fetch_optional(c).await)?,
    )
}
