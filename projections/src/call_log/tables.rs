//! The tables of `call_log`: what a person would want to query about calls.

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
    /// A call. Moments are epoch microseconds.
    CallRow in "calls", key 1, OwnedBy(Call),
    personal ["caller_number", "caller_name", "called_number", "transferred_to", "notes", "summary", "next_action", "facts"]
    {
        /// Its identifier.
        call_id: String,
        /// Whose data it is.
        tenant: String,
        /// `inbound`, `outbound`.
        direction: Option<String>,
        /// The purpose of a call that we placed, else `voicemail`, `ai` or `person`.
        call_type: String,
        /// The lead it belongs to, by the customer's own identifier.
        lead: Option<String>,
        /// The caller's number, SIP address or client name.
        caller_number: Option<String>,
        /// The caller's name.
        caller_name: Option<String>,
        /// The called number, SIP address or client name.
        called_number: Option<String>,
        /// The agent that answers or speaks.
        agent: Option<String>,
        /// The number of ours, E.164.
        number: Option<String>,
        /// STIR/SHAKEN: Twilio's `StirVerstat`.
        attestation: Option<String>,
        /// How far it has come, or how it ended: [`crate::facts::Status`].
        status: String,
        /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; absent until it is over.
        outcome: Option<String>,
        /// Who ended it.
        ended_by: Option<String>,
        /// Why it failed: the SIP response or error code.
        failure_reason: Option<String>,
        /// When it began.
        started_at: i64,
        /// When it was answered.
        answered_at: Option<i64>,
        /// `human`, `machine`, `fax`, `unknown`.
        answered_by: Option<String>,
        /// When it ended.
        ended_at: Option<i64>,
        /// Seconds talked.
        duration_s: Option<i64>,
        /// Whether the caller was sent to voicemail.
        voicemail: bool,
        /// Why.
        voicemail_reason: Option<String>,
        /// Whether there is a recording.
        recorded: bool,
        /// The phases it has had, with commas between: `ai,human`.
        phases: String,
        /// The persona that spoke.
        persona_version: Option<i64>,
        /// Things the caller said.
        caller_turns: i64,
        /// Things the AI said.
        ai_turns: i64,
        /// Times the caller cut the AI short.
        interruptions: i64,
        /// AI turns whose latency is known.
        latency_count: i64,
        /// Milliseconds from the caller's last word to the AI's first, summed over those turns.
        latency_sum_ms: i64,
        /// The longest of them.
        latency_max_ms: Option<i64>,
        /// Who took the call over.
        taken_over_by: Option<String>,
        /// Whether it was transferred.
        transferred: bool,
        /// Whither.
        transferred_to: Option<String>,
        /// Whether a rule wanted a person on the line.
        escalated: bool,
        /// Whether the person asked not to be called again.
        do_not_call: bool,
        /// `good`, `needs_improvement`.
        grade: Option<String>,
        /// Who graded it.
        graded_by: Option<String>,
        /// When it was graded.
        graded_at: Option<i64>,
        /// `reviewed` once it is graded or corrected, else `pending`.
        review_status: String,
        /// `resolved`, `callback_needed`, ...
        disposition: Option<String>,
        /// The same for people.
        disposition_label: Option<String>,
        /// Who decided.
        resolved_by: Option<String>,
        /// When it was decided.
        resolved_at: Option<i64>,
        /// Free notes.
        notes: Option<String>,
        /// Corrections in force.
        corrections: i64,
        /// The call in a few words.
        summary: Option<String>,
        /// What came of it, as summarized.
        summary_outcome: Option<String>,
        /// `high`, `medium`, `low`, `none`.
        interest: Option<String>,
        /// What to do next.
        next_action: Option<String>,
        /// Whether the objective was reached.
        goal_achieved: Option<bool>,
        /// 0 to 100.
        lead_score: Option<i64>,
        /// The caller's mood.
        sentiment: Option<String>,
        /// The model that summarized it.
        summary_model: Option<String>,
        /// Left out of lists.
        hidden: bool,
        /// Its personal values are destroyed.
        erased: bool,
        /// In [`crate::facts::Filter::All`].
        in_all: bool,
        /// In [`crate::facts::Filter::Inbound`].
        in_inbound: bool,
        /// In [`crate::facts::Filter::Outbound`].
        in_outbound: bool,
        /// In [`crate::facts::Filter::Voicemail`].
        in_voicemail: bool,
        /// In [`crate::facts::Filter::Failed`].
        in_failed: bool,
        /// In [`crate::facts::Filter::BusyNoAnswer`].
        in_busy_no_answer: bool,
        /// In [`crate::facts::Filter::Resolved`].
        in_resolved: bool,
        /// In [`crate::facts::Filter::Missed`].
        in_missed: bool,
        /// In [`crate::facts::Filter::PendingReview`].
        in_pending_review: bool,
        /// In [`crate::facts::Filter::Answered`].
        in_answered: bool,
        /// In [`crate::facts::Filter::TakenOver`].
        in_taken_over: bool,
        /// In [`crate::facts::Filter::Transferred`].
        in_transferred: bool,
        /// In [`crate::facts::Filter::Recorded`].
        in_recorded: bool,
        /// What the row follows from, as JSON: for the fold alone.
        facts: String,
    }
}

