//! Media Streams: a leg's sound over a WebSocket to the service, and back.
//! <https://www.twilio.com/docs/voice/media-streams>
//!
//! | module | answers for |
//! |---|---|
//! | [`message`] | the messages, as text |
//! | [`frames`] | the leg's sound in frames of 20 ms |
//! | [`sender`] | what goes to the service, in order and in time |
//! | [`receiver`] | what comes from it, and how the socket ends |
//! | [`player`] | what the service plays on a leg: buffer, marks, clearing |
//! | [`ear`] | the words in it, as they are played |
//! | [`life`] | starting, stopping, and who is told of it |
//!
//! A stream has a task for each direction. It belongs to a leg: one that goes one way only copies what is heard there; in
//! one that goes both ways the leg executes what the service says, see [`super::line`].
//!
//! How it ends, each sign by itself: the service closes the socket, or loses it; the leg ends, or goes on with another
//! document; `<Stop>`; REST. A socket that is closed with 1000, 1001 or without a code is a wish and no error; with another
//! code, or without a farewell, it is Twilio's 31921.
//!
//! Time: frames are counted and stamped in the leg's time, at any speed of the clock. If the service takes them more
//! slowly than the clock makes them, the clock is slowed down to the world's pace until it has caught up; what waits is
//! the leg's sound itself, never a queue. A service that speaks is given the world's pace between one piece and the next,
//! so that its words are not torn apart; and one that has been spoken to, until it answers, or for so long as
//! [`super::Options::turn_settle`] says.
//!
//! Left out: what the other end of a stream does with silence, packet loss, and Twilio's limits of streams for a call.

mod ear;
mod frames;
mod life;
mod message;
mod player;
mod receiver;
mod sender;

pub use ear::Heard;
pub use life::{Opened, Wanted, connect, fail, find, open, run, start, stop, stop_all};
pub use message::Said;
pub use player::Player;

use chrono::{DateTime, Utc};
use std::time::Duration;

/// Bytes of a frame of 20 ms: one for each sample.
const FRAME: usize = 160;
/// How long the other end of a socket may take to close it.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a stream's task is told to send, once it has sent what was heard before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// A key was pressed.
    Dtmf {
        /// Which.
        key: char,
        /// When.
        at: DateTime<Utc>,
    },
    /// What was to be played before a mark was played, or is not played any more.
    Mark {
        /// Its name.
        name: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The stream is over.
    Stop {
        /// Since when.
        at: DateTime<Utc>,
    },
}

impl Order {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Dtmf { at, .. } | Self::Mark { at, .. } | Self::Stop { at } => *at,
        }
    }
}
