//! A leg, from ringing to its last callback. One task per leg.
//!
//! A leg keeps its own position in time, `at`: its operations take a computed duration, and it waits on the network's
//! clock until then. It owns the party at its end. REST, other legs and conferences reach it through [`Control`]
//! messages.

mod callbacks;
mod conference;
mod dial;
mod ending;
mod events;
mod execution;
mod gather;
mod outbound;
mod placement;
mod playback;
mod record;
mod stream;

pub use callbacks::{conference_event, recording_event};
pub use placement::{
    MachineDetection, OnAnswer, OutboundCall, PlaceError, address, phone, place_from_browser, place_inbound,
    place_outbound,
};

use super::audio_watermark::AudioWatermark;
use super::party::{Party, PartyEvent};
use super::stream::ServiceMessage;
use super::switch::{Address, Switch};
use super::twiml::TwimlError;
use super::webhook_client::Failure;
use crate::audio::Voice;
use crate::twilio::params::CallStatus;
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
    typed_actions: mpsc::UnboundedReceiver<super::party::PartyAction>,
    /// Events that arrived while the leg waited for something else.
    pending: VecDeque<LegEvent>,
    /// Call SID of the leg that dialed this one.
    parent: Option<String>,
    /// Requested when a document fails.
    fallback: Option<Address>,
    /// Additional parameters of the first document request.
    custom: Vec<(String, String)>,
}

/// A message to a leg.
#[derive(Debug, Clone)]
pub enum Control {
    /// Continue with another document.
    Redirect(Source),
    End(Ending),
    /// Another party was heard on the leg.
    Heard {
        /// Call SID of the speaker.
        from: String,
        text: String,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    },
    /// A dialed leg was answered or ended.
    Child {
        sid: String,
        status: ChildStatus,
    },
    /// The dialing leg is now bridged with this one.
    Connected,
    Conference(ConferenceEvent),
    /// An event that only the party reacts to.
    Noticed(PartyEvent),
    /// The service sent a message in a bidirectional stream.
    Stream {
        /// Stream SID.
        stream: String,
        /// `None` if the stream has ended.
        message: Option<ServiceMessage>,
    },
}

/// Progress of a dialed leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildStatus {
    Answered,
    /// It ended, or was redirected to another document.
    Ended(CallStatus),
}

/// A conference event for one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConferenceEvent {
    Started,
    /// The URL of the hold music, if given.
    Hold(Option<Address>),
    Unhold,
    Announce(Address),
    Kicked,
    Over,
}

/// The source of a document.
#[derive(Debug, Clone)]
pub enum Source {
    /// A URL of the service.
    Ask {
        address: Address,
        /// Parameters in addition to the standard ones.
        extra: Vec<(String, String)>,
    },
    /// TwiML that was sent with the REST request.
    Twiml(String),
}

/// How a leg ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub status: CallStatus,
    /// `caller`, `twiml`, `api`, `peer`, `error` or `network`.
    pub by: &'static str,
}

impl Ending {
    /// A call that was answered and has ended.
    #[must_use]
    pub fn completed(by: &'static str) -> Self {
        Self {
            status: CallStatus::Completed,
            by,
        }
    }
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
