//! The tables of `call_log`.

use crate::rows::Owner::Call;
use crate::rows::Role::{Counters, OwnedBy};
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[
    CallRow::TABLE,
    SearchRow::TABLE,
    ParticipantRow::TABLE,
    SegmentRow::TABLE,
    AssetRow::TABLE,
    CorrectionRow::TABLE,
    FieldRow::TABLE,
    FilterCountRow::TABLE,
];

table! {
    /// A call. Times are epoch microseconds. Each `in_*` column says whether the call is in that
    /// [`domain::call::view::Filter`].
    CallRow in "calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number", "transferred_to", "notes", "summary", "next_action"]
    {
        call_id: String,
        tenant: String,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// The purpose of a queued outbound call, else `voicemail`, `ai` or `person`.
        call_type: String,
        /// The lead, by the tenant's own identifier.
        lead: Option<String>,
        /// Number, SIP address or client name.
        caller_number: Option<String>,
        caller_name: Option<String>,
        /// Number, SIP address or client name.
        called_number: Option<String>,
        agent: Option<String>,
        /// The tenant's own number, E.164.
        number: Option<String>,
        /// STIR/SHAKEN: Twilio's `StirVerstat`.
        attestation: Option<String>,
        /// [`domain::call::view::Status`].
        status: String,
        /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; absent until it is over.
        outcome: Option<String>,
        ended_by: Option<String>,
        /// Why it failed: the SIP response or error code.
        failure_reason: Option<String>,
        started_at: i64,
        answered_at: Option<i64>,
        /// `human`, `machine`, `fax`, `unknown`.
        answered_by: Option<String>,
        ended_at: Option<i64>,
        /// Talk time in seconds.
        duration_s: Option<i64>,
        /// Whether the caller was routed to voicemail.
        voicemail: bool,
        voicemail_reason: Option<String>,
        recorded: bool,
        /// Separated by commas: `ai,human`.
        phases: String,
        persona_version: Option<i64>,
        caller_turns: i64,
        ai_turns: i64,
        /// Number of barge-ins by the caller.
        interruptions: i64,
        /// AI turns whose latency is known.
        latency_count: i64,
        /// Milliseconds from the caller's last word to the AI's first, summed over these turns.
        latency_sum_ms: i64,
        latency_max_ms: Option<i64>,
        /// The user who took the call over.
        taken_over_by: Option<String>,
        transferred: bool,
        /// The target of the transfer.
        transferred_to: Option<String>,
        /// Whether an escalation rule asked for a team member.
        escalated: bool,
        /// Whether the external party asked not to be called again.
        do_not_call: bool,
        /// `good`, `needs_improvement`.
        grade: Option<String>,
        graded_by: Option<String>,
        graded_at: Option<i64>,
        /// `reviewed` once graded or corrected, else `pending`.
        review_status: String,
        /// `resolved`, `callback_needed`, ...
        disposition: Option<String>,
        /// The disposition in the tenant's own words.
        disposition_label: Option<String>,
        resolved_by: Option<String>,
        resolved_at: Option<i64>,
        notes: Option<String>,
        /// Number of corrections in force.
        corrections: i64,
        summary: Option<String>,
        /// The result of the call according to the summary.
        summary_outcome: Option<String>,
        /// `high`, `medium`, `low`, `none`.
        interest: Option<String>,
        next_action: Option<String>,
        goal_achieved: Option<bool>,
        /// 0 to 100.
        lead_score: Option<i64>,
        /// The caller's sentiment.
        sentiment: Option<String>,
        summary_model: Option<String>,
        /// Excluded from lists and counts.
        hidden: bool,
        /// Its personal values are erased.
        erased: bool,
        in_all: bool,
        in_inbound: bool,
        in_outbound: bool,
        in_voicemail: bool,
        in_failed: bool,
        in_busy_no_answer: bool,
        in_resolved: bool,
        in_missed: bool,
        in_pending_review: bool,
        in_answered: bool,
        in_taken_over: bool,
        in_transferred: bool,
        in_recorded: bool,
    }
}

