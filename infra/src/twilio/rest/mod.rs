//! Twilio's REST API, as far as we ask for it: calls, recordings, conferences, media streams, numbers,
//! applications.
//!
//! The base address alone decides who answers: Twilio, or the sandbox. Every request has a time limit and is repeated, a
//! few times and with growing waits, when that is known to be harmless ([`TwilioError::is_safe_to_retry`]); a request
//! that may have been carried out is never made again here. Whoever calls decides what an error means for the call.
//!
//! Where we ask: <https://www.twilio.com/docs/usage/api>. Resources have only the fields that somebody here reads.

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
pub use media::{Media, MediaFormat};
pub use numbers::{IncomingNumber, NumberUpdate};
pub use participants::{NewParticipant, Participant, ParticipantUpdate};
pub use recordings::{Channels, Recording, RecordingEvent, RecordingStatus, RecordingUpdate, StartRecording, Track};
pub use streams::{NewStream, Stream};

use crate::config::Secret;
use crate::outbound::Backoff;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where Twilio is.
pub const TWILIO: &str = "https://api.twilio.com";

const CONNECT: Duration = Duration::from_secs(3);
/// Between two pieces of an answer; a recording may take longer as a whole.
const SILENCE: Duration = Duration::from_secs(30);
/// For an answer that is no recording.
const ANSWER: Duration = Duration::from_secs(10);

/// A client of Twilio's REST API for one account. Cheap to clone; all clones share their connections.
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
}

/// What proves that we may use the account.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The account's own token.
    AuthToken(Secret),
    /// A key that was made for us, and can be taken back alone.
    ApiKey {
        /// `SK...`
        sid: String,
        /// Its secret.
        secret: Secret,
    },
}

/// Why there can be no client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not `http://` or `https://`, or carries a query or a password.
    #[error("TWILIO_API_BASE is not a plain web address")]
    Address,
    /// TLS cannot be set up.
    #[error("cannot set up a client for Twilio")]
    Client(#[source] reqwest::Error),
}

impl TwilioRest {
    /// A client for the account `account_sid` (`AC...`) at `base` ([`TWILIO`], or the sandbox).
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn new(base: &str, account_sid: impl Into<String>, credentials: Credentials) -> Result<Self, SetupError> {
        let base = Url::parse(base).map_err(|_| SetupError::Address)?;
        let plain = base.query().is_none() && base.fragment().is_none() && base.username().is_empty();
        if !matches!(base.scheme(), "http" | "https") || base.password().is_some() || !plain {
            return Err(SetupError::Address);
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("call-ledger/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self(Arc::new(Inner {
            http,
            base,
            account_sid: account_sid.into(),
            credentials,
            backoff: Backoff::default(),
            time_limit: ANSWER,
        })))
    }

    /// The same client, which repeats what it may repeat in this way.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self(Arc::new(Inner {
            backoff,
            ..self.0.copied()
        }))
    }

    /// The same client, which waits this long for an answer that is no recording.
    #[must_use]
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self(Arc::new(Inner {
            time_limit,
            ..self.0.copied()
        }))
    }

    /// Whose account it is.
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
            ..*self
        }
    }
}

impl Credentials {
    /// The user name and the password of HTTP's basic authentication.
    fn pair<'a>(&'a self, account_sid: &'a str) -> (&'a str, &'a str) {
        match self {
            Self::AuthToken(token) => (account_sid, token.expose()),
            Self::ApiKey { sid, secret } => (sid, secret.expose()),
        }
    }
}
