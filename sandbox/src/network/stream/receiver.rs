//! What comes from the service, and how the socket ends. A message that is none is told of once
//! (<https://www.twilio.com/docs/api/errors/31951>) and has no further consequence; a socket that breaks its own protocol
//! ends the stream (<https://www.twilio.com/docs/api/errors/31924>).

use super::message::{self, Said};
use super::{FAREWELL, life};
use crate::network::clock::Held;
use crate::network::courier::{Failure, Socket};
use crate::network::exchange::Exchange;
use crate::network::line::Control;
use futures::StreamExt as _;
use futures::stream::SplitStream;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

/// A service speaks piece by piece, in the world's time: for so long, the next one is waited for at the world's pace.
const BETWEEN_PIECES: Duration = Duration::from_millis(300);

/// The other direction of a stream.
pub(super) struct Receiver {
    pub net: Arc<Exchange>,
    pub call_sid: String,
    pub stream_sid: String,
    pub is_bidirectional: bool,
    /// To be cancelled when the socket has ended.
    pub gone: CancellationToken,
}

/// What was already told of, as each is told of once.
#[derive(Default)]
struct Warned {
    malformed: bool,
    invalid: bool,
}

/// Receives until the socket has ended.
pub(super) async fn run(receiver: Receiver, mut source: SplitStream<Socket>) {
    let Receiver { net, gone, .. } = &receiver;
    let end = tokio::select! {
        end = receiver.receives(&mut source) => end,
        () = gone.cancelled() => None,
        () = net.stop.cancelled() => None,
    };
    gone.cancel();
    let now = net.clock.now();
    match end {
        None => life::over(net, &receiver.stream_sid, now),
        Some(failure) => life::fail(net, &receiver.stream_sid, &failure, now),
    }
    // What is left of the closing handshake: nobody waits for it.
    let rest = async { while source.next().await.is_some_and(|message| message.is_ok()) {} };
    tokio::select! {
        () = rest => {}
        () = sleep(FAREWELL) => {}
        () = net.stop.cancelled() => {}
    }
}

impl Receiver {
    /// Until the end; an error if it is none that was wished for.
    async fn receives(&self, source: &mut SplitStream<Socket>) -> Option<Failure> {
        let mut warned = Warned::default();
        let mut pieces: Option<(Held, Instant)> = None;
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
                    // The service has said something: it is given a moment to go on.
                    let told = self.net.clock.hold();
                    if self.takes(&text, &mut warned) {
                        pieces = Some((told, Instant::now() + BETWEEN_PIECES));
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    let message = "Stream - Protocol - Malformed Message: it is binary".to_owned();
                    self.warn(&mut warned.malformed, 31950, message);
                }
                Some(Ok(Message::Close(frame))) => {
                    return farewell(frame.map_or(CloseCode::Status, |frame| frame.code));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Some(lost(Some(&error))),
                None => return Some(lost(None)),
            }
        }
    }

    /// Hands a message to the leg. Gives whether it is a piece of sound, after which another one may come soon.
    fn takes(&self, text: &str, warned: &mut Warned) -> bool {
        let said = match message::read(text, &self.stream_sid) {
            Ok(_) if !self.is_bidirectional => Err("the stream goes one way".to_owned()),
            said => said.map_err(|invalid| invalid.to_string()),
        };
        match said {
            Ok(said) => {
                let is_piece = matches!(said, Said::Media(_));
                let said = Some(said);
                let (net, stream) = (&self.net, self.stream_sid.clone());
                if let Some(call) = net.state().call(&self.call_sid) {
                    call.send(Control::Stream { stream, said });
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
            life::erred(&self.net, &self.call_sid, &Failure { code, message }, now);
        }
    }
}

/// The service closes the connection in due form; without a code that is [`CloseCode::Status`] (RFC 6455, 7.1.5).
fn farewell(code: CloseCode) -> Option<Failure> {
    match code {
        CloseCode::Normal | CloseCode::Away | CloseCode::Status => None,
        code => Some(closed(&format!(
            "the service closed the connection with {}",
            u16::from(code)
        ))),
    }
}

/// The connection ends without that.
fn lost(error: Option<&Error>) -> Failure {
    match error {
        None
        | Some(
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake),
        ) => closed("the connection was lost"),
        Some(error) => Failure {
            code: 31924,
            message: format!("Stream - Websocket - Protocol Error: {error}"),
        },
    }
}

fn closed(why: &str) -> Failure {
    Failure {
        code: 31921,
        message: format!("Stream - WebSocket - Close Error: {why}"),
    }
}