table! {
    /// What a call can be found by: names and numbers, and once it is over its words, in lower case.
    SearchRow in "call_search", key 1, OwnedBy(Call), personal ["text"]
    {
        /// The call.
        call_id: String,
        /// The text.
        text: String,
    }
}

table! {
    /// A leg of a call.
    ParticipantRow in "participants", key 2, OwnedBy(Call), personal []
    {
        /// The call.
        call_id: String,
        /// The leg's `CallSid`.
        leg: String,
        /// Whose data it is.
        tenant: String,
        /// `caller`, `agent`, `listener`, `transfer_target`, `ai`.
        role: String,
        /// When it first joined.
        joined_at: Option<i64>,
        /// Whether the provider's clock told that; for the fold.
        joined_told: bool,
        /// When it last left.
        left_at: Option<i64>,
        /// Whether the provider's clock told that; for the fold.
        left_told: bool,
        /// Whether somebody said whose leg it is, or it merely follows from the beginning; for the fold.
        said: bool,
    }
}

table! {
    /// Words of a call: a turn of the conversation as it went (`engine` is `turns`), or a part of a transcript.
    SegmentRow in "transcript_segments", key 5, OwnedBy(Call), personal ["text", "heard_text"]
    {
        /// The call.
        call_id: String,
        /// `ai`, `human`, `voicemail`.
        phase: String,
        /// `turns`, or what made the transcript.
        engine: String,
        /// Place among the segments of one phase and engine, from 1; for turns the turn.
        n: i64,
        /// `caller`, `agent`, `ai`, or `speaker_<n>`.
        speaker: String,
        /// Whose data it is.
        tenant: String,
        /// The words.
        text: Option<String>,
        /// `positive`, `neutral`, `negative`.
        sentiment: Option<String>,
        /// Milliseconds from the beginning of the phase.
        start_ms: Option<i64>,
        /// Milliseconds from the beginning of the phase.
        end_ms: Option<i64>,
        /// When the words of a turn began.
        started_at: Option<i64>,
        /// When the words of a turn ended.
        ended_at: Option<i64>,
        /// How sure the recogniser was, 0 to 1.
        confidence: Option<f64>,
        /// Which recogniser.
        source: Option<String>,
        /// The persona that spoke.
        persona_version: Option<i64>,
        /// The language model.
        model: Option<String>,
        /// From the caller's last word to the AI's first, in milliseconds.
        latency_ms: Option<i64>,
        /// Tokens read.
        tokens_in: Option<i64>,
        /// Tokens written.
        tokens_out: Option<i64>,
        /// How much of an interrupted turn was heard, in milliseconds.
        heard_ms: Option<i64>,
        /// The words of it that were heard.
        heard_text: Option<String>,
    }
}

table! {
    /// A recording.
    AssetRow in "audio_assets", key 2, OwnedBy(Call), personal []
    {
        /// The call.
        call_id: String,
        /// Twilio's name of the recording; `none:<phase>` where there never was one.
        recording: String,
        /// Whose data it is.
        tenant: String,
        /// `ai`, `human`, `voicemail`.
        phase: String,
        /// `recording`, `paused`, `ready`, `archived`, `unavailable`.
        state: String,
        /// Whether sound is not kept for now; for the fold.
        paused: bool,
        /// Where Twilio has it.
        url: Option<String>,
        /// Its length in seconds.
        duration_s: Option<i64>,
        /// 1 or 2.
        channels: Option<i64>,
        /// Its name in our blob store.
        blob_key: Option<String>,
        /// Its size.
        bytes: Option<i64>,
        /// SHA-256, lower-case hex.
        sha256: Option<String>,
        /// Its media type.
        content_type: Option<String>,
        /// Why it cannot be had.
        unavailable: Option<String>,
        /// How often it was tried.
        attempts: Option<i64>,
    }
}

table! {
    /// What a reviewer wrote should have been said.
    CorrectionRow in "corrections", key 2, OwnedBy(Call), personal ["note"]
    {
        /// The call.
        call_id: String,
        /// Its number within the call, from 1.
        correction: i64,
        /// Whose data it is.
        tenant: String,
        /// The turn it is about; the whole call, if absent.
        turn: Option<i64>,
        /// The note.
        note: Option<String>,
        /// Who.
        noted_by: Option<String>,
        /// When.
        noted_at: Option<i64>,
        /// Whether it was taken back.
        withdrawn: bool,
    }
}

table! {
    /// A value that the agent collected.
    FieldRow in "call_fields", key 2, OwnedBy(Call), personal ["value"]
    {
        /// The call.
        call_id: String,
        /// Its name.
        field: String,
        /// Whose data it is.
        tenant: String,
        /// Its value.
        value: Option<String>,
        /// Whether it is well-formed for its kind.
        valid: bool,
    }
}

table! {
    /// How many calls a selection holds: kept, so that no page counts rows.
    FilterCountRow in "filter_counts", key 2, Counters, personal []
    {
        /// Whose data it is.
        tenant: String,
        /// [`crate::facts::Filter`].
        filter: String,
        /// How many.
        calls: i64,
    }
}
