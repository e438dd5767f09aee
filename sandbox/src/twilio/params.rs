//! The parameters of Twilio's voice webhooks, by the names and in the shapes of its documentation: the standard ones of
//! every request (<https://www.twilio.com/docs/voice/twiml#request-parameters>) and those of call progress.
//!
//! What only recordings, conferences or machine detection carry is added where those are told.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// A growing list of form parameters, in the order in which they were said.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// The list with one more parameter.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "text, numbers and truth values come as their owners have them"
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

/// Where Twilio believes a phone number to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In capitals, as Twilio writes it.
    pub city: &'static str,
    /// Two letters.
    pub state: &'static str,
    /// The postal code.
    pub zip: &'static str,
    /// ISO 3166, two letters.
    pub country: &'static str,
}

impl Place {
    /// A number that Twilio knows nothing about: it sends the parameters all the same, empty.
    pub const UNKNOWN: Self = Self {
        city: "",
        state: "",
        zip: "",
        country: "",
    };
}

/// One end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A telephone, in E.164.
    Phone {
        /// `+1...`
        number: String,
        /// Where it is.
        place: Place,
    },
    /// A browser that registered with the Voice SDK under this identity.
    Client(String),
}

impl Party {
    /// The address as in `From` and `To`.
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

/// `CallStatus`. A call that was answered is `in-progress`, also in the callback for the event `answered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Twilio's own")]
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
    /// The word on the wire.
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

    /// Whether nothing can follow it.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Initiated | Self::Ringing | Self::InProgress)
    }
}

/// `Direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To one of our numbers, or from a browser to our TwiML application.
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

/// One leg: what Twilio calls a Call. It counts its own progress callbacks.
#[derive(Debug, Clone)]
pub struct Leg {
    /// `AC...`
    pub account_sid: String,
    /// `CA...`
    pub sid: String,
    /// The leg that dialled this one.
    pub parent_sid: Option<String>,
    /// Who calls.
    pub from: Party,
    /// Who is called.
    pub to: Party,
    /// Which way.
    pub direction: Direction,
    /// What only some legs carry in every request: `StirVerstat`, `CallerName`, `ApplicationSid`.
    pub extras: Vec<(&'static str, String)>,
    /// The next `SequenceNumber`.
    pub next_sequence: u32,
}

impl Leg {
    /// What every request about this leg carries.
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

    /// A progress callback: the standard parameters, when it happened, and its place among this leg's callbacks.
    #[must_use]
    pub fn progress(&mut self, status: CallStatus, at: DateTime<Utc>) -> Params {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.standard(status)
            .with("CallbackSource", "call-progress-events")
            .with("SequenceNumber", sequence)
            .with("Timestamp", rfc_2822(at))
    }

    /// The last progress callback, with the length of the call and the answer that ended it.
    #[must_use]
    pub fn ended(&mut self, status: CallStatus, at: DateTime<Utc>, talked: Duration, sip: u16) -> Params {
        let seconds = talked.as_secs();
        self.progress(status, at)
            .with("CallDuration", seconds)
            // `Duration` is in minutes begun, as they are billed.
            .with("Duration", seconds.div_ceil(60))
            .with("SipResponseCode", sip)
    }
}

/// A time as Twilio writes it: always in UTC, with a day of two digits.
#[must_use]
pub fn rfc_2822(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg() -> Leg {
        Leg {
            account_sid: "AC1".into(),
            sid: "CA1".into(),
            parent_sid: None,
            from: Party::Client("front_desk".into()),
            to: Party::Phone {
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
    fn a_leg_numbers_its_callbacks_from_zero() {
        let (mut leg, at) = (leg(), DateTime::UNIX_EPOCH);
        let ringing = leg.progress(CallStatus::Ringing, at).into_pairs();
        let ended = leg
            .ended(CallStatus::Completed, at, Duration::from_millis(61_900), 200)
            .into_pairs();
        assert_eq!(value(&ringing, "SequenceNumber"), "0");
        assert_eq!(value(&ended, "SequenceNumber"), "1");
    }

    #[test]
    fn call_duration_is_in_seconds_and_duration_in_minutes_begun() {
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
    fn times_are_rfc_2822_with_two_digits_for_the_day() {
        assert_eq!(rfc_2822(DateTime::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 +0000");
    }

    #[test]
    fn a_browser_has_an_address_and_no_city() {
        let params = leg().standard(CallStatus::Ringing).into_pairs();
        assert_eq!(value(&params, "From"), "client:front_desk");
        assert!(!params.iter().any(|(name, _)| name == "FromCity"));
        assert!(params.iter().any(|(name, _)| name == "ToCity"));
    }
}
