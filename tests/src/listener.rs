//! A listener connected to the service's audio WebSocket: the messages and the audio it received, as bytes and as
//! words.

use crate::service::{Client, Socket};
use audio::mulaw;
use futures::StreamExt as _;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

/// Time for audio to arrive from a debug build on a busy machine.
const RECEIVE_TIMEOUT: Duration = Duration::from_mins(1);
/// Mu-law silence.
const SILENCE: u8 = 0xff;
/// Mu-law at 8 kHz.
const BYTES_PER_MS: usize = 8;

/// A connection to `/api/active-calls/{id}/sound`.
pub struct ListenerSocket {
    heard: Arc<Mutex<ReceivedAudio>>,
    leave: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// What the connection received.
#[derive(Clone, Debug, Default)]
pub struct ReceivedAudio {
    /// Mu-law: the caller's track, and the track played to the caller. Lost audio is silence.
    pub tracks: [Vec<u8>; 2],
    /// Text messages.
    pub messages: Vec<Value>,
    /// Close code; absent while the socket is open.
    pub closed: Option<u16>,
    /// Number of gaps in the audio.
    pub gaps: usize,
}

impl ReceivedAudio {
    fn append_audio(&mut self, piece: &[u8]) {
        let (head, sound) = piece.split_at(5);
        let at_ms = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let start = usize::try_from(at_ms).expect("it fits") * BYTES_PER_MS;
        let track = &mut self.tracks[usize::from(head[0])];
        if start != track.len() {
            self.gaps += 1;
        }
        track.resize(start, SILENCE);
        track.extend_from_slice(sound);
    }

    /// The completely received sentences of a track.
    #[must_use]
    pub fn sentences(&self, track: usize) -> Vec<String> {
        let heard = audio::decode_speech(&mulaw::decode(&self.tracks[track]));
        let whole = heard.into_iter().filter(|utterance| utterance.whole);
        whole.map(|utterance| utterance.text).collect()
    }

    /// The types of the text messages.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        self.messages
            .iter()
            .filter_map(|message| message["type"].as_str())
            .collect()
    }
}

impl ListenerSocket {
    /// Connects to a call's audio.
    ///
    /// # Errors
    /// The HTTP status of the refusal.
    pub async fn open(client: &Client, call: &str) -> Result<Self, u16> {
        let socket = client.socket(&format!("/api/active-calls/{call}/sound"), &[]).await?;
        let heard = Arc::new(Mutex::new(ReceivedAudio::default()));
        let (leave, left) = oneshot::channel();
        let task = tokio::spawn(receive(socket, heard.clone(), left));
        Ok(Self {
            heard,
            leave: Some(leave),
            task,
        })
    }

    /// Everything received so far.
    ///
    /// # Panics
    /// If the receiving task panicked.
    #[must_use]
    pub fn heard(&self) -> ReceivedAudio {
        self.heard.lock().expect("no receiver panicked").clone()
    }

    /// Waits until the condition holds.
    ///
    /// # Panics
    /// On timeout.
    pub async fn until(&self, what: &str, condition: impl Fn(&ReceivedAudio) -> bool) -> ReceivedAudio {
        let deadline = Instant::now() + RECEIVE_TIMEOUT;
        loop {
            let heard = self.heard();
            if condition(&heard) {
                return heard;
            }
            assert!(
                Instant::now() < deadline,
                "timeout: {what}; messages {:?}, closed {:?}, {} and {} bytes: {:?} {:?}",
                heard.messages,
                heard.closed,
                heard.tracks[0].len(),
                heard.tracks[1].len(),
                heard.sentences(0),
                heard.sentences(1),
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Closes the connection, as a closed page does.
    ///
    /// # Panics
    /// If the receiving task panicked.
    pub async fn leave(mut self) -> ReceivedAudio {
        if let Some(leave) = self.leave.take() {
            // Fails if the receiver has already ended.
            let _ = leave.send(());
        }
        (&mut self.task).await.expect("the receiver did not panic");
        self.heard()
    }
}

async fn receive(mut socket: Socket, heard: Arc<Mutex<ReceivedAudio>>, mut left: oneshot::Receiver<()>) {
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = &mut left => {
                let _ = socket.close(None).await;
                return;
            }
        };
        let mut heard = heard.lock().expect("no receiver panicked");
        match message {
            Some(Ok(Message::Binary(piece))) => heard.append_audio(&piece),
            Some(Ok(Message::Text(text))) => {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if message["type"] == "started" {
                    heard.tracks = Default::default();
                }
                heard.messages.push(message);
            }
            Some(Ok(Message::Close(frame))) => heard.closed = Some(frame.map_or(1005, |frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => {
                heard.closed.get_or_insert(1006);
                return;
            }
        }
    }
}

impl Drop for ListenerSocket {
    fn drop(&mut self) {
        self.task.abort();
    }
}
