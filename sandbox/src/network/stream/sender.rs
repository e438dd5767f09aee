//! Sends to the service: frames as time passes, and the leg's commands, each after the audio that precedes it.

use super::frames::{Frame, Frames};
use super::message::{About, CONNECTED, ToService};
use super::{CLOSE_TIMEOUT, lifecycle};
use crate::network::clock::RealTime;
use crate::network::switch::{StreamCommand, Switch};
use crate::network::webhook::Failure;
use crate::network::webhook_client::Socket;
use chrono::{DateTime, TimeDelta, Utc};
use futures::SinkExt as _;
use futures::stream::SplitSink;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

/// Maximum number of frames of a track per batch.
const MAX_FRAMES_PER_BATCH: u64 = 50;
/// Lag in frames above which the clock slows to real time.
const MAX_LAG_FRAMES: i64 = 50;
/// Limit for the service to take a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Polling interval, in real time, for a leg that has not caught up with the clock; and the limit of a send before the
/// clock slows.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

type Sink = SplitSink<Socket, Message>;

/// Why nothing can be sent.
enum Lost {
    /// The socket is closed or broken; the receiver knows the reason.
    Socket(String),
    /// The service takes no messages.
    Stuck,
}

/// The sending task of a stream.
pub(super) struct Sender {
    net: Arc<Switch>,
    about: About,
    sink: Sink,
    commands: mpsc::UnboundedReceiver<StreamCommand>,
    frames: Frames,
    /// Canceled when the socket has ended.
    closed: CancellationToken,
    sequence: u64,
    chunk: u64,
    /// Held while the service lags.
    held: Option<RealTime>,
}

impl Sender {
    pub(super) fn new(
        net: Arc<Switch>,
        about: About,
        sink: Sink,
        commands: mpsc::UnboundedReceiver<StreamCommand>,
        frames: Frames,
        closed: CancellationToken,
    ) -> Self {
        Self {
            net,
            about,
            sink,
            commands,
            frames,
            closed,
            sequence: 0,
            chunk: 0,
            held: None,
        }
    }

    /// Sends until the stream ends from either side.
    pub(super) async fn run(mut self, parameters: BTreeMap<String, String>) {
        let (net, closed) = (Arc::clone(&self.net), self.closed.clone());
        let outcome = tokio::select! {
            outcome = self.send_all(parameters) => outcome,
            () = closed.cancelled() => return,
            () = net.stop.cancelled() => return,
        };
        match outcome {
            Ok(()) => {
                // The service may answer with a close frame.
                let _ = timeout(CLOSE_TIMEOUT, closed.cancelled()).await;
            }
            Err(lost) => {
                let why = match lost {
                    Lost::Socket(_) if timeout(CLOSE_TIMEOUT, closed.cancelled()).await.is_ok() => return,
                    Lost::Socket(why) => why,
                    Lost::Stuck => "the service takes no messages".to_owned(),
                };
                let failure = Failure {
                    code: 31921,
                    message: format!("Stream - WebSocket - Close Error: {why}"),
                };
                lifecycle::fail(&net, &self.about.stream, &failure, net.clock.now());
            }
        }
        closed.cancel();
    }

    async fn send_all(&mut self, parameters: BTreeMap<String, String>) -> Result<(), Lost> {
        self.feed(Message::text(CONNECTED)).await?;
        let tracks = self.frames.tracks().to_vec();
        let start = self.next(&ToService::Start {
            tracks: &tracks,
            parameters: &parameters,
        });
        self.feed(start).await?;
        self.flush().await?;
        loop {
            let command = tokio::select! {
                biased;
                command = self.commands.recv() => command,
                settled = next_settled(&self.net, &mut self.frames) => {
                    self.frames_until(settled).await?;
                    continue;
                }
            };
            let Some(command) = command else { return Ok(()) };
            // A command was issued at the leg's current position; no audio is added before it. The frame in which the
            // stream stops is still sent, so that audio that ends there is not cut off.
            let ends_in = match command {
                StreamCommand::Stop { .. } => TimeDelta::milliseconds(20),
                _ => TimeDelta::zero(),
            };
            self.frames_until(command.at() + ends_in).await?;
            let message = match &command {
                StreamCommand::Dtmf { key, .. } => self.next(&ToService::Dtmf { key: *key }),
                StreamCommand::Mark { name, .. } => self.next(&ToService::Mark { name }),
                StreamCommand::Stop { .. } => self.next(&ToService::Stop),
            };
            // The service acts on it in real time.
            let _held = self.net.clock.hold();
            self.feed(message).await?;
            if matches!(command, StreamCommand::Stop { .. }) {
                let normally = CloseFrame {
                    code: CloseCode::Normal,
                    reason: "".into(),
                };
                self.feed(Message::Close(Some(normally))).await?;
                return self.flush().await;
            }
            self.flush().await?;
        }
    }

    async fn frames_until(&mut self, until: DateTime<Utc>) -> Result<(), Lost> {
        loop {
            let behind = self.net.clock.now() > self.frames.end_of(0) + TimeDelta::milliseconds(20 * MAX_LAG_FRAMES);
            if !behind {
                self.held = None;
            } else if self.held.is_none() {
                self.held = Some(self.net.clock.hold());
            }
            let frames = self.frames.take(&self.net, until, MAX_FRAMES_PER_BATCH);
            if frames.is_empty() {
                return Ok(());
            }
            for Frame {
                track,
                timestamp,
                sound,
            } in frames
            {
                self.chunk += 1;
                let frame = self.next(&ToService::Media {
                    track,
                    chunk: self.chunk,
                    timestamp,
                    sound: &sound,
                });
                self.feed(frame).await?;
            }
            self.flush().await?;
        }
    }

    fn next(&mut self, message: &ToService) -> Message {
        self.sequence += 1;
        Message::text(message.text(&self.about, self.sequence))
    }

    async fn feed(&mut self, message: Message) -> Result<(), Lost> {
        with_timeout(&self.net, self.sink.feed(message)).await
    }

    async fn flush(&mut self) -> Result<(), Lost> {
        with_timeout(&self.net, self.sink.flush()).await
    }
}

async fn with_timeout(net: &Switch, send: impl Future<Output = Result<(), Error>>) -> Result<(), Lost> {
    let mut send = pin!(send);
    let outcome = match timeout(POLL_INTERVAL, &mut send).await {
        Err(_elapsed) => {
            // A slow service must not fall behind a fast clock.
            let _held = net.clock.hold();
            timeout(SEND_TIMEOUT, send).await
        }
        sent => sent,
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Lost::Socket(error.to_string())),
        Err(_elapsed) => Err(Lost::Stuck),
    }
}

/// Waits for the next final frame. Returns the time up to which audio is final.
async fn next_settled(net: &Switch, frames: &mut Frames) -> DateTime<Utc> {
    let next = frames.end_of(1);
    net.clock.sleep_until(next).await;
    loop {
        let settled = frames.settled(net);
        if settled >= next {
            return settled;
        }
        sleep(POLL_INTERVAL).await;
    }
}
