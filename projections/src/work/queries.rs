//! Questions to `work`.

use super::tables::WorkRow;
use crate::rows::Row;
use crate::words::words;
use infra::db::{DbError, Views};
use infra::on_db;
use std::sync::LazyLock;

words! {
    /// What is to be done.
    Kind {
        /// Have a part of the call recorded.
        StartRecording = "start_recording",
        /// Fetch a recording from Twilio and keep it.
        ArchiveRecording = "archive_recording",
        /// Make a transcript of a recording.
        Transcribe = "transcribe",
        /// Say in a few words what came of a call.
        Summarize = "summarize",
        /// Delete our copy of an erased call's recording.
        DeleteRecording = "delete_recording",
        /// Call somebody into the conversation: a person of ours, or where a call is transferred to.
        CallIn = "call_in",
        /// Let a person of ours who is there speak with the caller.
        TakeOver = "take_over",
        /// Give a caller who waits for somebody who is gone back to the AI.
        HandBack = "hand_back",
        /// Connect the caller with whom the call is transferred to, or find that they cannot be reached.
        ConcludeTransfer = "conclude_transfer",
        /// End the leg of somebody who is not wanted in the conversation any more.
        LetGo = "let_go",
        /// Destroy the key of an erased stream.
        DestroyKey = "destroy_key",
        /// Place a queued call.
        PlaceCall = "place_call",
        /// Understand a callback that could not be understood.
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

/// Asks `work`.
#[derive(Clone, Debug)]
pub struct Work {
    views: Views,
}

impl Work {
    pub(crate) const fn new(views: Views) -> Self {
        Self { views }
    }

    /// What is due by now (epoch microseconds), the most urgent first. For process managers: of every tenant.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn due(&self, kind: Kind, now: i64, limit: i64) -> Result<Vec<WorkRow>, DbError> {
        let db = self.views.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&DUE).bind(kind.as_str()).bind(now).bind(limit).fetch_all(c).await)?)
    }

    /// What is left to do of one kind, due or not.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str, kind: Kind, limit: i64) -> Result<Vec<WorkRow>, DbError> {
        let db = self.views.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&LIST).bind(tenant).bind(kind.as_str()).bind(limit).fetch_all(c).await)?)
    }

    /// What is left to do on one stream.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn of_stream(&self, stream: &str) -> Result<Vec<WorkRow>, DbError> {
        let db = self.views.current("work").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&OF_STREAM).bind(stream).fetch_all(c).await)?)
    }
}
