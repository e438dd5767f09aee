//! TwiML applications of the account.

use crate::network::ApplicationSpec;
use crate::network::webhook::Address;
use chrono::{DateTime, Utc};

/// A TwiML application: <https://www.twilio.com/docs/usage/api/applications>.
#[derive(Debug, Clone)]
pub struct Application {
    /// `AP...`
    pub sid: String,
    pub friendly_name: String,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub voice: Option<Address>,
    pub fallback: Option<Address>,
    pub status: Option<Address>,
}

impl Application {
    /// An application as configured in the options.
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
