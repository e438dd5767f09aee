//! The tables of `persona_feedback`.

use crate::rows::Owner::Call;
use crate::rows::Role::{Counters, OwnedBy};
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[
    FeedbackCallRow::TABLE,
    FeedbackCorrectionRow::TABLE,
    FeedbackDayRow::TABLE,
];

table! {
    /// What a call's feedback follows from.
    FeedbackCallRow in "feedback_calls", key 1, OwnedBy(Call), personal ["facts"]
    {
        /// The call.
        call_id: String,
        /// Whose data it is.
        tenant: String,
        /// As JSON: for the fold alone.
        facts: String,
    }
}

table! {
    /// What a reviewer wrote should have been said. Moments are epoch microseconds.
    FeedbackCorrectionRow in "feedback_corrections", key 2, OwnedBy(Call), personal ["note"]
    {
        /// The call.
        call_id: String,
        /// Its number within the call, from 1.
        correction: i64,
        /// Whose data it is.
        tenant: String,
        /// The agent; empty when nobody knows.
        agent: String,
        /// The persona that spoke; 0 is the base prompt alone.
        persona_version: i64,
        /// The day of the call: days since 1970-01-01 in UTC.
        day: i64,
        /// The turn it is about; the whole call, if absent.
        turn: Option<i64>,
        /// The note.
        note: Option<String>,
        /// Who.
        noted_by: Option<String>,
        /// When.
        noted_at: Option<i64>,
        /// Whether it counts: neither taken back nor erased.
        in_force: bool,
        /// Whether it was taken back.
        withdrawn: bool,
    }
}

table! {
    /// Judgements of the calls of one day. Hidden calls are in none.
    FeedbackDayRow in "feedback_days", key 4, Counters, personal []
    {
        /// Whose data it is.
        tenant: String,
        /// The day of the call: days since 1970-01-01 in UTC.
        day: i64,
        /// The agent; empty when nobody knows.
        agent: String,
        /// The persona that spoke; 0 is the base prompt alone.
        persona_version: i64,
        /// Thumbs up.
        good: i64,
        /// Thumbs down.
        needs_improvement: i64,
        /// Corrections that were not taken back.
        corrections: i64,
    }
}
