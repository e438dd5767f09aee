//! The audio of one call in this process: its listeners, its media socket, and the channel between them.
//!
//! Audio is sent through a ring buffer: a slow listener loses the oldest audio and does not delay the others.

use super::AudioTaps;
use bytes::{BufMut as _, Bytes, BytesMut};
use infra::twilio::media::{Sound, Track};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Capacity of the ring buffer, in chunks: ten seconds of both tracks.
const BUFFER_CHUNKS: usize = 1_024;

/// State of a call's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No audio: the stream is being started or restarted.
    Silent,
    /// Audio is arriving.
    Streaming,
    /// The stream could not be started.
    Failed,
}

/// The audio of one call.
pub(crate) struct AudioTap {
    call_id: String,
    sound: broadcast::Sender<Bytes>,
    stage: watch::Sender<Stage>,
    /// User IDs of the listeners in this process, once per socket.
    listeners: watch::Sender<Vec<String>>,
    /// Number of chunks received so far.
    chunks: AtomicU64,
}

impl AudioTap {
    pub(crate) fn new(call_id: &str) -> Self {
        Self {
            call_id: call_id.to_owned(),
            sound: broadcast::channel(BUFFER_CHUNKS).0,
            stage: watch::Sender::new(Stage::Silent),
            listeners: watch::Sender::default(),
            chunks: AtomicU64::new(0),
        }
    }

    pub(crate) fn call_id(&self) -> &str {
        &self.call_id
    }

    fn add_listener(&self, user: &str) {
        self.listeners.send_modify(|users| users.push(user.to_owned()));
    }

    /// Removes a listener; returns whether it was the last one.
    pub(crate) fn remove_listener(&self, user: &str) -> bool {
        self.listeners.send_modify(|users| {
            if let Some(index) = users.iter().position(|it| it == user) {
                users.swap_remove(index);
            }
        });
        self.listeners.borrow().is_empty()
    }

    /// Waits until there are no listeners.
    pub(crate) async fn no_listeners(&self) {
        // `self` owns the sender, so the wait cannot fail.
        let _ = self.listeners.subscribe().wait_for(Vec::is_empty).await;
    }

    pub(crate) fn set_stage(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    pub(crate) fn chunks(&self) -> u64 {
        self.chunks.load(Ordering::Relaxed)
    }
}

/// A listener; removed from the tap when dropped.
pub struct Listener {
    taps: Arc<AudioTaps>,
    tap: Arc<AudioTap>,
    user: String,
    has_left: bool,
    /// Chunks in the format sent to listeners; see [`message`].
    pub sound: broadcast::Receiver<Bytes>,
    pub stage: watch::Receiver<Stage>,
}

impl Listener {
    pub(crate) fn new(taps: Arc<AudioTaps>, tap: Arc<AudioTap>, user: &str) -> Self {
        tap.add_listener(user);
        let (sound, stage) = (tap.sound.subscribe(), tap.stage.subscribe());
        metrics::gauge!("sound_listeners").increment(1.0);
        Self {
            taps,
            tap,
            user: user.to_owned(),
            has_left: false,
            sound,
            stage,
        }
    }

    /// Removes the listener from the tap. Returns whether the same user listens to the call through another socket of
    /// this process; when several sockets end at once, the last one returns `false`.
    pub fn leave(&mut self) -> bool {
        if !std::mem::replace(&mut self.has_left, true) {
            metrics::gauge!("sound_listeners").decrement(1.0);
            self.taps.remove_listener(&self.tap, &self.user);
        }
        self.tap.listeners.borrow().contains(&self.user)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A media stream that was requested from Twilio.
pub(crate) struct PendingStream {
    tap: Arc<AudioTap>,
    call_sid: String,
    socket: watch::Sender<Socket>,
    /// Canceled when the stream is no longer needed.
    canceled: CancellationToken,
}

/// State of a stream's socket, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Socket {
    Pending,
    Open,
    Closed,
}

impl PendingStream {
    pub(crate) fn new(tap: Arc<AudioTap>, call_sid: String) -> Self {
        Self {
            tap,
            call_sid,
            socket: watch::Sender::new(Socket::Pending),
            canceled: CancellationToken::new(),
        }
    }

