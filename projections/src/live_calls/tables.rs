//! The tables of `live_calls`.

use crate::rows::Owner::Call;
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[LiveCallRow::TABLE, LiveTurnRow::TABLE, EndedRow::TABLE];

table! {
    /// A call that has not ended. Moments are epoch microseconds.
    LiveCallRow in "live_calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number", "facts"]
    {
        /// The call.
        call_id: String,
        /// Whose data it is.
        tenant: String,
        /// Whether it goes on now; one that waits in the queue does not.
        live: bool,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`crate::facts::Status`].
        status: String,
        /// The agent.
        agent: Option<String>,
        /// The number of ours, E.164.
        number: Option<String>,
        /// The caller's number.
        caller_number: Option<String>,
        /// The caller's name.
        caller_name: Option<String>,
        /// The called number.
        called_number: Option<String>,
        /// The first leg.
        call_sid: Option<String>,
        /// When it began.
        started_at: i64,
        /// When it was answered.
        answered_at: Option<i64>,
        /// Who holds the line: `ai`, `person`, `hold`, `voicemail`, `nobody`.
        holder: String,
        /// The person who took over.
        taken_over_by: Option<String>,
        /// Who put the caller on hold.
        on_hold_by: Option<String>,
        /// Who listens in: a JSON list of users.
        listeners: String,
        /// Who asks to take over: a JSON list of users.
        takeover_requests: String,
        /// Who agreed to take over, and whose telephone is called: a JSON list of users.
        takeovers_accepted: String,
        /// Whether a transfer is under way.
        transferring: bool,
        /// The conference that holds the legs.
        conference_sid: Option<String>,
        /// Whether a rule wants a person on the line.
        escalated: bool,
        /// Things said so far.
        turns: i64,
        /// Who is called into the conversation, as JSON: for the fold alone.
        seats: String,
        /// What the row follows from, as JSON: for the fold alone.
        facts: String,
    }
}

table! {
    /// Something said in a call that goes on.
    LiveTurnRow in "live_turns", key 3, OwnedBy(Call), personal ["text"]
    {
        /// The call.
        call_id: String,
        /// Place in the conversation, from 1.
        turn: i64,
        /// `caller`, `ai`.
        speaker: String,
        /// Whose data it is.
        tenant: String,
        /// The words.
        text: Option<String>,
        /// How much of it was heard before it was interrupted, in milliseconds.
        heard_ms: Option<i64>,
    }
}

table! {
    /// A call that ended: what comes late cannot bring it back.
    EndedRow in "live_ended", key 1, OwnedBy(Call), personal []
    {
        /// The call.
        call_id: String,
        /// Whose data it is.
        tenant: String,
    }
}
