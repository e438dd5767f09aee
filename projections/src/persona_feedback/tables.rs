//! The tables of `persona_feedback`.

use crate::rows::Owner::Call;
use crate::rows::Role::{Counters, OwnedBy};
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[FeedbackCorrectionRow::TABLE, FeedbackCountRow::TABLE];

table! {
    /// A correction: what a reviewer wrote the agent should have said. Times are epoch microseconds.
    FeedbackCorrectionRow in "feedback_corrections", key 2, OwnedBy(Call), personal ["note"]
    {
        call_id: String,
        /// Number within the call, from 1.
        correction: i64,
        tenant: String,
        /// Empty when unknown.
        agent: String,
        /// The persona that spoke. 0 is the base prompt without a persona.
        persona_version: i64,
        /// The turn that it refers to. Absent if it refers to the whole call.
        turn: Option<i64>,
        note: Option<String>,
        noted_by: Option<String>,
        noted_at: Option<i64>,
        /// Neither withdrawn nor erased, and the call is not hidden.
        in_force: bool,
        withdrawn: bool,
    }
}

table! {
    /// Grades of the calls that started in one quarter hour. Hidden calls are excluded.
    FeedbackCountRow in "feedback_counts", key 4, Counters, personal []
    {
        tenant: String,
        /// Quarter hours since 1970-01-01T00:00Z.
        quarter_hour: i64,
        /// Empty when unknown.
        agent: String,
        /// The persona that spoke. 0 is the base prompt without a persona.
        persona_version: i64,
        /// Calls graded `good`.
        good: i64,
        /// Calls graded `needs_improvement`.
        needs_improvement: i64,
        /// Corrections that were not withdrawn.
        corrections: i64,
    }
}
