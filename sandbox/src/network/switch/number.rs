//! Phone numbers of the account.

use crate::network::NumberSpec;
use crate::network::webhook::Address;
use chrono::{DateTime, Utc};

/// A phone number: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.
#[derive(Debug, Clone)]
pub struct Number {
    /// `PN...`
    pub sid: String,
    /// E.164.
    pub phone_number: String,
    pub friendly_name: String,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub voice: Option<Address>,
    pub fallback: Option<Address>,
    pub status: Option<Address>,
    /// An application whose URLs replace the number's.
    pub application_sid: Option<String>,
}

impl Number {
    /// A number as configured in the options.
    #[must_use]
    pub fn from_spec(sid: String, spec: &NumberSpec, now: DateTime<Utc>) -> Self {
        let address = |url: &Option<String>| url.clone().map(|url| Address { url, get: false });
        Self {
            sid,
            phone_number: spec.phone_number.clone(),
            friendly_name: spec.phone_number.clone(),
            created: now,
            updated: now,
            voice: address(&spec.voice_url),
            fallback: address(&spec.voice_fallback_url),
            status: address(&spec.status_callback),
            application_sid: None,
        }
    }
}
