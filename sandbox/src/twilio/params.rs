//! Parameters of Twilio's voice webhooks: the standard ones of every request
//! (<https://www.twilio.com/docs/voice/twiml#request-parameters>) and those of call progress.
//!
//! Parameters of recordings, conferences and machine detection are added where those callbacks are built.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// A list of form parameters, in insertion order.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Appends a parameter.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "accepts strings, numbers and booleans by value"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// The pairs, as they are signed and sent.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

/// Location that Twilio assigns to a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Upper case.
    pub city: &'static str,
    /// Two letters.
    pub state: &'static str,
    pub zip: &'static str,
    /// ISO 3166, two letters.
    pub country: &'static str,
}

impl Place {
    /// No location: Twilio sends the parameters with empty values.
    pub const UNKNOWN: Self = Self {
        city: "",
        state: "",
        zip: "",
        country: "",
    };
}

/// The address of one end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartyAddress {
    Phone {
        /// E.164.
        number: String,
        place: Place,
    },
    /// Identity of a browser registered with the Voice SDK.
    Client(String),
}

impl PartyAddress {
    /// The value of `From` and `To`.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Phone { number, .. } => number.clone(),
            Self::Client(identity) => format!("client:{identity}"),
        }
    }

    fn describe(&self, role: &str, params: Params) -> Params {
        let params = params.with(role, self.address());
        match self {
            Self::Phone { place, .. } => params
                .with(&format!("{role}City"), place.city)
                .with(&format!("{role}State"), place.state)
                .with(&format!("{role}Zip"), place.zip)
                .with(&format!("{role}Country"), place.country),
            Self::Client(_) => params,
        }
    }
}

/// `CallStatus`. An answered call is `in-progress`, also in the callback for the event `answered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallStatus {
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Canceled,
}

impl CallStatus {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Whether no other status can follow.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Initiated | Self::Ringing | Self::InProgress)
    }
}

/// `Direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To a number of the account, or from a browser to its TwiML application.
    Inbound,
    /// Placed through the REST API.
    OutboundApi,
    /// A child leg, placed by `<Dial>`.
    OutboundDial,
}

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}

/// The parameters of one leg, which Twilio calls a Call. Counts its progress callbacks.
#[derive(Debug, Clone)]
pub struct LegParams {
    /// `AC...`
    pub account_sid: String,
    /// `CA...`
    pub sid: String,
    /// The leg that dialed this one.
    pub parent_sid: Option<String>,
    pub from: PartyAddress,
    pub to: PartyAddress,
    pub direction: Direction,
    /// Additional parameters of every request: `StirVerstat`, `CallerName`, `ApplicationSid`.
    pub extras: Vec<(&'static str, String)>,
    /// The next `SequenceNumber`.
    pub next_sequence: u32,
}

impl LegParams {
    /// Parameters of every request about this leg.
    #[must_use]
    pub fn standard(&self, status: CallStatus) -> Params {
        let mut params = Params::default()
            .with("AccountSid", &self.account_sid)
            .with("ApiVersion", "2010-04-01")
            .with("CallSid", &self.sid)
            .with("CallStatus", status.as_str())
            .with("Direction", self.direction.as_str());
        for (role, party) in [
            ("Caller", &self.from),
            ("From", &self.from),
            ("Called", &self.to),
            ("To", &self.to),
        ] {
            params = party.describe(role, params);
        }
        if let Some(parent) = &self.parent_sid {
            params = params.with("ParentCallSid", parent);
        }
        self.extras
            .iter()
            .fold(params, |params, (name, value)| params.with(name, value))
    }

    /// Parameters of a progress callback: the standard ones, the time and the sequence number.
    #[must_use]
    pub fn progress(&mut self, status: CallStatus, at: DateTime<Utc>) -> Params {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.standard(status)
            .with("CallbackSource", "call-progress-events")
            .with("SequenceNumber", sequence)
            .with("Timestamp", rfc_2822(at))
    }

    /// Parameters of the final progress callback, with the duration and the SIP response code.
    #[must_use]
    pub fn ended(&mut self, status: CallStatus, at: DateTime<Utc>, talked: Duration, sip: u16) -> Params {
        let seconds = talked.as_secs();
        self.progress(status, at)
            .with("CallDuration", seconds)
            // `Duration` counts started minutes, as billed.
            .with("Duration", seconds.div_ceil(60))
            .with("SipResponseCode", sip)
    }
}

/// A time in Twilio's format: UTC, two-digit day.
#[must_use]
pub fn rfc_2822(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg() -> LegParams {
        LegParams {
            account_sid: "AC1".into(),
            sid: "CA1".into(),
            parent_sid: None,
            from: PartyAddress::Client("front_desk".into()),
            to: PartyAddress::Phone {
                number: "+15045550123".into(),
                place: Place::UNKNOWN,
            },
            direction: Direction::OutboundDial,
            extras: vec![],
            next_sequence: 0,
        }
    }

    fn value<'a>(params: &'a [(String, String)], name: &str) -> &'a str {
        params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .expect(name)
    }

    #[test]
    fn callbacks_of_a_leg_are_numbered_from_zero() {
        let (mut leg, at) = (leg(), DateTime::UNIX_EPOCH);
        let ringing = leg.progress(CallStatus::Ringing, at).into_pairs();
        let ended = leg
            .ended(CallStatus::Completed, at, Duration::from_millis(61_900), 200)
            .into_pairs();
        assert_eq!(value(&ringing, "SequenceNumber"), "0");
        assert_eq!(value(&ended, "SequenceNumber"), "1");
    }

    #[test]
    fn call_duration_is_in_seconds_and_duration_in_started_minutes() {
        let ended = leg()
            .ended(
                CallStatus::Completed,
                DateTime::UNIX_EPOCH,
                Duration::from_secs(61),
                200,
            )
            .into_pairs();
        assert_eq!((value(&ended, "CallDuration"), value(&ended, "Duration")), ("61", "2"));
    }

    #[test]
    fn time_is_rfc_2822_with_a_two_digit_day() {
        assert_eq!(rfc_2822(DateTime::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 +0000");
    }

    #[test]
    fn client_has_an_address_and_no_city() {
        let params = leg().standard(CallStatus::Ringing).into_pairs();
        assert_eq!(value(&params, "From"), "client:front_desk");
        assert!(!params.iter().any(|(name, _)| name == "FromCity"));
        assert!(params.iter().any(|(name, _)| name == "ToCity"));
    }
}
