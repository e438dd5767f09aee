//! Media Streams: a leg's audio over a WebSocket to the service, and back.
//! <https://www.twilio.com/docs/voice/media-streams>
//!
//! | module | responsibility |
//! | --- | --- |
//! | [`message`] | encodes and parses messages |
//! | [`frames`] | splits the leg's audio into 20 ms frames |
//! | [`sender`] | sends frames and commands, in order and in time |
//! | [`receiver`] | receives messages, and detects the end of the socket |
//! | [`player`] | plays the service's audio on a leg: buffer, marks, clear |
//! | [`speech_decoder`] | decodes words as they are played |
//! | [`lifecycle`] | registration, end and callbacks |
//! | [`connection`] | opens the WebSocket, and starts the sender and the receiver |
//!
//! A stream belongs to a leg and has one task per direction. A unidirectional stream only copies the leg's audio. In a
//! bidirectional stream the leg executes the service's messages, see [`super::leg`].
//!
//! A stream ends when the service closes or loses the socket, when the leg ends or continues with another document, by
//! `<Stop>`, or by REST. Closing with code 1000, 1001 or no code is a normal end; another code, or a connection lost
//! without a close frame, is Twilio's error 31921.
//!
//! Time: frames are counted and stamped in the leg's time, at any clock speed. If the service takes them more slowly
//! than the clock produces them, the clock slows to real time until it has caught up; frames are computed from the
//! leg's audio and never queued. The clock also runs in real time between consecutive audio messages of the service, so
//! that its speech is not torn apart, and after the party has spoken, until the service answers or
//! [`super::Options::turn_settle`] has passed.
//!
//! Not implemented: silence detection, packet loss, and Twilio's limits on streams per call.

mod connection;
mod frames;
mod lifecycle;
mod message;
mod player;
mod receiver;
mod sender;
mod speech_decoder;

pub use connection::{connect, run, start};
pub use lifecycle::{PendingStream, StreamOptions, fail, find, open, stop, stop_all};
pub use player::Player;
pub use speech_decoder::DecodedSpeech;

use std::time::Duration;

/// Bytes of a 20 ms frame, one per sample.
const FRAME_BYTES: usize = 160;
/// Limit for the other side to close the socket.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
