//! The tables of `work`. Nothing in them is about a person.

use crate::rows::Role::OwnedByAny;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[WorkStreamRow::TABLE, WorkRow::TABLE];

table! {
    /// What the work of a stream follows from.
    WorkStreamRow in "work_streams", key 1, OwnedByAny, personal []
    {
        /// The stream's identifier.
        stream: String,
        /// Whose data it is.
        tenant: String,
        /// As JSON: for the fold alone.
        facts: String,
    }
}

table! {
    /// Something to do. Moments are epoch microseconds.
    WorkRow in "work_items", key 3, OwnedByAny, personal []
    {
        /// The stream it is about.
        stream: String,
        /// What is to be done: [`super::Kind`].
        kind: String,
        /// Which of several of one kind and stream: a recording; else empty.
        item: String,
        /// `call`, `contact`, `unrouted`.
        aggregate_type: String,
        /// Whose data it is.
        tenant: String,
        /// `due`; for a call to place also `placed` (the telephone network has it) and `refused` (a rule forbids it).
        state: String,
        /// Higher goes first.
        priority: i64,
        /// Not before this moment; 0 is at once.
        not_before: i64,
        /// How often it was tried.
        attempts: i64,
        /// At most so often; absent when there is no limit.
        max_attempts: Option<i64>,
        /// What is needed to do it, as JSON.
        detail: String,
    }
}
