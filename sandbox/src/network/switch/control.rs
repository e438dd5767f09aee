//! Messages to a leg's task, from REST, other legs, conferences, recordings and streams.

use super::stream::ServiceMessage;
use crate::network::party::PartyEvent;
use crate::network::webhook::Address;
use crate::twilio::params::CallStatus;
use chrono::{DateTime, Utc};

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
