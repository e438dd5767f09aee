//! Client of Twilio's REST API: calls, recordings, conferences, media streams, numbers, applications.
//!
//! The base URL selects Twilio or the sandbox. Every request has a timeout and is retried with backoff if that is safe
//! ([`TwilioError::is_safe_to_retry`]); a request that may have been processed is never repeated here. The calling code
//! decides what an error means for the call.
//!
//! API reference: <https://www.twilio.com/docs/usage/api>. Resources contain only the fields in use.

mod applications;
mod calls;
mod conferences;
mod error;
mod events;
mod fields;
mod list;
mod media;
mod numbers;
mod params;
mod participants;
mod recordings;
mod send;
mod streams;

pub use applications::{Application, ApplicationUpdate};
pub use calls::{Answer, Call, CallProgress, CallStatus, CallUpdate, MachineDetection, NewCall};
pub use conferences::{Conference, ConferenceStatus, ConferenceUpdate};
pub use error::TwilioError;
pub use events::{CallEvent, CallEventRequest, CallEventResponse};
pub(super) use fields::is_duration;
pub use media::{Media, MediaFormat};
pub use numbers::{IncomingNumber, NumberUpdate};
pub use participants::{NewParticipant, Participant, ParticipantUpdate};
pub use recordings::{Channels, Recording, RecordingEvent, RecordingStatus, RecordingUpdate, StartRecording, Track};
pub use streams::{NewStream, Stream};

use crate::faults::Faults;
use crate::outbound::Backoff;
use crate::secret::Secret;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Base URL of Twilio's REST API.
pub const TWILIO: &str = "https://api.twilio.com";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Timeout between two pieces of a response; a whole recording may take longer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout of a response other than a recording.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Client of Twilio's REST API for one account. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct TwilioRest(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    base: Url,
    account_sid: String,
    credentials: Credentials,
    backoff: Backoff,
    time_limit: Duration,
    /// Where refused credentials are reported.
    faults: Option<Faults>,
}

/// Credentials of the account.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Auth token of the account.
    AuthToken(Secret),
    /// API key, which can be revoked separately.
    ApiKey {
        /// `SK...`
        sid: String,
        secret: Secret,
    },
}

/// The client cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL is not `http://` or `https://`, or contains a query, fragment or credentials.
    #[error("TWILIO_API_BASE must be an http:// or https:// URL without query, fragment or credentials")]
    Address,
    /// The HTTP client cannot be created, for example because of TLS.
    #[error("cannot create the HTTP client for Twilio")]
    Client(#[source] reqwest::Error),
}

impl TwilioRest {
    /// Creates a client for the account `account_sid` (`AC...`) at `base` ([`TWILIO`] or the sandbox).
    ///
    /// # Errors
    /// When the base URL is invalid.
    pub fn new(base: &str, account_sid: impl Into<String>, credentials: Credentials) -> Result<Self, SetupError> {
        let base = Url::parse(base).map_err(|_| SetupError::Address)?;
        let plain = base.query().is_none() && base.fragment().is_none() && base.username().is_empty();
        if !matches!(base.scheme(), "http" | "https") || base.password().is_some() || !plain {
            return Err(SetupError::Address);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("call-ledger/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self(Arc::new(Inner {
            http,
            base,
            account_sid: account_sid.into(),
            credentials,
            backoff: Backoff::default(),
            time_limit: RESPONSE_TIMEOUT,
            faults: None,
        })))
    }

    /// Sets the backoff of retries.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self(Arc::new(Inner {
            backoff,
            ..self.0.copied()
        }))
    }

    /// Sets the timeout of responses other than recordings.
    #[must_use]
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self(Arc::new(Inner {
            time_limit,
            ..self.0.copied()
        }))
    }

    /// Reports refused credentials.
    #[must_use]
    pub fn reporting_to(self, faults: Faults) -> Self {
        Self(Arc::new(Inner {
            faults: Some(faults),
            ..self.0.copied()
        }))
    }

    /// SID of the account.
    #[must_use]
    pub fn account_sid(&self) -> &str {
        &self.0.account_sid
    }
}

impl Inner {
    fn copied(&self) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            account_sid: self.account_sid.clone(),
            credentials: self.credentials.clone(),
            faults: self.faults.clone(),
            ..*self
        }
    }
}

impl Credentials {
    /// User name and password for HTTP basic authentication.
    fn pair<'a>(&'a self, account_sid: &'a str) -> (&'a str, &'a str) {
        match self {
            Self::AuthToken(token) => (account_sid, token.expose()),
            Self::ApiKey { sid, secret } => (sid, secret.expose()),
        }
    }
}
