//! JSON representation of a call.

use crate::web::view::view;
use projections::call_log::queries::CallWithAll;
use projections::call_log::tables::{AssetRow, CallRow, CorrectionRow, FieldRow, ParticipantRow};
use serde::Serialize;
use utoipa::ToSchema;

view! {
    /// A call.
    CallView of CallRow {
        plain {
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// The purpose of an outbound call placed by this service; otherwise `voicemail`, `ai` or `person`.
            call_type: String,
            /// ID of the lead.
            lead: Option<String>,
            /// Number, SIP address or client name.
            caller_number: Option<String>,
            caller_name: Option<String>,
            /// Number, SIP address or client name.
            called_number: Option<String>,
            /// ID of the agent.
            agent: Option<String>,
            /// Our number, E.164.
            number: Option<String>,
            /// STIR/SHAKEN verdict.
            attestation: Option<String>,
            /// Current status; after the end, the outcome.
            status: String,
            /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; absent until the call has ended.
            outcome: Option<String>,
            ended_by: Option<String>,
            failure_reason: Option<String>,
            /// `human`, `machine`, `fax`, `unknown`.
            answered_by: Option<String>,
            /// Talk time in seconds.
            duration_s: Option<i64>,
            /// Whether the caller was routed to the voicemail.
            voicemail: bool,
            voicemail_reason: Option<String>,
            /// Whether there is a recording.
            recorded: bool,
            /// The phases so far, comma-separated: `ai,human`.
            phases: String,
            /// Version of the persona that spoke; 0 is the base prompt alone.
            persona_version: Option<i64>,
            caller_turns: i64,
            ai_turns: i64,
            /// Number of times the caller interrupted the AI.
            interruptions: i64,
            /// ID of the user who took over.
            taken_over_by: Option<String>,
            transferred: bool,
            transferred_to: Option<String>,
            /// Whether a rule asked for a team member.
            escalated: bool,
            /// Whether the caller asked not to be called again.
            do_not_call: bool,
            /// `good`, `needs_improvement`.
            grade: Option<String>,
            graded_by: Option<String>,
            /// `reviewed` once graded or corrected, otherwise `pending`.
            review_status: String,
            /// `resolved`, `callback_needed`, ...
            disposition: Option<String>,
            /// Display text of the disposition.
            disposition_label: Option<String>,
            resolved_by: Option<String>,
            notes: Option<String>,
            summary: Option<String>,
            /// Outcome according to the summary.
            summary_outcome: Option<String>,
            /// `high`, `medium`, `low`, `none`.
            interest: Option<String>,
            next_action: Option<String>,
            /// Whether the caller's goal was reached.
            goal_achieved: Option<bool>,
            /// 0 to 100.
            lead_score: Option<i64>,
            /// The caller's sentiment: `positive`, `neutral`, `negative`.
            sentiment: Option<String>,
            /// Hidden from lists and figures.
            hidden: bool,
            /// Whether its personal values are destroyed.
            erased: bool,
        }
        timestamps {
            started_at,
        }
        optional_timestamps {
            answered_at,
            ended_at,
            graded_at,
            /// When the disposition was set.
            resolved_at,
        }
    }
}

view! {
    /// A leg of a call.
    Participant of ParticipantRow {
        plain {
            /// `CallSid` of the leg.
            leg: String,
            /// `caller`, `team_member`, `listener`, `transfer_target`, `ai`.
            role: String,
        }
        timestamps {}
        optional_timestamps {
            /// First join.
            joined_at,
            /// Last leave.
            left_at,
        }
    }
}

view! {
    /// A recording.
    #[expect(clippy::struct_field_names, reason = "a field has its column's name")]
    Recording of AssetRow {
        plain {
            /// Twilio's `RecordingSid`.
            recording: String,
            /// `ai`, `human`, `voicemail`.
            phase: String,
            /// `recording`, `paused`, `ready`, `archived`, `unavailable`.
            state: String,
            duration_s: Option<i64>,
            /// 1 or 2.
            channels: Option<i64>,
            bytes: Option<i64>,
            /// Lower-case hex.
            sha256: Option<String>,
            content_type: Option<String>,
            /// Reason why it is unavailable.
            unavailable: Option<String>,
        }
        timestamps {}
        optional_timestamps {}
    }
}

view! {
    /// A reviewer's correction: what the AI should have said.
    #[expect(clippy::struct_field_names, reason = "a field has its column's name")]
    Correction of CorrectionRow {
        plain {
            /// Number within the call, from 1.
            correction: i64,
            /// The turn that it refers to; absent: the whole call.
            turn: Option<i64>,
            note: Option<String>,
            noted_by: Option<String>,
            withdrawn: bool,
        }
        timestamps {}
        optional_timestamps {
            noted_at,
        }
    }
}

view! {
    /// A value that the agent collected.
    CollectedField of FieldRow {
        plain {
            field: String,
            value: Option<String>,
            /// Whether the value is well-formed for the field's kind.
            valid: bool,
        }
        timestamps {}
        optional_timestamps {}
    }
}

/// A call with all details except its transcripts.
#[derive(Serialize, ToSchema)]
pub struct CallDetail {
    #[serde(flatten)]
    call: CallView,
    /// Average time from the caller's last word to the AI's first.
    latency_avg_ms: Option<i64>,
    /// Maximum time from the caller's last word to the AI's first.
    latency_max_ms: Option<i64>,
    participants: Vec<Participant>,
    recordings: Vec<Recording>,
    /// Includes withdrawn corrections.
    corrections: Vec<Correction>,
    fields: Vec<CollectedField>,
}

impl From<CallWithAll> for CallDetail {
    fn from(all: CallWithAll) -> Self {
        let row = all.call;
        Self {
            latency_avg_ms: (row.latency_count > 0).then(|| row.latency_sum_ms / row.latency_count),
            latency_max_ms: row.latency_max_ms,
            call: row.into(),
            participants: all.participants.into_iter().map(Participant::from).collect(),
            recordings: all.recordings.into_iter().map(Recording::from).collect(),
            corrections: all.corrections.into_iter().map(Correction::from).collect(),
            fields: all.fields.into_iter().map(CollectedField::from).collect(),
        }
    }
}
