//! A telephone network that replaces Twilio in development and tests.
//!
//! The service reaches it at a base URL, in place of `https://api.twilio.com`; the network calls the service at the
//! webhook URLs that the service configured. There is no other connection between the two.
//!
//! | module | responsibility |
//! | --- | --- |
//! | [`clock`], [`time_span`] | the network's time, optionally accelerated |
//! | [`twiml`] | parses TwiML documents into typed verbs |
//! | [`party`] | callers and callees: scripted or typed |
//! | [`faults`] | faults that are injected on request |
//! | [`scenario`] | scripted calls and their expected outcome |
//! | [`webhook`], [`webhook_client`] | requests to the service, and the client that signs and sends them |
//! | [`audio_watermark`] | the time up to which a leg's audio is final |
//! | [`switch`] | shared state: calls, recordings, conferences, streams, numbers |
//! | [`sound`] | renders a leg's audio to a file |
//! | [`delivery`] | webhooks with Twilio's retries, and queues of callbacks |
//! | [`recorder`], [`conference`] | recordings and conferences, for legs and REST |
//! | [`stream`] | media streams: a leg's audio to the service and back |
//! | [`leg`] | one call leg: executes documents, plays and receives audio |
//! | [`rest`] | Twilio's REST API |
//! | [`control`] | `/sandbox/...`: placing and following calls, faults |
//! | [`server`] | starts and stops all of it |
//!
//! A module imports only from earlier ones in this table.
//!
//! Not implemented: SMS, SIP, queues, `<Pay>`, conversations and prices.

pub mod audio_watermark;
pub mod clock;
pub mod conference;
pub mod control;
pub mod delivery;
pub mod faults;
pub mod leg;
pub mod party;
pub mod recorder;
pub mod rest;
pub mod scenario;
mod server;
pub mod sound;
pub mod stream;
pub mod switch;
pub mod time_span;
pub mod twiml;
pub mod webhook;
pub mod webhook_client;

pub use server::{Network, Running};

use crate::models::Models;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// Configuration of a network.
#[derive(Clone)]
pub struct Options {
    /// Listen address; port 0 picks a free port.
    pub listen: SocketAddr,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// For basic authentication and webhook signatures.
    pub auth_token: String,
    /// Key SID and secret.
    pub api_keys: Vec<(String, String)>,
    /// Clock speed relative to real time; must be above zero.
    pub speed: f64,
    /// How long the clock runs in real time after a request, so that the service can act on it.
    pub settle: Duration,
    /// How long the clock runs in real time after a media stream starts and after the caller finishes speaking or
    /// presses a key in it. Ends early when the service answers.
    pub turn_settle: Duration,
    pub numbers: Vec<NumberSpec>,
    pub applications: Vec<ApplicationSpec>,
    /// Pairs of a public base URL and the base URL to connect to instead. Signatures use the public URL. A route for
    /// `https://` also covers `wss://`.
    pub routes: Vec<(String, String)>,
    /// Delay after the end of a call until its `Events.json` is filled, in network time. Twilio: 15 minutes.
    pub events_lag: Duration,
    /// Minimum interval between two outbound calls, in network time. Twilio: one second.
    pub between_calls: Duration,
    /// The models served at `/v1`; they are given the scripts of the scenarios.
    pub models: Models,
}

/// A phone number of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberSpec {
    /// E.164.
    pub phone_number: String,
    pub voice_url: Option<String>,
    pub voice_fallback_url: Option<String>,
    pub status_callback: Option<String>,
}

/// A TwiML application of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationSpec {
    /// `AP` and 32 hexadecimal digits.
    pub sid: String,
    /// Requested when a browser places a call.
    pub voice_url: Option<String>,
    pub status_callback: Option<String>,
}

impl Options {
    /// Options for one account: a free port, real time, no numbers.
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
            models: Models::default(),
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
