//! What goes wrong because somebody asked for it.

use serde::{Deserialize, Serialize};

/// Everything that goes wrong. Nothing does by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The next REST requests are refused; the first of the list first.
    pub rest: Vec<RestFault>,
    /// The media of recordings.
    pub media: MediaFault,
    /// Callbacks. Requests for documents are left alone.
    pub callbacks: CallbackFaults,
    /// Calls to anybody fail at once, as without a carrier.
    pub outbound_fails: bool,
}

/// The next so many REST requests are answered with a status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestFault {
    /// 429 or 503, mostly.
    pub status: u16,
    /// How many.
    pub next: u32,
    /// Only those whose path contains this.
    #[serde(default)]
    pub path: String,
    /// Whether the request is carried out before its answer is lost.
    #[serde(default)]
    pub after: bool,
}

/// What happens to the media of recordings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaFault {
    /// Not there until so long after the recording is completed, in seconds.
    pub missing_for_s: f64,
    /// Never there.
    pub missing: bool,
    /// Not there for the next so many requests.
    pub missing_next: u32,
}

/// What happens to callbacks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbackFaults {
    /// Each is sent twice, with the same token.
    pub duplicate: bool,
    /// Each comes so late, in seconds.
    pub delay_s: f64,
    /// Each but the last of its kind changes places with the one after it.
    pub reorder: bool,
    /// None is sent at all.
    pub drop: bool,
}
