//! A TwiML application: the addresses that browsers, and numbers that share it, use.

use super::Address;
use crate::network::ApplicationSpec;
use chrono::{DateTime, Utc};

/// `Applications`: <https://www.twilio.com/docs/usage/api/applications>.
#[derive(Debug, Clone)]
pub struct Application {
    /// `AP...`
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Asked when it is called.
    pub voice: Option<Address>,
    /// Asked when that fails.
    pub fallback: Option<Address>,
    /// Told when a call has ended.
    pub status: Option<Address>,
}

impl Application {
    /// As it was named when the network was started.
    #[must_use]
    pub fn from_spec(spec: &ApplicationSpec, now: DateTime<Utc>) -> Self {
        let address = |url: &Option<String>| url.clone().map(|url| Address { url, get: false });
        Self {
            sid: spec.sid.clone(),
            friendly_name: spec.sid.clone(),
            created: now,
            updated: now,
            voice: address(&spec.voice_url),
            fallback: None,
            status: address(&spec.status_callback),
        }
    }
}