    /// Waits until the socket has reached this state.
    pub(crate) async fn reached(&self, target: Socket) {
        // `self` owns the sender, so the wait cannot fail.
        let _ = self.socket.subscribe().wait_for(|socket| *socket >= target).await;
    }

    /// Asks the socket to close, if it is still open.
    pub(crate) fn end(&self) {
        self.canceled.cancel();
    }
}

/// The open socket of a requested stream; dropping it marks the socket as closed.
pub struct MediaSocket(Arc<PendingStream>);

impl MediaSocket {
    pub(crate) fn new(pending: Arc<PendingStream>, call_sid: &str) -> Option<Self> {
        if pending.call_sid != call_sid {
            return None;
        }
        let is_first = pending.socket.send_if_modified(|socket| {
            let is_first = *socket == Socket::Pending;
            if is_first {
                *socket = Socket::Open;
            }
            is_first
        });
        is_first.then(|| {
            pending.tap.set_stage(Stage::Streaming);
            Self(pending)
        })
    }

    /// The ID of the stream's call.
    #[must_use]
    pub fn call_id(&self) -> &str {
        self.0.tap.call_id()
    }

    /// Sends a chunk to every listener.
    pub fn forward(&self, sound: &Sound) {
        self.0.tap.chunks.fetch_add(1, Ordering::Relaxed);
        // There may be no receiver while the stream is being stopped.
        let _ = self.0.tap.sound.send(message(sound));
    }

    /// Waits until the stream is no longer needed.
    pub async fn canceled(&self) {
        self.0.canceled.cancelled().await;
    }
}

impl Drop for MediaSocket {
    fn drop(&mut self) {
        self.0.tap.stage.send_if_modified(|stage| {
            let was_streaming = *stage == Stage::Streaming;
            if was_streaming {
                *stage = Stage::Silent;
            }
            was_streaming
        });
        self.0.socket.send_replace(Socket::Closed);
    }
}

/// Encodes a chunk for listeners: one byte for the track (0: the caller; 1: what the caller hears), a big-endian u32
/// with the time since the start of the stream in milliseconds, then mu-law samples.
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

    fn pending() -> (Arc<AudioTap>, Arc<PendingStream>) {
        let tap = Arc::new(AudioTap::new("call_1"));
        (tap.clone(), Arc::new(PendingStream::new(tap, "CA1".to_owned())))
    }

    #[test]
    fn message_holds_track_time_and_samples() {
        assert_eq!(message(&sound(66_060))[..], [1, 0, 1, 2, 12, 0xff, 0x7f]);
    }

    #[test]
    fn second_socket_or_other_leg_is_refused() {
        let (tap, pending) = pending();
        assert!(MediaSocket::new(pending.clone(), "CA2").is_none());
        assert_eq!(*tap.stage.borrow(), Stage::Silent);
        let socket = MediaSocket::new(pending.clone(), "CA1").expect("the first one");
        assert_eq!(*tap.stage.borrow(), Stage::Streaming);
        assert!(MediaSocket::new(pending.clone(), "CA1").is_none());
        drop(socket);
        assert_eq!(*tap.stage.borrow(), Stage::Silent);
        assert!(MediaSocket::new(pending, "CA1").is_none());
    }

    #[test]
    fn slow_listener_loses_the_oldest_chunks_without_delaying_the_sender() {
        let (tap, pending) = pending();
        let mut slow = tap.sound.subscribe();
        let socket = MediaSocket::new(pending, "CA1").expect("a socket");
        let sent = u32::try_from(BUFFER_CHUNKS).expect("small") + 10;
        for n in 0..sent {
            socket.forward(&sound(n * 20));
        }
        assert_eq!(tap.chunks(), u64::from(sent));
        assert!(matches!(
            slow.try_recv(),
            Err(broadcast::error::TryRecvError::Lagged(10))
        ));
        assert_eq!(slow.try_recv().expect("a remaining chunk"), message(&sound(10 * 20)));
    }

    #[tokio::test]
    async fn no_listeners_resolves_when_the_last_listener_leaves() {
        let tap = AudioTap::new("call_1");
        tap.add_listener("ada");
        tap.add_listener("bob");
        tap.add_listener("ada");
        assert!(!tap.remove_listener("ada") && !tap.remove_listener("ada"));
        assert!(tap.remove_listener("bob"));
        tap.no_listeners().await;
    }
}
