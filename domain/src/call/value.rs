//! The small words of a call: directions, phases, outcomes. Their text form (`snake_case`) is the same in events, in
//! rows and in JSON.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $text)] $variant ),* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$( Self::$variant ),*];

            /// The word as text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $( $text => Ok(Self::$variant), )* _ => Err(UnknownWord(stringify!($name))) }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

/// A text that is none of the words of the named kind. It does not repeat the text, which may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known {0}")]
pub struct UnknownWord(pub &'static str);

words! {
    /// Whose clock an event's `at` comes from. `Provider` is preferred, so that a late or repeated callback cannot move a time.
    ClockSource {
        /// The service's clock: the time at which the message was received.
        Local = "local",
        /// The time that the provider states in its message.
        Provider = "provider",
    }
}

impl ClockSource {
    #[must_use]
    pub const fn is_provider(self) -> bool {
        matches!(self, Self::Provider)
    }
}

words! {
    /// Who called whom, seen from us.
    Direction {
        /// They called us.
        Inbound = "inbound",
        /// We called them.
        Outbound = "outbound",
    }
}
words! {
    /// A part of a call whose sound is kept by itself.
    Phase {
        /// While the AI spoke.
        Ai = "ai",
        /// While a person of ours spoke.
        Human = "human",
        /// A message left on voicemail.
        Voicemail = "voicemail",
    }
}
words! {
    /// How a call went. Later in this list outranks earlier, when two reports disagree.
    Outcome {
        /// We or they gave up before it was answered.
        Canceled = "canceled",
        /// It could not be connected.
        Failed = "failed",
        /// Nobody picked up.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// It was answered and ended.
        Completed = "completed",
    }
}
words! {
    /// Who ended a call. Later in this list outranks earlier, when two reports disagree.
    EndedBy {
        /// Found over by comparing with the provider's record.
        Reconciler = "reconciler",
        /// Twilio or the network.
        Provider = "provider",
        /// Nobody spoke for too long.
        Silence = "silence",
        /// It had lasted long enough.
        TimeLimit = "time_limit",
        /// The call's cost limit was reached.
        CostLimit = "cost_limit",
        Caller = "caller",
        Ai = "ai",
        TeamMember = "team_member",
    }
}
words! {
    /// Who, or what, picked up.
    AnsweredBy {
        /// Nobody looked.
        Unknown = "unknown",
        /// A fax.
        Fax = "fax",
        /// An answering machine.
        Machine = "machine",
        /// A person.
        Human = "human",
    }
}
words! {
    /// Whose leg of the call it is.
    ParticipantRole {
        /// The person outside.
        Caller = "caller",
        /// A team member, speaking.
        TeamMember = "team_member",
        /// A team member, listening.
        Listener = "listener",
        /// Where the call was transferred to.
        TransferTarget = "transfer_target",
        /// The AI.
        Ai = "ai",
    }
}
words! {
    /// Why a caller was sent to voicemail. Earlier in this list outranks later, when two reports disagree.
    VoicemailReason {
        /// Outside business hours.
        Closed = "closed",
        /// The emergency switch is on.
        Emergency = "emergency",
        /// Nobody took the call.
        NoAnswer = "no_answer",
        /// The AI could not answer.
        AiUnavailable = "ai_unavailable",
        /// The voicemail webhook was the first thing heard.
        Requested = "requested",
    }
}
words! {
    /// Where a call stands.
    CallStatus {
        /// Nothing was ever heard of it.
        Unknown = "unknown",
        /// It waits in the queue.
        Queued = "queued",
        /// It exists, and nobody was reached yet.
        Started = "started",
        /// The other side rings.
        Ringing = "ringing",
        /// The two sides speak.
        InProgress = "in_progress",
        /// The caller hears music.
        OnHold = "on_hold",
        /// The caller is at the voicemail.
        Voicemail = "voicemail",
        /// It is over.
        Ended = "ended",
    }
}
words! {
    /// A reviewer's judgement: thumbs up or down.
    Grade {
        /// Thumbs up.
        Good = "good",
        /// Thumbs down.
        NeedsImprovement = "needs_improvement",
    }
}
words! {
    /// A person's mood.
    Sentiment {
        /// Content.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// Upset.
        Negative = "negative",
    }
}
words! {
    /// What kind of call we place.
    Purpose {
        /// Find out whether a lead is worth a person's time.
        QualifyLead = "qualify_lead",
        /// Confirm an appointment.
        ConfirmAppointment = "confirm_appointment",
        /// Follow up.
        FollowUp = "follow_up",
        /// A consumer asked to be called.
        ConsumerCallback = "consumer_callback",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What the law takes an outbound call for.
    CallClass {
        Marketing = "marketing",
        Informational = "informational",
        /// The callee asked to be called.
        Callback = "callback",
    }
}
words! {
    /// How the platform learned the provider's identifier of a leg that it asked for.
    DialEvidence {
        /// The response to the request.
        Answer = "answer",
        /// A callback for the leg.
        Callback = "callback",
        /// The provider's list of calls.
        Listing = "listing",
    }
}
words! {
    /// What kind of failure ended an attempt.
    DialFailure {
        /// The provider rejected the request.
        Rejected = "rejected",
        /// The leg was created and ended unanswered.
        Ended = "ended",
        /// The request did not reach the provider.
        NotPlaced = "not_placed",
    }
}

/// A version of a set of permission rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesetVersion {
    pub name: String,
    pub version: u32,
}

/// Some words of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Who spoke: `caller`, `team_member`, `ai`, or `speaker_<n>` where nobody knows.
    pub speaker: String,
    /// The words.
    pub text: String,
    /// Milliseconds from the beginning of the phase.
    pub start_ms: Option<u32>,
    /// Milliseconds from the beginning of the phase.
    pub end_ms: Option<u32>,
    /// The speaker's mood, where known.
    pub sentiment: Option<Sentiment>,
}

/// What a language model read and wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// Tokens read.
    pub input: u32,
    /// Tokens written.
    pub output: u32,
}

/// A value that an agent collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The value as text.
    pub value: String,
    /// Whether it is well-formed for its kind.
    pub valid: bool,
}
