//! A leg, from ringing to its last callback. One task per leg.
//!
//! A leg keeps its own position in time, `at`: its operations take a computed duration, and it waits on the network's
//! clock until then. It owns the party at its end. REST, other legs and conferences reach it through [`Control`]
//! messages.

mod callbacks;
mod conference;
mod dial;
mod document;
mod ending;
mod events;
mod execution;
mod gather;
mod outbound;
mod placement;
mod playback;
mod record;
mod scenario;
mod stream;

pub use placement::{
    MachineDetection, OnAnswer, OutboundCall, PlaceError, address, phone, place_from_browser, place_inbound,
    place_outbound,
};

use super::audio_watermark::AudioWatermark;
use super::party::{Party, PartyAction};
use super::switch::{ChildStatus, ConferenceEvent, Control, Ending, ServiceMessage, Source, Switch};
use super::twiml::TwimlError;
use super::webhook::{Address, Failure};
use audio::Voice;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The task of a leg.
pub(super) struct Leg {
    net: Arc<Switch>,
    sid: String,
    /// Position in time.
    at: DateTime<Utc>,
    /// Shared with readers of the leg's audio.
    watermark: AudioWatermark,
    party: Party,
    /// A callee is not present before it answers.
    is_party_present: bool,
    voice: Voice,
    controls: mpsc::UnboundedReceiver<Control>,
    typed_actions: mpsc::UnboundedReceiver<PartyAction>,
    /// Events that arrived while the leg waited for something else.
    pending: VecDeque<LegEvent>,
    /// Call SID of the leg that dialed this one.
    parent: Option<String>,
    /// Requested when a document fails.
    fallback: Option<Address>,
    /// Additional parameters of the first document request.
    custom: Vec<(String, String)>,
}

/// Why the leg abandons its current operation.
#[derive(Debug)]
enum Interrupt {
    Ended(Ending),
    Redirected(Source),
    /// A document cannot be executed.
    Failed {
        code: u32,
        message: String,
        url: Option<String>,
    },
}

impl Interrupt {
    fn failed(failure: Failure, url: &str) -> Self {
        Self::Failed {
            code: failure.code,
            message: failure.message,
            url: Some(url.to_owned()),
        }
    }

    fn refused(error: TwimlError, url: Option<&str>) -> Self {
        Self::Failed {
            code: error.code,
            message: error.message,
            url: url.map(str::to_owned),
        }
    }
}

/// What ends a wait.
#[derive(Debug)]
enum LegEvent {
    /// The wait reached its limit.
    Elapsed,
    /// The party begins to speak.
    Speaks {
        words: String,
        confidence: f64,
        until: DateTime<Utc>,
    },
    /// The party presses a key.
    Presses(char),
    /// A dialed leg was answered or ended.
    Child {
        sid: String,
        status: ChildStatus,
    },
    /// The dialing leg is now bridged with this one.
    Connected,
    Conference(ConferenceEvent),
    /// A message of the service in a stream; `None` if the stream has ended.
    Stream {
        stream: String,
        message: Option<ServiceMessage>,
    },
}

/// What follows a verb.
#[derive(Debug)]
enum Flow {
    /// The next verb.
    Next,
    /// Another document.
    Go(Source),
    /// The end of the call.
    Over,
}
