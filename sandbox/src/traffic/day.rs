//! Options of a day of calls.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

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
