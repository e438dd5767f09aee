//! The tables of `dashboard`.

use crate::rows::Owner::Call;
use crate::rows::Role::{Counters, OwnedBy};
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[LatestRow::TABLE, FigureRow::TABLE];

table! {
    /// A call as the list of the latest shows it, and what its figures follow from. Moments are epoch microseconds.
    LatestRow in "dashboard_calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number", "facts"]
    {
        /// The call.
        call_id: String,
        /// Whose data it is.
        tenant: String,
        /// Whether lists show it.
        listed: bool,
        /// When it began.
        started_at: i64,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`crate::facts::Status`].
        status: String,
        /// Whether the caller was sent to voicemail.
        voicemail: bool,
        /// The agent.
        agent: Option<String>,
        /// The caller's number.
        caller_number: Option<String>,
        /// The caller's name.
        caller_name: Option<String>,
        /// The called number.
        called_number: Option<String>,
        /// Seconds talked.
        duration_s: Option<i64>,
        /// `good`, `needs_improvement`.
        grade: Option<String>,
        /// The AI's turns with their latencies, as JSON: for the fold alone.
        ai_turns: String,
        /// What the row follows from, as JSON: for the fold alone.
        facts: String,
    }
}

table! {
    /// Sums over calls of one stretch of time, by when they began. Hidden calls are in none.
    FigureRow in "figures", key 3, Counters, personal []
    {
        /// Whose data it is.
        tenant: String,
        /// `all`, `day`, `hour`: in UTC.
        scale: String,
        /// 0 for `all`; days, or hours, since 1970-01-01.
        bucket: i64,
        /// Calls.
        calls: i64,
        /// They called us.
        inbound: i64,
        /// We called them.
        outbound: i64,
        /// They called us, nobody answered, and they were not sent to voicemail either.
        missed: i64,
        /// The caller was sent to voicemail.
        voicemail: i64,
        /// Somebody, or the AI, took the call.
        answered: i64,
        /// Ended after it was answered.
        completed: i64,
        /// Could not be connected.
        failed: i64,
        /// The line was busy.
        busy: i64,
        /// Nobody picked up.
        no_answer: i64,
        /// Given up before it was answered.
        canceled: i64,
        /// Calls whose talk time is known.
        talked: i64,
        /// Seconds talked in them.
        talk_s: i64,
        /// Calls whose time to answer is known.
        waited: i64,
        /// Milliseconds from their beginning to their answer.
        wait_ms: i64,
        /// Things the AI said.
        ai_turns: i64,
        /// AI turns whose latency is known.
        latency_count: i64,
        /// Milliseconds of latency in them.
        latency_sum_ms: i64,
        /// Graded thumbs up.
        graded_good: i64,
        /// Graded thumbs down.
        graded_needs_improvement: i64,
        /// With a recording.
        recorded: i64,
        /// Taken over by a person.
        taken_over: i64,
        /// Transferred.
        transferred: i64,
        /// Somebody decided what became of it.
        resolved: i64,
    }
}
