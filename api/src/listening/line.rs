//! One call's sound in this process: those who want it, the socket that brings it, and the way between them.
//!
//! Sound is handed on through a ring: whoever takes it too slowly loses the oldest of it, and nobody waits for them.

use crate::state::AppState;
use bytes::{BufMut as _, Bytes, BytesMut};
use infra::twilio::media::{Sound, Track};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Pieces that a slow listener may be behind: ten seconds of both tracks.
const BEHIND: usize = 1_024;

/// How far the sound of a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// None arrives: the stream is being started, for the first time or again.
    Silent,
    /// It arrives.
    Sounding,
    /// It cannot be had.
    Failed,
}

/// One call's sound.
pub(super) struct Line {
    call_id: String,
    sound: broadcast::Sender<Bytes>,
    stage: watch::Sender<Stage>,
    /// Who listens here, once for each of their sockets.
    listeners: watch::Sender<Vec<String>>,
    /// Pieces that came so far.
    pieces: AtomicU64,
}

impl Line {
    pub(super) fn new(call_id: &str) -> Self {
        Self {
            call_id: call_id.to_owned(),
            sound: broadcast::channel(BEHIND).0,
            stage: watch::Sender::new(Stage::Silent),
            listeners: watch::Sender::default(),
            pieces: AtomicU64::new(0),
        }
    }

    pub(super) fn call_id(&self) -> &str {
        &self.call_id
    }

    fn entered(&self, user: &str) {
        self.listeners.send_modify(|users| users.push(user.to_owned()));
    }

    /// Gives whether it was the last one.
    pub(super) fn left(&self, user: &str) -> bool {
        self.listeners.send_modify(|users| {
            if let Some(place) = users.iter().position(|it| it == user) {
                users.swap_remove(place);
            }
        });
        self.listeners.borrow().is_empty()
    }

    /// Returns when nobody listens any more.
    pub(super) async fn deserted(&self) {
        // The sender is ours: the wait ends only as it should.
        let _ = self.listeners.subscribe().wait_for(Vec::is_empty).await;
    }

    pub(super) fn become_stage(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    pub(super) fn pieces(&self) -> u64 {
        self.pieces.load(Ordering::Relaxed)
    }
}

/// Somebody who listens, for as long as this is kept.
pub struct Listener {
    state: AppState,
    line: Arc<Line>,
    user: String,
    has_gone: bool,
    /// The sound, as the door for listeners sends it: see [`message`].
    pub sound: broadcast::Receiver<Bytes>,
    /// How far it has come.
    pub stage: watch::Receiver<Stage>,
}

impl Listener {
    pub(super) fn new(state: AppState, line: Arc<Line>, user: &str) -> Self {
        line.entered(user);
        let (sound, stage) = (line.sound.subscribe(), line.stage.subscribe());
        metrics::gauge!("sound_listeners").increment(1.0);
        Self {
            state,
            line,
            user: user.to_owned(),
            has_gone: false,
            sound,
            stage,
        }
    }

    /// Takes them off the line. Answers whether the same user listens to the call here through another socket still: of
    /// several that end at once the last one finds none.
    pub fn go(&mut self) -> bool {
        if !std::mem::replace(&mut self.has_gone, true) {
            metrics::gauge!("sound_listeners").decrement(1.0);
            self.state.listening.left(&self.line, &self.user);
        }
        self.line.listeners.borrow().contains(&self.user)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.go();
    }
}

/// A stream that was asked for.
pub(super) struct Awaited {
    line: Arc<Line>,
    call_sid: String,
    socket: watch::Sender<Socket>,
    /// Nobody waits for it any more.
    over: CancellationToken,
}

/// What is known of a stream's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum Socket {
    NotYet,
    Open,
    Gone,
}

impl Awaited {
    pub(super) fn new(line: Arc<Line>, call_sid: String) -> Self {
        Self {
            line,
            call_sid,
            socket: watch::Sender::new(Socket::NotYet),
            over: CancellationToken::new(),
        }
    }

    /// Returns when the socket has come as far as this.
    pub(super) async fn socket_is(&self, wanted: Socket) {
        // The sender is ours: the wait ends only as it should.
        let _ = self.socket.subscribe().wait_for(|socket| *socket >= wanted).await;
    }

    /// A socket that is still open need not be any more.
    pub(super) fn end(&self) {
        self.over.cancel();
    }
}

