//! Somebody who listens in through the service's own door: what they were told, and what they heard, as bytes and as words.

use crate::service::{Client, Socket};
use futures::StreamExt as _;
use sandbox::audio::{self, mulaw};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

/// How long sound may take to come; a debug build on a busy machine is slow.
const COMES_WITHIN: Duration = Duration::from_mins(1);
/// Silence, in mu-law.
const SILENCE: u8 = 0xff;
/// Bytes of mu-law in a millisecond.
const PER_MS: usize = 8;

/// Somebody who listens.
pub struct Ear {
    heard: Arc<Mutex<Heard>>,
    leave: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// What was heard, and told.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Mu-law: what came from the caller, and what the caller heard. What was lost is silence.
    pub tracks: [Vec<u8>; 2],
    /// Messages that are no sound.
    pub told: Vec<Value>,
    /// With which code the socket was closed, once it was.
    pub closed: Option<u16>,
    /// Pieces that did not come in their turn.
    pub gaps: usize,
}

impl Heard {
    fn takes(&mut self, piece: &[u8]) {
        let (head, sound) = piece.split_at(5);
        let at_ms = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let begins = usize::try_from(at_ms).expect("a small number") * PER_MS;
        let track = &mut self.tracks[usize::from(head[0])];
        if begins != track.len() {
            self.gaps += 1;
        }
        track.resize(begins, SILENCE);
        track.extend_from_slice(sound);
    }

    /// The sentences that were heard as a whole: what the caller said, or what they heard.
    #[must_use]
    pub fn sentences(&self, track: usize) -> Vec<String> {
        let heard = audio::listen(&mulaw::decode(&self.tracks[track]));
        let whole = heard.into_iter().filter(|utterance| utterance.whole);
        whole.map(|utterance| utterance.text).collect()
    }

    /// The kinds of what was told.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        self.told.iter().filter_map(|told| told["type"].as_str()).collect()
    }
}

impl Ear {
    /// Listens to a call.
    ///
    /// # Errors
    /// The HTTP status with which the service refuses it.
    pub async fn open(client: &Client, call: &str) -> Result<Self, u16> {
        let socket = client.socket(&format!("/api/active-calls/{call}/sound"), &[]).await?;
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (leave, left) = oneshot::channel();
        let task = tokio::spawn(follow(socket, heard.clone(), left));
        Ok(Self {
            heard,
            leave: Some(leave),
            task,
        })
    }

    /// What was heard so far.
    ///
    /// # Panics
    /// When it could not be taken in.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.heard.lock().expect("nobody panicked").clone()
    }

    /// Listens until this is so.
    ///
    /// # Panics
    /// When it does not become so.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Heard) -> bool) -> Heard {
        let deadline = Instant::now() + COMES_WITHIN;
        loop {
            let heard = self.heard();
            if wanted(&heard) {
                return heard;
            }
            assert!(
                Instant::now() < deadline,
                "{what}: told {:?}, closed {:?}, heard {} and {} bytes: {:?} {:?}",
                heard.told,
                heard.closed,
                heard.tracks[0].len(),
                heard.tracks[1].len(),
                heard.sentences(0),
                heard.sentences(1),
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Stops listening, as a page that is closed does.
    ///
    /// # Panics
    /// When it could not be taken in.
    pub async fn leave(mut self) -> Heard {
        if let Some(leave) = self.leave.take() {
            // Whoever has gone already need not be told.
            let _ = leave.send(());
        }
        (&mut self.task).await.expect("it listened");
        self.heard()
    }
}

async fn follow(mut socket: Socket, heard: Arc<Mutex<Heard>>, mut left: oneshot::Receiver<()>) {
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = &mut left => {
                let _ = socket.close(None).await;
                return;
            }
        };
        let mut heard = heard.lock().expect("nobody panicked");
        match message {
            Some(Ok(Message::Binary(piece))) => heard.takes(&piece),
            Some(Ok(Message::Text(text))) => {
                let told: Value = serde_json::from_str(&text).expect("JSON");
                if told["type"] == "begun" {
                    heard.tracks = Default::default();
                }
                heard.told.push(told);
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

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}
