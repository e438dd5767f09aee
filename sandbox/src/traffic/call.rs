//! A planned call: its kind, and every request that Twilio would send for it.

use super::data::people::Person;
use crate::twilio::params::CallStatus;
use std::time::Duration;

/// Kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Inbound, answered by the AI, not recorded.
    Answered,
    /// Inbound, answered by the AI, recorded and transcribed.
    Recorded,
    /// Inbound, not answered or canceled by the caller.
    Missed,
    /// Inbound outside business hours.
    Voicemail,
    /// Inbound, answered by the AI, then taken over by a team member; some are held or transferred.
    TakenOver,
    /// From a browser; answered, not answered or canceled.
    Outbound,
    /// From a browser with answering-machine detection.
    MachineDetected,
    /// From a browser to a busy number.
    Busy,
    /// From a browser to an unreachable number.
    Failed,
}

impl Kind {
    /// All kinds, with their share in percent.
    pub const SHARES: [(Self, usize); 9] = [
        (Self::Answered, 24),
        (Self::Recorded, 22),
        (Self::Missed, 12),
        (Self::Voicemail, 10),
        (Self::TakenOver, 10),
        (Self::Outbound, 10),
        (Self::MachineDetected, 4),
        (Self::Busy, 4),
        (Self::Failed, 4),
    ];

    /// Display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered by the AI",
            Self::Recorded => "answered and recorded",
            Self::Missed => "missed",
            Self::Voicemail => "voicemail",
            Self::TakenOver => "taken over",
            Self::Outbound => "outbound from the browser",
            Self::MachineDetected => "outbound, machine detection",
            Self::Busy => "outbound, busy",
            Self::Failed => "outbound, failed",
        }
    }

    /// Whether such calls take place during business hours.
    #[must_use]
    pub fn while_open(self) -> bool {
        self != Self::Voicemail
    }
}

/// A planned call with its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    pub kind: Kind,
    /// `CallSid` of the first leg, which identifies the call.
    pub call_sid: String,
    /// The other party.
    pub person: Person,
    /// Final status.
    pub outcome: CallStatus,
    /// Connected time, as in the final status callback.
    pub talked: Duration,
    /// Index into [`CONVERSATIONS`](super::data::words::CONVERSATIONS).
    pub conversation: usize,
    /// Requests in sending order.
    pub requests: Vec<PlannedRequest>,
}

impl PlannedCall {
    /// Time of the first request, as an offset from midnight.
    #[must_use]
    pub fn starts(&self) -> Duration {
        self.requests.first().map_or(Duration::ZERO, |request| request.offset)
    }
}

/// A request to be signed and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRequest {
    /// `CallSid` of the call's first leg, even if the request is about another leg.
    pub call_sid: String,
    /// Path from `/twilio/`.
    pub path: &'static str,
    /// Query without `?`; may be empty.
    pub query: String,
    /// Form parameters.
    pub params: Vec<(String, String)>,
    /// `I-Twilio-Idempotency-Token`, the same on each retry.
    pub idempotency_token: String,
    /// Sending time, as an offset from midnight.
    pub offset: Duration,
}

impl PlannedRequest {
    /// Path and query of the request.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() {
            self.path.to_owned()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// Whether Twilio expects TwiML. It does not retry such a request once it got any response.
    #[must_use]
    pub fn asks_for_twiml(&self) -> bool {
        matches!(
            self.path,
            "/twilio/voice" | "/twilio/inbound" | "/twilio/voicemail" | "/twilio/voicemail-done"
        )
    }

    /// The value of a form parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
