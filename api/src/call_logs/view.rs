//! A call as it goes over the wire.

use crate::web::view::view;
use projections::call_log::queries::CallWithAll;
use projections::call_log::tables::{AssetRow, CallRow, CorrectionRow, FieldRow, ParticipantRow};
use serde::Serialize;
use utoipa::ToSchema;

view! {
    /// A call, as lists show it.
    CallView of CallRow {
        plain {
            /// Its identifier.
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// The purpose of a call that we placed, else `voicemail`, `ai` or `person`.
            call_type: String,
            /// The lead it belongs to.
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
            /// STIR/SHAKEN verdict.
            attestation: Option<String>,
            /// How far it has come, or how it ended.
            status: String,
            /// `completed`, `busy`, `no_answer`, `failed`, `canceled`; absent until it is over.
            outcome: Option<String>,
            /// Who ended it.
            ended_by: Option<String>,
            /// Why it failed.
            failure_reason: Option<String>,
            /// `human`, `machine`, `fax`, `unknown`.
            answered_by: Option<String>,
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
            /// The persona that spoke; 0 is the base prompt alone.
            persona_version: Option<i64>,
            /// Things the caller said.
            caller_turns: i64,
            /// Things the AI said.
            ai_turns: i64,
            /// Times the caller cut the AI short.
            interruptions: i64,
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
            /// `reviewed` once it is graded or corrected, else `pending`.
            review_status: String,
            /// `resolved`, `callback_needed`, ...
            disposition: Option<String>,
            /// The same for people.
            disposition_label: Option<String>,
            /// Who decided.
            resolved_by: Option<String>,
            /// Free notes.
            notes: Option<String>,
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
            /// Left out of lists.
            hidden: bool,
            /// Its personal values are destroyed.
            erased: bool,
        }
        moments {
            /// When it began.
            started_at,
        }
        maybe_moments {
            /// When it was answered.
            answered_at,
            /// When it ended.
            ended_at,
            /// When it was graded.
            graded_at,
            /// When it was decided what became of it.
            resolved_at,
        }
    }
}

view! {
    /// A leg of a call.
    Participant of ParticipantRow {
        plain {
            /// The leg's `CallSid`.
            leg: String,
            /// `caller`, `agent`, `listener`, `transfer_target`, `ai`.
            role: String,
        }
        moments {}
        maybe_moments {
            /// When it first joined.
            joined_at,
            /// When it last left.
            left_at,
        }
    }
}

view! {
    /// A recording.
    #[expect(clippy::struct_field_names, reason = "a field has its column's name")]
    Recording of AssetRow {
        plain {
            /// Twilio's name of it.
            recording: String,
            /// `ai`, `human`, `voicemail`.
            phase: String,
            /// `recording`, `paused`, `ready`, `archived`, `unavailable`.
            state: String,
            /// Its length in seconds.
            duration_s: Option<i64>,
            /// 1 or 2.
            channels: Option<i64>,
            /// Its size.
            bytes: Option<i64>,
            /// SHA-256 of its bytes.
            sha256: Option<String>,
            /// Its media type.
            content_type: Option<String>,
            /// Why it cannot be had.
            unavailable: Option<String>,
        }
        moments {}
        maybe_moments {}
    }
}

view! {
    /// What a reviewer wrote should have been said.
    #[expect(clippy::struct_field_names, reason = "a field has its column's name")]
    Correction of CorrectionRow {
        plain {
            /// Its number within the call, from 1.
            correction: i64,
            /// The turn it is about; the whole call, if absent.
            turn: Option<i64>,
            /// The note.
            note: Option<String>,
            /// Who.
            noted_by: Option<String>,
            /// Whether it was taken back.
            withdrawn: bool,
        }
        moments {}
        maybe_moments {
            /// When.
            noted_at,
        }
    }
}

view! {
    /// A value that the agent collected.
    CollectedField of FieldRow {
        plain {
            /// Its name.
            field: String,
            /// Its value.
            value: Option<String>,
            /// Whether it is well-formed for its kind.
            valid: bool,
        }
        moments {}
        maybe_moments {}
    }
}

/// A call with everything but its words.
#[derive(Serialize, ToSchema)]
pub struct CallDetail {
    /// The call.
    #[serde(flatten)]
    call: CallView,
    /// Milliseconds from the caller's last word to the AI's first, on average.
    latency_avg_ms: Option<i64>,
    /// The longest of them.
    latency_max_ms: Option<i64>,
    /// Its legs.
    participants: Vec<Participant>,
    /// Its recordings.
    recordings: Vec<Recording>,
    /// What reviewers wrote; those taken back as well.
    corrections: Vec<Correction>,
    /// What the agent collected.
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