/// The socket of a stream that was asked for; when it is dropped the socket has gone.
pub struct Arrived(Arc<Awaited>);

impl Arrived {
    pub(super) fn new(awaited: Arc<Awaited>, call_sid: &str) -> Option<Self> {
        if awaited.call_sid != call_sid {
            return None;
        }
        let is_first = awaited.socket.send_if_modified(|socket| {
            let is_first = *socket == Socket::NotYet;
            if is_first {
                *socket = Socket::Open;
            }
            is_first
        });
        is_first.then(|| {
            awaited.line.become_stage(Stage::Sounding);
            Self(awaited)
        })
    }

    /// The call to which it belongs.
    #[must_use]
    pub fn call_id(&self) -> &str {
        self.0.line.call_id()
    }

    /// Hands sound to everybody who listens.
    pub fn hand_on(&self, sound: &Sound) {
        self.0.line.pieces.fetch_add(1, Ordering::Relaxed);
        // Nobody may be there for a moment, while the stream is being stopped.
        let _ = self.0.line.sound.send(message(sound));
    }

    /// Returns when nobody wants it any more.
    pub async fn unwanted(&self) {
        self.0.over.cancelled().await;
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        self.0.line.stage.send_if_modified(|stage| {
            let was = *stage == Stage::Sounding;
            if was {
                *stage = Stage::Silent;
            }
            was
        });
        self.0.socket.send_replace(Socket::Gone);
    }
}

/// A piece of sound as listeners are sent it: one byte for the track (0: the caller; 1: what the caller hears), four for
/// when it begins, in milliseconds from the beginning of the stream, big-endian, and then mu-law.
fn message(sound: &Sound) -> Bytes {
    let mut message = BytesMut::with_capacity(5 + sound.mulaw.len());
    message.put_u8(match sound.track {
        Track::Inbound => 0,
        Track::Outbound => 1,
    });
    message.put_u32(sound.at_ms);
    message.put_slice(&sound.mulaw);
    message.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(at_ms: u32) -> Sound {
        Sound {
            track: Track::Outbound,
            at_ms,
            mulaw: vec![0xff, 0x7f],
        }
    }

    fn awaited() -> (Arc<Line>, Arc<Awaited>) {
        let line = Arc::new(Line::new("call_1"));
        (line.clone(), Arc::new(Awaited::new(line, "CA1".to_owned())))
    }

    #[test]
    fn a_message_is_the_track_the_time_and_the_sound() {
        assert_eq!(message(&sound(66_060))[..], [1, 0, 1, 2, 12, 0xff, 0x7f]);
    }

    #[test]
    fn a_stream_has_one_socket_and_only_of_its_own_leg() {
        let (line, awaited) = awaited();
        assert!(Arrived::new(awaited.clone(), "CA2").is_none());
        assert_eq!(*line.stage.borrow(), Stage::Silent);
        let socket = Arrived::new(awaited.clone(), "CA1").expect("the first one");
        assert_eq!(*line.stage.borrow(), Stage::Sounding);
        assert!(Arrived::new(awaited.clone(), "CA1").is_none());
        drop(socket);
        assert_eq!(*line.stage.borrow(), Stage::Silent);
        assert!(Arrived::new(awaited, "CA1").is_none());
    }

    #[test]
    fn a_slow_listener_loses_the_oldest_and_holds_nobody_up() {
        let (line, awaited) = awaited();
        let mut slow = line.sound.subscribe();
        let socket = Arrived::new(awaited, "CA1").expect("a socket");
        let sent = u32::try_from(BEHIND).expect("small") + 10;
        for n in 0..sent {
            socket.hand_on(&sound(n * 20));
        }
        assert_eq!(line.pieces(), u64::from(sent));
        assert!(matches!(
            slow.try_recv(),
            Err(broadcast::error::TryRecvError::Lagged(10))
        ));
        assert_eq!(slow.try_recv().expect("what is left"), message(&sound(10 * 20)));
    }

    #[tokio::test]
    async fn a_line_is_deserted_when_the_last_one_leaves() {
        let line = Line::new("call_1");
        line.entered("ada");
        line.entered("bob");
        line.entered("ada");
        assert!(!line.left("ada") && !line.left("ada"));
        assert!(line.left("bob"));
        line.deserted().await;
    }
}
