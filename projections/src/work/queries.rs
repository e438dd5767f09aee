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
        /// Place a queued call.
        PlaceCall = "place_call",
        /// Parse a quarantined webhook again.
        Reingest = "reingest",
    }
}

static DUE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from work_items where kind = $1 and state = 'due' and not_before <= $2
         order by priority desc, not_before, stream, item limit $3",
        WorkRow::TABLE.column_list()
    )
});

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
    vec![DUE.as_str(), LIST.as_str(), &**OF_STREAM]
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

    /// Items due at `now` (epoch microseconds), highest priority first. Of every tenant, for jobs.
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