table! {
    /// The search text of a call in lower case: names and numbers, and the transcript once the call is over.
    SearchRow in "call_search", key 1, OwnedBy(Call), personal ["text"]
    {
        call_id: String,
        text: String,
    }
}

table! {
    /// A leg of a call.
    ParticipantRow in "participants", key 2, OwnedBy(Call), personal []
    {
        call_id: String,
        /// The leg's `CallSid`.
        leg: String,
        tenant: String,
        /// `caller`, `team_member`, `listener`, `transfer_target`, `ai`.
        role: String,
        /// The first join.
        joined_at: Option<i64>,
        /// The last leave.
        left_at: Option<i64>,
    }
}

table! {
    /// A transcript segment: a turn of the live conversation (`engine` is `turns`), or a part of a transcript.
    SegmentRow in "transcript_segments", key 5, OwnedBy(Call), personal ["text", "heard_text"]
    {
        call_id: String,
        /// `ai`, `human`, `voicemail`.
        phase: String,
        /// `turns`, or the engine that made the transcript.
        engine: String,
        /// Number within phase and engine, from 1. For turns the turn number; 0 for the notices before the first turn.
        n: i64,
        /// `caller`, `agent`, `ai`, or `speaker_<n>`.
        speaker: String,
        tenant: String,
        text: Option<String>,
        /// `positive`, `neutral`, `negative`.
        sentiment: Option<String>,
        /// Milliseconds from the start of the phase.
        start_ms: Option<i64>,
        /// Milliseconds from the start of the phase.
        end_ms: Option<i64>,
        /// Start of a turn's speech.
        started_at: Option<i64>,
        /// End of a turn's speech.
        ended_at: Option<i64>,
        /// Confidence of the recognizer, 0 to 1.
        confidence: Option<f64>,
        /// The recognizer.
        source: Option<String>,
        persona_version: Option<i64>,
        /// The language model.
        model: Option<String>,
        /// Milliseconds from the caller's last word to the AI's first.
        latency_ms: Option<i64>,
        tokens_in: Option<i64>,
        tokens_out: Option<i64>,
        /// Milliseconds of an interrupted turn that were heard.
        heard_ms: Option<i64>,
        /// The part of an interrupted turn that was heard.
        heard_text: Option<String>,
    }
}

table! {
    /// A recording.
    AssetRow in "audio_assets", key 2, OwnedBy(Call), personal []
    {
        call_id: String,
        /// Twilio's `RecordingSid`, or `none:<phase>` if recording never started.
        recording: String,
        tenant: String,
        /// `ai`, `human`, `voicemail`.
        phase: String,
        /// [`domain::call::recordings::RecordingStage`].
        state: String,
        /// The URL at Twilio.
        url: Option<String>,
        duration_s: Option<i64>,
        /// 1 or 2.
        channels: Option<i64>,
        blob_key: Option<String>,
        bytes: Option<i64>,
        /// SHA-256, lower-case hex.
        sha256: Option<String>,
        content_type: Option<String>,
        /// Why the recording is unavailable.
        unavailable: Option<String>,
        attempts: Option<i64>,
    }
}

table! {
    /// A correction: what a reviewer wrote the agent should have said.
    CorrectionRow in "corrections", key 2, OwnedBy(Call), personal ["note"]
    {
        call_id: String,
        /// Number within the call, from 1.
        correction: i64,
        tenant: String,
        /// The turn that it refers to. Absent if it refers to the whole call.
        turn: Option<i64>,
        note: Option<String>,
        noted_by: Option<String>,
        noted_at: Option<i64>,
        withdrawn: bool,
    }
}

table! {
    /// A value that the agent collected.
    FieldRow in "call_fields", key 2, OwnedBy(Call), personal ["value"]
    {
        call_id: String,
        field: String,
        tenant: String,
        value: Option<String>,
        /// Whether the value is well-formed for its kind.
        valid: bool,
    }
}

table! {
    /// The number of calls per filter, maintained so that no query counts rows.
    FilterCountRow in "filter_counts", key 2, Counters, personal []
    {
        tenant: String,
        /// [`domain::call::view::Filter`].
        filter: String,
        calls: i64,
    }
}
