//! What happens on a day: every call, and every request that Twilio would make about it, with its time.
//!
//! Pure: the same options give the same day, to the byte.

use super::data::people::Person;
use super::dice::Dice;
use super::kinds::{self, Kind};
use super::shape;
use crate::twilio::params::CallStatus;
use crate::twilio::sid::Mint;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::time::Duration;

/// The account in whose name calls are made unless another is given.
pub const ACCOUNT_SID: &str = "AC5a17dbe7c0ffee0000000000000ca115";

/// What decides a day.
#[derive(Debug, Clone)]
pub struct DayOptions {
    /// Decides everything that is left open below.
    pub seed: u64,
    /// How many calls.
    pub calls: usize,
    /// On which day, in UTC.
    pub day: NaiveDate,
    /// The business's own number, in E.164.
    pub number: String,
    /// `AccountSid`.
    pub account_sid: String,
    /// Where recordings are said to be: Twilio's API, or what stands in its place.
    pub api_base: String,
}

impl DayOptions {
    /// 200 calls of seed 1 to a number in New Orleans.
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

    /// Midnight, at which the day's offsets begin.
    #[must_use]
    pub fn midnight(&self) -> DateTime<Utc> {
        self.day.and_time(NaiveTime::MIN).and_utc()
    }
}

/// One call, and all that is to be heard about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// What kind of call it is.
    pub kind: Kind,
    /// The `CallSid` of its first leg, by which the call is known.
    pub call_sid: String,
    /// Who is at the other end.
    pub person: Person,
    /// How it ends.
    pub outcome: CallStatus,
    /// For how long they were connected, as the last status callback tells it.
    pub talked: Duration,
    /// What was talked about: an index into [`CONVERSATIONS`](super::data::words::CONVERSATIONS).
    pub conversation: usize,
    /// In the order in which they are sent.
    pub requests: Vec<PlannedRequest>,
}

impl PlannedCall {
    /// When the first request about it is sent.
    #[must_use]
    pub fn starts(&self) -> Duration {
        self.requests.first().map_or(Duration::ZERO, |request| request.offset)
    }
}

/// One request, ready to be signed and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRequest {
    /// The `CallSid` of the first leg of its call, also where the request itself is about another leg.
    pub call_sid: String,
    /// Under the service's URL, from `/twilio/`.
    pub path: &'static str,
    /// Without `?`; empty if there is none.
    pub query: String,
    /// The form.
    pub params: Vec<(String, String)>,
    /// `I-Twilio-Idempotency-Token`: the same on each repetition.
    pub idempotency_token: String,
    /// When it is sent, from midnight.
    pub offset: Duration,
}

impl PlannedRequest {
    /// What follows the service's URL.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() {
            self.path.to_owned()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// Whether Twilio waits for instructions (TwiML). Of such requests it repeats none that was answered at all.
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

/// The day's calls, by the time at which they begin.
#[must_use]
pub fn plan_day(options: &DayOptions) -> Vec<PlannedCall> {
    let day = Mint::new(format!("{}/{}", options.seed, options.day));
    let mut kinds = kinds::quotas(options.calls);
    Dice::new(day.seed("kinds")).shuffle(&mut kinds);

    let mut calls: Vec<_> = kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| {
            let mint = Mint::new(format!("{}/{}/{index}", options.seed, options.day));
            let mut dice = Dice::new(mint.seed("dice"));
            let start = shape::time_of_day(&mut dice, kind.while_open());
            kinds::tell(kind, options, mint, dice, start)
        })
        .collect();
    calls.sort_by(|a, b| (a.starts(), &a.call_sid).cmp(&(b.starts(), &b.call_sid)));
    calls
}
