//! Faults that are injected on request.

use serde::{Deserialize, Serialize};

/// All injected faults; none by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Consumed in order: each applies to the next matching requests.
    pub rest: Vec<RestFault>,
    pub media: MediaFault,
    /// Callbacks only; document requests are not affected.
    pub callbacks: CallbackFaults,
    /// Every outbound call fails immediately.
    pub outbound_fails: bool,
}

/// Answers the next matching REST requests with an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestFault {
    /// HTTP status.
    pub status: u16,
    /// Number of requests.
    pub next: u32,
    /// Matches requests whose path contains this text.
    #[serde(default)]
    pub path: String,
    /// Executes the request before answering with the error.
    #[serde(default)]
    pub after: bool,
}

/// Faults of recording media.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaFault {
    /// Seconds after completion during which the media is not found.
    pub missing_for_s: f64,
    /// The media is never found.
    pub missing: bool,
    /// Number of requests answered with not found.
    pub missing_next: u32,
}

/// Faults of callbacks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbackFaults {
    /// Sends each callback twice, with the same token.
    pub duplicate: bool,
    /// Delay of each callback, in seconds.
    pub delay_s: f64,
    /// Swaps each callback with the next one of the same call, recording or conference.
    pub reorder: bool,
    /// Sends no callbacks.
    pub drop: bool,
}
