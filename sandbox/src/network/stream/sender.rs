//! What goes to the service: the frames as time passes, and between them what the leg orders, each after the sound that
//! was heard before it.

use super::frames::{Frame, Frames};
use super::message::{About, CONNECTED, ToService};
use super::{FAREWELL, Order, life};
use crate::network::clock::Held;
use crate::network::courier::{Failure, Socket};
use crate::network::exchange::Exchange;
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

/// Frames of a track that are handed on at once.
const AT_ONCE: u64 = 50;
/// So many frames behind, the clock is slowed down.
const BEHIND: i64 = 50;
/// How long a service may take nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// A leg that is not where the clock is gets there within moments of the world.
const MOMENT: Duration = Duration::from_millis(1);

type Sink = SplitSink<Socket, Message>;

/// Why nothing can be sent.
enum Lost {
    /// The socket is closed or broken; who reads from it knows more.
    Socket(String),
    /// The service takes nothing.
    Stuck,
}

/// One direction of a stream.
pub(super) struct Sender {
    net: Arc<Exchange>,
    about: About,
    sink: Sink,
    orders: mpsc::UnboundedReceiver<Order>,
    frames: Frames,
    /// The socket has ended from the other end.
    gone: CancellationToken,
    sequence: u64,
    chunk: u64,
    /// While it lags behind.
    held: Option<Held>,
}

impl Sender {
    pub(super) fn new(
        net: Arc<Exchange>,
        about: About,
        sink: Sink,
        orders: mpsc::UnboundedReceiver<Order>,
        frames: Frames,
        gone: CancellationToken,
    ) -> Self {
        Self {
            net,
            about,
            sink,
            orders,
            frames,
            gone,
            sequence: 0,
            chunk: 0,
            held: None,
        }
    }

    /// Sends until the stream is over, from this end or the other.
    pub(super) async fn run(mut self, parameters: BTreeMap<String, String>) {
        let (net, gone) = (Arc::clone(&self.net), self.gone.clone());
        let outcome = tokio::select! {
            outcome = self.sends(parameters) => outcome,
            () = gone.cancelled() => return,
            () = net.stop.cancelled() => return,
        };
        match outcome {
            Ok(()) => {
                // The service says its farewell in return; it need not.
                let _ = timeout(FAREWELL, gone.cancelled()).await;
            }
            Err(lost) => {
                let why = match lost {
                    Lost::Socket(_) if timeout(FAREWELL, gone.cancelled()).await.is_ok() => return,
                    Lost::Socket(why) => why,
                    Lost::Stuck => "the service takes no messages".to_owned(),
                };
                let failure = Failure {
                    code: 31921,
                    message: format!("Stream - WebSocket - Close Error: {why}"),
                };
                life::fail(&net, &self.about.stream, &failure, net.clock.now());
            }
        }
        gone.cancel();
    }

    async fn sends(&mut self, parameters: BTreeMap<String, String>) -> Result<(), Lost> {
        self.feed(Message::text(CONNECTED)).await?;
        let tracks = self.frames.tracks().to_vec();
        let start = self.next(&ToService::Start {
            tracks: &tracks,
            parameters: &parameters,
        });
        self.feed(start).await?;
        self.flush().await?;
        loop {
            let order = tokio::select! {
                biased;
                order = self.orders.recv() => order,
                settled = due(&self.net, &mut self.frames) => {
                    self.frames_until(settled).await?;
                    continue;
                }
            };
            let Some(order) = order else { return Ok(()) };
            // What the leg has ordered, it ordered at its present: nothing is laid before that. The frame in which the
            // stream is stopped is still sent, so that what ends with it does not end abruptly.
            let ends_in = match order {
                Order::Stop { .. } => TimeDelta::milliseconds(20),
                _ => TimeDelta::zero(),
            };
            self.frames_until(order.at() + ends_in).await?;
            let message = match &order {
                Order::Dtmf { key, .. } => self.next(&ToService::Dtmf { key: *key }),
                Order::Mark { name, .. } => self.next(&ToService::Mark { name }),
                Order::Stop { .. } => self.next(&ToService::Stop),
            };
            // The service acts on it in its own time.
            let _told = self.net.clock.hold();
            self.feed(message).await?;
            if matches!(order, Order::Stop { .. }) {
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
            let behind = self.net.clock.now() > self.frames.end_of(0) + TimeDelta::milliseconds(20 * BEHIND);
            if !behind {
                self.held = None;
            } else if self.held.is_none() {
                self.held = Some(self.net.clock.hold());
            }
            let frames = self.frames.take(&self.net, until, AT_ONCE);
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
        in_time(&self.net, self.sink.feed(message)).await
    }

    async fn flush(&mut self) -> Result<(), Lost> {
        in_time(&self.net, self.sink.flush()).await
    }
}

async fn in_time(net: &Exchange, sends: impl Future<Output = Result<(), Error>>) -> Result<(), Lost> {
    let mut sends = pin!(sends);
    let outcome = match timeout(MOMENT, &mut sends).await {
        Err(_elapsed) => {
            // Whoever takes nothing is not to be left behind by a fast clock.
            let _held = net.clock.hold();
            timeout(PATIENCE, sends).await
        }
        sent => sent,
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Lost::Socket(error.to_string())),
        Err(_elapsed) => Err(Lost::Stuck),
    }
}

/// Returns when another frame is over and settled, with how far that goes.
async fn due(net: &Exchange, frames: &mut Frames) -> DateTime<Utc> {
    let next = frames.end_of(1);
    net.clock.sleep_until(next).await;
    loop {
        let settled = frames.settled(net);
        if settled >= next {
            return settled;
        }
        sleep(MOMENT).await;
    }
}
