//! Plan of a day: every call, with every request that Twilio would send for it and its time.
//!
//! Pure: the same options give the same plan, byte for byte.

use super::data::people::Person;
use super::kinds::{self, Kind};
use super::rng::SeededRng;
use super::shape;
use crate::twilio::params::CallStatus;
use crate::twilio::sid::Mint;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::time::Duration;

/// Default account.
pub const ACCOUNT_SID: &str = "AC5a17dbe7c0ffee0000000000000ca115";

/// Options of a day.
#[derive(Debug, Clone)]
pub struct DayOptions {
    /// Seed of all random choices.
    pub seed: u64,
    /// Number of calls.
    pub calls: usize,
    /// Day of the calls, in UTC.
    pub day: NaiveDate,
    /// Number of the business, in E.164.
    pub number: String,
    pub account_sid: String,
    /// Base URL of recording URLs: Twilio's API or a substitute.
    pub api_base: String,
}

impl DayOptions {
    /// Defaults: seed 1, 200 calls, a number in New Orleans.
    #[must_use]
    pub fn on(day: NaiveDate) -> Self {
        Self {
            seed: 1,
            calls: 200,
            day,
            number: "+15045550100".to_owned(),
            account_sid: ACCOUNT_SID.to_owned(),
            api_base: "https://api.twilio.com".to_owned(),
        }
    }

    /// Midnight of the day, the origin of all offsets.
    #[must_use]
    pub fn midnight(&self) -> DateTime<Utc> {
        self.day.and_time(NaiveTime::MIN).and_utc()
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

/// Plans the calls of a day, by start time.
#[must_use]
pub fn plan_day(options: &DayOptions) -> Vec<PlannedCall> {
    let day = Mint::new(format!("{}/{}", options.seed, options.day));
    let mut kinds = kinds::quotas(options.calls);
    SeededRng::new(day.seed("kinds")).shuffle(&mut kinds);

    let mut calls: Vec<_> = kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| {
            let mint = Mint::new(format!("{}/{}/{index}", options.seed, options.day));
            let mut rng = SeededRng::new(mint.seed("dice"));
            let start = shape::time_of_day(&mut rng, kind.while_open());
            kinds::build(kind, options, mint, rng, start)
        })
        .collect();
    calls.sort_by(|a, b| (a.starts(), &a.call_sid).cmp(&(b.starts(), &b.call_sid)));
    calls
}
