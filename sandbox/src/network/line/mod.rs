//! The life of one leg, from its first ring to its last callback. One task each.
//!
//! A leg keeps its own place in time, `at`: what it does takes as long as was computed, and it waits on the network's clock
//! until then. It owns the person at its end. Everything that reaches it from elsewhere (REST, another leg, a conference)
//! comes as a [`Control`].

mod conference;
mod dial;
mod ending;
mod gather;
mod hear;
mod outbound;
mod place;
mod program;
mod record;
mod stream;
mod tell;
mod voice;

pub use place::{CallOut, Detects, PlaceError, Then, address, browser_calls, call_out, phone, ring_in};
pub use tell::{conference_event, recording_event};

use super::courier::Failure;
use super::exchange::{Address, Exchange};
use super::horizon::Horizon;
use super::person::{Occasion, Person};
use super::stream::Said;
use super::twiml::TwimlError;
use crate::audio::Voice;
use crate::twilio::params::CallStatus;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;

/// A leg's task.
pub(super) struct Line {
    net: Arc<Exchange>,
    sid: String,
    /// How far its life is told.
    at: DateTime<Utc>,
    /// How far its sound is settled, for those who hand it on.
    horizon: Horizon,
    person: Person,
    /// Whether the person is on the line: who is called is not before they answer.
    attends: bool,
    voice: Voice,
    controls: mpsc::UnboundedReceiver<Control>,
    mouth: mpsc::UnboundedReceiver<super::person::Act>,
    /// News that came while something else was waited for.
    pending: VecDeque<Happening>,
    /// Told of this leg, if another one dialled it.
    parent: Option<String>,
    /// A document for when one fails.
    fallback: Option<Address>,
    /// What the first request for a document also carries.
    custom: Vec<(String, String)>,
}

/// Something that reaches a leg from elsewhere.
#[derive(Debug, Clone)]
pub enum Control {
    /// Go on with another document.
    Redirect(Source),
    /// End.
    End(Ending),
    /// Somebody else on the line speaks.
    Heard {
        /// Whose leg.
        from: String,
        /// The words.
        text: String,
        /// From when.
        at: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A leg that this one dialled has news.
    Child {
        /// Which leg.
        sid: String,
        /// What news.
        news: News,
    },
    /// The leg that dialled this one now talks with it.
    Connected,
    /// Something in the conference.
    Seat(Seat),
    /// Something happens that only the person minds.
    Noticed(Occasion),
    /// The service says something in a stream that goes both ways.
    Stream {
        /// Which stream.
        stream: String,
        /// What; nothing if the stream has no other end any more.
        said: Option<Said>,
    },
}

/// News of a leg that was dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It was answered.
    Answered,
    /// It is over, or has gone elsewhere.
    Over(CallStatus),
}

/// What happens to one that sits in a conference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seat {
    /// It begins.
    Started,
    /// On hold, with something to listen to.
    Hold(Option<Address>),
    /// Off hold.
    Unhold,
    /// Something is announced.
    Announce(Address),
    /// Out.
    Kicked,
    /// It is over.
    Over,
}

/// Where a document comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// From the service.
    Ask {
        /// Where.
        address: Address,
        /// What is told beside the standard parameters.
        extra: Vec<(String, String)>,
    },
    /// It came with the request.
    Twiml(String),
}

/// How a leg ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Its last status.
    pub status: CallStatus,
    /// Who ended it: `caller`, `twiml`, `api`, `peer`, `error`, `network`.
    pub by: &'static str,
}

impl Ending {
    /// It was answered, and is over.
    #[must_use]
    pub fn completed(by: &'static str) -> Self {
        Self {
            status: CallStatus::Completed,
            by,
        }
    }
}

/// What takes a leg away from what it is doing.
#[derive(Debug)]
enum Stop {
    /// It ends.
    Ended(Ending),
    /// It goes on with another document.
    Redirected(Source),
    /// A document cannot be executed.
    Failed {
        code: u32,
        message: String,
        url: Option<String>,
    },
}

impl Stop {
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

/// What may happen while a leg waits.
#[derive(Debug)]
enum Happening {
    /// Nothing, until then.
    Elapsed,
    /// The person begins to speak.
    Speaks {
        words: String,
        confidence: f64,
        until: DateTime<Utc>,
    },
    /// The person presses a key.
    Presses(char),
    /// Another leg that this one dialled.
    Child { sid: String, news: News },
    /// The leg that dialled this one talks with it now.
    Connected,
    /// The conference.
    Seat(Seat),
    /// The service in a stream; it is over without words.
    Stream { stream: String, said: Option<Said> },
}

/// What follows a verb.
#[derive(Debug)]
enum Flow {
    /// The next one.
    Next,
    /// Another document.
    Go(Source),
    /// Nothing: the call is over.
    Over,
}
