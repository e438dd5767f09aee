//! Receives the service's messages, and detects the end of the socket. Invalid messages are reported once
//! (<https://www.twilio.com/docs/api/errors/31951>) and otherwise ignored; a violation of the WebSocket protocol ends
//! the stream (<https://www.twilio.com/docs/api/errors/31924>).

use super::{CLOSE_TIMEOUT, lifecycle, message};
use crate::network::clock::RealTime;
use crate::network::switch::{Control, ServiceMessage, Switch};
use crate::network::webhook::Failure;
use crate::network::webhook_client::Socket;
use futures::StreamExt as _;
use futures::stream::SplitStream;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

/// After an audio message the clock runs in real time for this long, because a service sends speech in pieces in real
/// time.
const PIECE_TIMEOUT: Duration = Duration::from_millis(300);

/// The receiving task of a stream.
pub(super) struct Receiver {
    pub net: Arc<Switch>,
    pub call_sid: String,
    pub stream_sid: String,
    pub is_bidirectional: bool,
    /// Canceled when the socket has ended.
    pub closed: CancellationToken,
}

/// Errors already reported; each is reported once.
#[derive(Default)]
struct Warned {
    malformed: bool,
    invalid: bool,
}

/// Receives until the socket has ended.
pub(super) async fn run(receiver: Receiver, mut source: SplitStream<Socket>) {
    let Receiver { net, closed, .. } = &receiver;
    let end = tokio::select! {
        end = receiver.receive(&mut source) => end,
        () = closed.cancelled() => None,
        () = net.stop.cancelled() => None,
    };
    closed.cancel();
    let now = net.clock.now();
    match end {
        None => lifecycle::end(net, &receiver.stream_sid, now),
        Some(failure) => lifecycle::fail(net, &receiver.stream_sid, &failure, now),
    }
    // The rest of the closing handshake.
    let rest = async { while source.next().await.is_some_and(|message| message.is_ok()) {} };
    tokio::select! {
        () = rest => {}
        () = sleep(CLOSE_TIMEOUT) => {}
        () = net.stop.cancelled() => {}
    }
}

impl Receiver {
    /// Receives messages until the end. Returns a failure unless the end was normal.
    async fn receive(&self, source: &mut SplitStream<Socket>) -> Option<Failure> {
        let mut warned = Warned::default();
        let mut pieces: Option<(RealTime, Instant)> = None;
        loop {
            let until = pieces.as_ref().map(|(_, until)| *until);
            let message = tokio::select! {
                message = source.next() => message,
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    pieces = None;
                    continue;
                }
            };
            match message {
                Some(Ok(Message::Text(text))) => {
                    // Gives the service time to continue.
                    let real_time = self.net.clock.hold();
                    if self.handle(&text, &mut warned) {
                        pieces = Some((real_time, Instant::now() + PIECE_TIMEOUT));
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    let message = "Stream - Protocol - Malformed Message: binary message".to_owned();
                    self.warn(&mut warned.malformed, 31950, message);
                }
                Some(Ok(Message::Close(frame))) => {
                    return closed_by_service(frame.map_or(CloseCode::Status, |frame| frame.code));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Some(lost(Some(&error))),
                None => return Some(lost(None)),
            }
        }
    }

    /// Passes a message to the leg. Returns whether it is audio, which more audio may follow.
    fn handle(&self, text: &str, warned: &mut Warned) -> bool {
        let parsed = match message::read(text, &self.stream_sid) {
            Ok(_) if !self.is_bidirectional => Err("the stream is unidirectional".to_owned()),
            message => message.map_err(|invalid| invalid.to_string()),
        };
        match parsed {
            Ok(message) => {
                let is_piece = matches!(message, ServiceMessage::Media(_));
                let message = Some(message);
                let (net, stream) = (&self.net, self.stream_sid.clone());
                if let Some(call) = net.state().call(&self.call_sid) {
                    call.send(Control::Stream { stream, message });
                }
                is_piece
            }
            Err(why) => {
                let message = format!("Stream - Protocol - Invalid Message: {why}");
                self.warn(&mut warned.invalid, 31951, message);
                false
            }
        }
    }

    fn warn(&self, warned: &mut bool, code: u32, message: String) {
        if !std::mem::replace(warned, true) {
            let now = self.net.clock.now();
            lifecycle::log_error(&self.net, &self.call_sid, &Failure { code, message }, now);
        }
    }
}

/// A close frame of the service. Without a code it is [`CloseCode::Status`] (RFC 6455, 7.1.5).
fn closed_by_service(code: CloseCode) -> Option<Failure> {
    match code {
        CloseCode::Normal | CloseCode::Away | CloseCode::Status => None,
        code => Some(close_error(&format!(
            "the service closed the connection with {}",
            u16::from(code)
        ))),
    }
}

/// The connection ended without a close frame.
fn lost(error: Option<&Error>) -> Failure {
    match error {
        None
        | Some(
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake),
        ) => close_error("the connection was lost"),
        Some(error) => Failure {
            code: 31924,
            message: format!("Stream - Websocket - Protocol Error: {error}"),
        },
    }
}

fn close_error(why: &str) -> Failure {
    Failure {
        code: 31921,
        message: format!("Stream - WebSocket - Close Error: {why}"),
    }
}
