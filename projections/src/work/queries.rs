//! Queries of `work`.

use super::tables::WorkRow;
use crate::rows::Row;
use crate::text_enum::text_enum;
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::sync::LazyLock;

text_enum! {
    /// The kind of a work item.
    Kind {
        /// Start the recording of a phase.
        StartRecording = "start_recording",
        /// Download a recording from Twilio into the blob store.
        ArchiveRecording = "archive_recording",
        /// Transcribe a recording.
        Transcribe = "transcribe",
        /// Summarize a call.
        Summarize = "summarize",
        /// Delete a recording of an erased call.
        DeleteRecording = "delete_recording",
        /// Dial a participant: a team member or a transfer target.
        DialParticipant = "dial_participant",
        /// Connect a team member, whose leg has joined, with the caller.
        TakeOver = "take_over",
        /// Return a caller to the AI after the team member has left.
        ReturnToAi = "return_to_ai",
        /// Connect the caller with the transfer target, or record that the target was not reached.
        CompleteTransfer = "complete_transfer",
        /// Hang up the leg of a participant who is no longer needed.
        HangUpParticipant = "hang_up_participant",
        /// Destroy the data key of an erased stream.
        DestroyKey = "destroy_key",
        /// Put the number of a person who asked not to be called again on the suppression list.
        SuppressNumber = "suppress_number",
        /// Place a queued call.
        PlaceCall = "place_call",
        /// Parse a quarantined webhook again.
        Reingest = "reingest",
    }
}

static DUE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from work_items where kind = $1 and state = 'due' and not_before <= $2
         order by tenant, priority desc, not_before, stream, item limit $3",
        WorkRow::TABLE.column_list()
    )
});

static DUE_OF_TENANT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from work_items where kind = $1 and tenant = $2 and state = 'due' and not_before <= $3
         order by priority desc, not_before, stream, item limit $4",
        WorkRow::TABLE.column_list()
    )
});

/// Each step finds the next pair in the index, so the cost depends on the number of pairs and not on that of items.
const QUEUES: &str = "with recursive queue(kind, tenant) as (
  select kind, tenant from (
    select kind, tenant from work_items where state = 'due' order by kind, tenant limit 1
  ) as first
  union all
  select
    (select w.kind from work_items w where w.state = 'due' and (w.kind, w.tenant) > (queue.kind, queue.tenant)
     order by w.kind, w.tenant limit 1),
    (select w.tenant from work_items w where w.state = 'due' and (w.kind, w.tenant) > (queue.kind, queue.tenant)
     order by w.kind, w.tenant limit 1)
  from queue where queue.kind is not null
) select kind, tenant from queue where kind is not null";

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from work_items where tenant = $1 and kind = $2
         order by priority desc, not_before, stream, item limit $3",
        WorkRow::TABLE.column_list()
    )
});

static OF_STREAM: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from work_items where stream = $1 order by kind, item",
        WorkRow::TABLE.column_list()
    )
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![
        DUE.as_str(),
        DUE_OF_TENANT.as_str(),
        QUEUES,
        LIST.as_str(),
        OF_STREAM.as_str(),
    ]
}

/// Queries `work`.
#[derive(Clone, Debug)]
pub struct Work {
    read_stores: ReadStores,
}

impl Work {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// The kinds of items with the tenants that have some, due now or later. Kinds that this version does not know are
    /// left out.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn queues(&self) -> Result<Vec<(Kind, String)>, DbError> {
        let db = self.read_stores.current("work").await?.db;
        let found: Vec<(String, String)> = on_db!(&db, c => sqlx::query_as(QUEUES).fetch_all(c).await)?;
        let known = found
            .into_iter()
            .filter_map(|(kind, tenant)| Some((Kind::parse(&kind)?, tenant)));
        Ok(known.collect())
    }

    /// A tenant's items of one kind that are due at `now` (epoch microseconds), highest priority first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn due_of_tenant(&self, kind: Kind, tenant: &str, now: i64, limit: i64) -> Result<Vec<WorkRow>, DbError> {
        let db = self.read_stores.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&DUE_OF_TENANT)
            .bind(kind.as_str())
            .bind(tenant)
            .bind(now)
            .bind(limit)
            .fetch_all(c)
            .await)?)
    }

    /// Items of every tenant that are due at `now` (epoch microseconds), by tenant, highest priority first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn due(&self, kind: Kind, now: i64, limit: i64) -> Result<Vec<WorkRow>, DbError> {
        let db = self.read_stores.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&DUE).bind(kind.as_str()).bind(now).bind(limit).fetch_all(c).await)?)
    }

    /// Items of one kind, due or not.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str, kind: Kind, limit: i64) -> Result<Vec<WorkRow>, DbError> {
        let db = self.read_stores.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&LIST).bind(tenant).bind(kind.as_str()).bind(limit).fetch_all(c).await)?)
    }

    /// The items of one stream.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn of_stream(&self, stream: &str) -> Result<Vec<WorkRow>, DbError> {
        let db = self.read_stores.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&OF_STREAM).bind(stream).fetch_all(c).await)?)
    }
}
