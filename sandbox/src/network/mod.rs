//! A telephone network that stands where Twilio stands.
//!
//! The service reaches it by a base URL, as it would reach `https://api.twilio.com`; the network reaches the service by
//! the addresses that the service gave it. Nothing else connects the two.
//!
//! | folder | answers for |
//! |---|---|
//! | [`clock`] | the network's own time, which may run faster |
//! | [`twiml`] | documents into typed verbs |
//! | [`exchange`] | what is known: calls, recordings, conferences, numbers |
//! | [`courier`] | signed requests to the service, with Twilio's retries |
//! | [`person`] | who calls and who is called: scripts, and people who type |
//! | [`line`] | the life of one leg: executing documents, hearing, speaking |
//! | [`stream`], [`horizon`] | media streams: a leg's sound to the service and back |
//! | [`recorder`], [`room`] | recordings and conferences, for legs and REST alike |
//! | [`scenario`] | what is played out, and what is expected of it |
//! | [`rest`] | Twilio's REST surface |
//! | [`control`] | `/sandbox/...`: placing calls, following them, faults |
//! | [`sound`] | what was heard on a leg, as an audio file |
//!
//! Left out: SMS, SIP, queues, `<Pay>`, conversations and prices.

pub mod clock;
pub mod control;
pub mod courier;
pub mod exchange;
pub mod horizon;
pub mod line;
pub mod person;
pub mod recorder;
pub mod rest;
pub mod room;
mod running;
pub mod scenario;
pub mod sound;
pub mod stream;
pub mod twiml;

pub use running::{Network, Running};

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How a network is started.
#[derive(Clone)]
pub struct Options {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// The account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Its auth token, for basic authentication and signatures.
    pub auth_token: String,
    /// API keys: identifier and secret.
    pub api_keys: Vec<(String, String)>,
    /// How many times faster than the world.
    pub speed: f64,
    /// How long the clock keeps the world's pace after a request, so that the service can act on what it was told.
    pub settle: Duration,
    /// How long it does so after a media stream has begun, and after somebody has finished speaking or pressed a key in it,
    /// unless the service answers earlier.
    pub turn_settle: Duration,
    /// The account's numbers.
    pub numbers: Vec<NumberSpec>,
    /// The account's TwiML applications.
    pub applications: Vec<ApplicationSpec>,
    /// Where requests really go: a public base URL, and the one that is connected to instead. What is signed is public.
    /// A route for `https://` holds for `wss://` too.
    pub routes: Vec<(String, String)>,
    /// How long after its end a call's `Events.json` is filled, by the network's clock. Twilio: 15 minutes.
    pub events_lag: Duration,
    /// The least time between two outbound calls, by the network's clock. Twilio: one second.
    pub between_calls: Duration,
}

/// A number of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberSpec {
    /// E.164.
    pub phone_number: String,
    /// Asked when it is called.
    pub voice_url: Option<String>,
    /// Asked when that fails.
    pub voice_fallback_url: Option<String>,
    /// Told when a call to it has ended.
    pub status_callback: Option<String>,
}

/// A TwiML application of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationSpec {
    /// `AP` and 32 hexadecimal digits.
    pub sid: String,
    /// Asked when a browser calls.
    pub voice_url: Option<String>,
    /// Told when such a call has ended.
    pub status_callback: Option<String>,
}

impl Options {
    /// A network for one account, on a free port, in real time, without numbers.
    #[must_use]
    pub fn new(account_sid: impl Into<String>, auth_token: impl Into<String>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            account_sid: account_sid.into(),
            auth_token: auth_token.into(),
            api_keys: vec![],
            speed: 1.0,
            settle: Duration::from_millis(20),
            turn_settle: Duration::from_secs(1),
            numbers: vec![],
            applications: vec![],
            routes: vec![],
            events_lag: Duration::from_mins(15),
            between_calls: Duration::from_secs(1),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("listen", &self.listen)
            .field("account_sid", &self.account_sid)
            .field("speed", &self.speed)
            .finish_non_exhaustive()
    }
}
