//! The tables of `dashboard`.

use crate::rows::Owner::Call;
use crate::rows::Role::{Counters, OwnedBy};
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[LatestRow::TABLE, FigureRow::TABLE];

table! {
    /// A call as shown in the list of latest calls. Times are epoch microseconds.
    LatestRow in "dashboard_calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number"]
    {
        call_id: String,
        tenant: String,
        listed: bool,
        started_at: i64,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`domain::call::view::Status`].
        status: String,
        /// Whether the caller was routed to voicemail.
        voicemail: bool,
        agent: Option<String>,
        caller_number: Option<String>,
        caller_name: Option<String>,
        called_number: Option<String>,
        /// Talk time in seconds.
        duration_s: Option<i64>,
        /// `good`, `needs_improvement`.
        grade: Option<String>,
    }
}

table! {
    /// Sums over the calls that started in one period. Hidden calls are excluded.
    FigureRow in "figures", key 3, Counters, personal []
    {
        tenant: String,
        /// [`super::queries::Scale`].
        scale: String,
        /// 0 for `all`, else days, hours or quarter hours since 1970-01-01T00:00Z.
        bucket: i64,
        calls: i64,
        inbound: i64,
        outbound: i64,
        /// Inbound, not answered and not routed to voicemail.
        missed: i64,
        voicemail: i64,
        /// Answered by the AI or a person.
        answered: i64,
        completed: i64,
        failed: i64,
        busy: i64,
        no_answer: i64,
        /// Canceled before the answer.
        canceled: i64,
        /// Answered calls whose talk time is known.
        talked: i64,
        /// Talk time of these calls, in seconds.
        talk_s: i64,
        /// Calls whose time to answer is known.
        waited: i64,
        /// Time to answer of these calls, in milliseconds.
        wait_ms: i64,
        ai_turns: i64,
        /// AI turns whose latency is known.
        latency_count: i64,
        /// Sum of these latencies.
        latency_sum_ms: i64,
        graded_good: i64,
        graded_needs_improvement: i64,
        recorded: i64,
        taken_over: i64,
        transferred: i64,
        /// Calls with a disposition.
        resolved: i64,
    }
}
