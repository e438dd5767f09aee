//! The tables of `work`. They contain no personal values.

use crate::rows::Role::OwnedByAny;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[WorkRow::TABLE];

table! {
    /// A work item. Times are epoch microseconds.
    WorkRow in "work_items", key 3, OwnedByAny, personal []
    {
        /// The stream's identifier.
        stream: String,
        /// [`super::Kind`].
        kind: String,
        /// The recording, phase or participant that the item is about. Else empty.
        item: String,
        /// `call`, `contact`, `quarantine`.
        aggregate_type: String,
        tenant: String,
        /// `due`. For `place_call` also `placed` (dialed by the provider) and `refused` (a dialing rule forbids it).
        state: String,
        /// Higher values first.
        priority: i64,
        /// 0 if due at once.
        not_before: i64,
        /// Number of failed or started attempts.
        attempts: i64,
        /// Absent if there is no limit.
        max_attempts: Option<i64>,
        /// Parameters of the job, as JSON.
        detail: String,
    }
}
