//! Enums and small values of a call. The text form of an enum (`snake_case`) is the same in events, rows and JSON.

use serde::{Deserialize, Serialize};

/// Defines an enum with a fixed text form for each variant.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $text)] $variant ),* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &[Self] = &[$( Self::$variant ),*];

            /// The text form.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }
        }

        // Derived, it would have the names of the variants: the macro of utoipa reads no literal that another macro passes on.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let texts = Self::ALL.iter().map(|value| value.as_str());
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(texts))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl std::str::FromStr for $name {
            type Err = $crate::call::value::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )*
                    _ => Err($crate::call::value::UnknownWord(stringify!($name))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use text_enum;

/// A text that is not a variant of the named enum. The error does not repeat the text, which may be a personal value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known {0}")]
pub struct UnknownWord(pub &'static str);

text_enum! {
    /// The source of an event's `at`. Readers prefer `Provider`, so a late or repeated callback cannot move a time.
    ClockSource {
        /// The service's clock: the time at which the callback was received.
        Local = "local",
        /// The time that the provider states in the callback.
        Provider = "provider",
    }
}

impl ClockSource {
    /// Whether the provider states the time, which precedes a local one.
    #[must_use]
    pub const fn is_provider(self) -> bool {
        matches!(self, Self::Provider)
    }
}

text_enum! {
    /// The direction of a call, seen from the tenant.
    Direction {
        Inbound = "inbound",
        Outbound = "outbound",
    }
}
impl Direction {
    /// The tenant's side of a call between these two.
    #[must_use]
    pub const fn our_side<'a>(self, from: &'a str, to: &'a str) -> &'a str {
        match self {
            Self::Inbound => to,
            Self::Outbound => from,
        }
    }
}

text_enum! {
    /// A part of a call that has its own recordings and transcript.
    Phase {
        /// The AI speaks with the caller.
        Ai = "ai",
        /// A team member speaks with the caller.
        Human = "human",
        /// The voicemail message.
        Voicemail = "voicemail",
    }
}
text_enum! {
    /// The outcome of a call. When two reports disagree, the later one in this list wins.
    Outcome {
        /// One side hung up before the call was answered.
        Canceled = "canceled",
        /// The call could not be connected.
        Failed = "failed",
        NoAnswer = "no_answer",
        Busy = "busy",
        /// The call was answered and has ended.
        Completed = "completed",
    }
}
text_enum! {
    /// Who or what ended a call. When two reports disagree, the later one in this list wins.
    EndedBy {
        /// The comparison with the provider's record found the call ended.
        Reconciler = "reconciler",
        /// The provider or the network.
        Provider = "provider",
        /// The caller was silent for too long.
        Silence = "silence",
        /// The maximum duration was reached.
        TimeLimit = "time_limit",
        /// The service was stopped.
        Shutdown = "shutdown",
        /// The call was refused: its number is on the suppression list.
        Policy = "policy",
        /// The cost limit of the call was reached.
        CostLimit = "cost_limit",
        /// The caller hung up, or said goodbye: then the AI hangs up.
        Caller = "caller",
        Ai = "ai",
        TeamMember = "team_member",
    }
}
text_enum! {
    /// Who or what answered a leg. When two reports disagree, the later one in this list wins.
    AnsweredBy {
        /// Not detected.
        Unknown = "unknown",
        Fax = "fax",
        Machine = "machine",
        Human = "human",
    }
}
text_enum! {
    /// Whose leg it is. When two reports disagree, the earlier one in this list wins.
    ParticipantRole {
        /// The person outside the tenant, in either direction.
        Caller = "caller",
        /// A team member who speaks.
        TeamMember = "team_member",
        /// A team member who listens in, muted.
        Listener = "listener",
        TransferTarget = "transfer_target",
        Ai = "ai",
    }
}
text_enum! {
    /// What a caller wants of the call itself, besides an answer to their matter.
    CallerIntent {
        /// To end the call.
        Goodbye = "goodbye",
        /// Not to be called again.
        OptOut = "opt_out",
        /// To speak with a person.
        Person = "person",
        /// To leave a message.
        Message = "message",
        /// Help for a life in danger.
        Emergency = "emergency",
    }
}
text_enum! {
    /// Why a caller was routed to voicemail. When two reports disagree, the earlier one in this list wins.
    VoicemailReason {
        /// Outside business hours.
        Closed = "closed",
        /// The emergency switch of the agent is on.
        Emergency = "emergency",
        /// No team member took the call.
        NoAnswer = "no_answer",
        /// The AI could not answer.
        AiUnavailable = "ai_unavailable",
        /// The voicemail webhook was received first, so the reason is unknown.
        Requested = "requested",
    }
}
text_enum! {
    /// The status of a call.
    CallStatus {
        /// The stream is empty.
        Unknown = "unknown",
        Queued = "queued",
        /// The call exists and neither rings nor is answered.
        Started = "started",
        Ringing = "ringing",
        InProgress = "in_progress",
        OnHold = "on_hold",
        Voicemail = "voicemail",
        Ended = "ended",
    }
}
text_enum! {
    /// A reviewer's grade: thumbs up or thumbs down.
    Grade {
        Good = "good",
        NeedsImprovement = "needs_improvement",
    }
}
text_enum! {
    /// The mood of a speaker.
    Sentiment {
        Positive = "positive",
        Neutral = "neutral",
        Negative = "negative",
    }
}
text_enum! {
    /// The purpose of an outbound call.
    Purpose {
        /// Find out whether a lead is worth the time of a team member.
        QualifyLead = "qualify_lead",
        ConfirmAppointment = "confirm_appointment",
        FollowUp = "follow_up",
        /// The consumer asked to be called.
        ConsumerCallback = "consumer_callback",
        Other = "other",
    }
}

text_enum! {
    /// The legal class of an outbound call.
    CallClass {
        Marketing = "marketing",
        Informational = "informational",
        /// The callee asked to be called.
        Callback = "callback",
    }
}
text_enum! {
    /// How the dialer learned the `CallSid` of a leg that it requested.
    DialEvidence {
        /// The response to the request.
        Answer = "answer",
        /// A callback for the leg.
        Callback = "callback",
        /// The provider's list of calls.
        Listing = "listing",
    }
}
text_enum! {
    /// How an attempt failed.
    DialFailure {
        /// The provider rejected the request.
        Rejected = "rejected",
        /// The leg was created and ended unanswered.
        Ended = "ended",
        /// The request did not reach the provider.
        NotPlaced = "not_placed",
    }
}

/// Rule of an escalation: the caller asked for a person.
pub const ASKED_FOR_A_PERSON: &str = "asked_for_a_person";
/// Rule of an escalation: a life may be in danger. Team members are asked to take over while the AI stays with the caller.
pub const EMERGENCY: &str = "emergency";

/// A version of a set of permission rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesetVersion {
    pub name: String,
    pub version: u32,
}

/// A segment of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TranscribedSegment))]
pub struct Segment {
    /// `caller`, `team_member`, `ai`, or `speaker_<n>` if the speaker is unknown.
    pub speaker: String,
    pub text: String,
    /// Milliseconds from the start of the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u32>,
    /// Milliseconds from the start of the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
}

/// Tokens that a language model read and wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenCount {
    pub input: u32,
    pub output: u32,
}

/// The value of a collected field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    pub value: String,
    /// Whether the value is well-formed for the field's kind.
    pub valid: bool,
}
