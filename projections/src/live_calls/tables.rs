//! The tables of `live_calls`.

use crate::rows::Owner::Call;
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[LiveCallRow::TABLE, LiveTurnRow::TABLE];

table! {
    /// A call that has not ended. Times are epoch microseconds.
    LiveCallRow in "live_calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number"]
    {
        call_id: String,
        tenant: String,
        /// Whether the call is in progress. False for a queued or hidden call.
        live: bool,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// [`domain::call::view::Status`].
        status: String,
        agent: Option<String>,
        /// The tenant's own number, E.164.
        number: Option<String>,
        caller_number: Option<String>,
        caller_name: Option<String>,
        called_number: Option<String>,
        /// The first leg's.
        call_sid: Option<String>,
        /// Whether the start was reported, and not only inferred from later callbacks.
        start_reported: bool,
        /// Whether a user edited the number.
        caller_number_edited: bool,
        /// Whether a user edited the name.
        caller_name_edited: bool,
        started_at: i64,
        answered_at: Option<i64>,
        /// [`domain::call::view::Holder`].
        holder: String,
        /// The user who took over.
        taken_over_by: Option<String>,
        /// The user who put the caller on hold.
        on_hold_by: Option<String>,
        /// Users who listen in: JSON array.
        listeners: String,
        /// Users who ask to take over: JSON array.
        takeover_requests: String,
        /// Users who agreed to take over and whose phone is being dialed: JSON array.
        takeovers_accepted: String,
        /// The parties dialed into the call: [`domain::call::Participants`] as JSON.
        participants: String,
        /// Whether a transfer is in progress.
        transferring: bool,
        conference_sid: Option<String>,
        /// Whether an escalation rule asks for a team member.
        escalated: bool,
        /// Whether an emergency was recognized.
        emergency: bool,
        /// Number of turns so far.
        turns: i64,
    }
}

table! {
    /// A turn in a call in progress.
    LiveTurnRow in "live_turns", key 3, OwnedBy(Call), personal ["text"]
    {
        call_id: String,
        /// Number within the conversation, from 1.
        turn: i64,
        /// `caller`, `ai`.
        speaker: String,
        tenant: String,
        text: Option<String>,
        /// Milliseconds that were heard before an interruption.
        heard_ms: Option<i64>,
    }
}
