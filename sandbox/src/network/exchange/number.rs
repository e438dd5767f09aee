//! A number of the account, and what happens when it is called.

use super::Address;
use crate::network::NumberSpec;
use chrono::{DateTime, Utc};

/// `IncomingPhoneNumbers`: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.
#[derive(Debug, Clone)]
pub struct Number {
    /// `PN...`
    pub sid: String,
    /// E.164.
    pub phone_number: String,
    /// Its name.
    pub friendly_name: String,
    /// When it was bought.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Asked when it is called.
    pub voice: Option<Address>,
    /// Asked when that fails.
    pub fallback: Option<Address>,
    /// Told when a call to it has ended.
    pub status: Option<Address>,
    /// An application that is asked instead.
    pub application_sid: Option<String>,
}

impl Number {
    /// As it was named when the network was started.
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
