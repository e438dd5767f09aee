//! `GET /api/active-calls/{id}/sound`: a WebSocket with the audio of a call, for a listener, while no team member has
//! the call.
//!
//! Binary messages are audio: one byte for the track (0: the caller; 1: what the caller hears), a big-endian u32 with
//! the time since the start of the stream in milliseconds, then mu-law (ITU-T G.711) at 8,000 samples a second; Twilio
//! sends 20 ms per message. Text messages are JSON: `{"type": "started"}` when audio starts and its time restarts at 0;
//! `{"type": "interrupted"}` when it broke off and is restarted; `{"type": "ended", "reason": ...}` at the end, with
//! the reason `taken_over`, `call_ended`, `left` or `unavailable`. A slow listener loses the oldest audio, which shows
//! in the times.
//!
//! The listener must have joined with `POST .../monitor` before, which records it.

use super::ensure_may_handle;
use crate::auth::SignedIn;
use crate::auth::session::Authentication;
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::live::{Closing, PING_INTERVAL, SEND_TIMEOUT, SESSION_CHECK_INTERVAL, read, still_signed_in};
use crate::web::PathOf;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use domain::call::Call;
use engine::SharedEngine;
use engine::audio_tap::{Listener, Stage};
use engine::listening::{self, ListeningEnd, audible_leg, listening_end};
use infra::event_store::Recorded;
use infra::ledger::Subscription;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Maximum size of a message from the listener, in bytes; listeners send nothing but control frames.
const MAX_MESSAGE_BYTES: usize = 1024;

/// Streams the audio of an active call while no team member has it.
#[utoipa::path(
    get, path = "/api/active-calls/{id}/sound", tag = "live", params(("id" = String, Path)),
    responses(
        (status = SWITCHING_PROTOCOLS, description = "Binary messages: a byte for the track (0 caller, 1 what the caller \
            hears), a big-endian u32 of milliseconds, mu-law at 8 kHz. Text messages: `{\"type\": \"started\"}`, \
            `{\"type\": \"interrupted\"}`, `{\"type\": \"ended\", \"reason\": \"taken_over\" | \"call_ended\" | \"left\" | \
            \"unavailable\"}`."),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, a team member has it, or this user has not joined as a listener."),
        (status = TOO_MANY_REQUESTS, body = Problem, description = "The user has too many open sockets"),
    )
)]
pub async fn sound(
    State(engine): State<SharedEngine>,
    State(authentication): State<Authentication>,
    State(limits): State<Arc<Limits>>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // Read before the call's state, so that no later event is missed.
    let head = engine.ledger.head().await?;
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let known = engine.ledger.state::<Call>(&id).await?;
    let (call, _) = known.ok_or(ApiError::NotFound("call"))?;
    audible_leg(&call)?;
    if !call.is_listener(&signed_in.user.user_id) {
        let reason = "join as a listener first: POST /api/active-calls/{id}/monitor";
        return Err(ApiError::Conflict(reason.to_owned()));
    }
    let upgrade = upgrade
        .map_err(|_| ApiError::Malformed("this endpoint is a WebSocket: an upgrade is required".into(), vec![]))?;
    let open = limits.open_socket(&signed_in.user.user_id)?;
    // The listener counts from here on, so that closing another socket of the same user at this moment does not record
    // a `ListenerLeft`.
    let (open_socket, listener) = (
        engine.audio_taps.track_socket(),
        listening::listen(&engine, &id, &signed_in.user.user_id),
    );
    Ok(upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| async move {
            let _open = (open, open_socket);
            let listener_socket = ListenerSocket {
                listener,
                log: engine.ledger.subscribe(head),
                engine,
                authentication,
                signed_in,
                call_id: id,
                socket,
                has_started: false,
            };
            listener_socket.run().await;
        }))
}

struct ListenerSocket {
    listener: Listener,
    log: Subscription,
    engine: SharedEngine,
    authentication: Authentication,
    signed_in: SignedIn,
    call_id: String,
    socket: WebSocket,
    /// Whether any audio was sent.
    has_started: bool,
}

/// Why the socket ends.
enum End {
    /// The listener disconnected, or the connection broke.
    Disconnected,
    /// The socket is closed with a code.
    Closed(Closing),
    /// Listening is over.
    Over(Ending),
}

/// Why listening is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// As the log says.
    Recorded(ListeningEnd),
    /// The media stream failed.
    Unavailable,
}

impl Ending {
    /// The `reason` in the `ended` message.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded(ListeningEnd::TakenOver) => "taken_over",
            Self::Recorded(ListeningEnd::CallEnded) => "call_ended",
            Self::Recorded(ListeningEnd::Left) => "left",
            Self::Unavailable => "unavailable",
        }
    }
}

impl End {
    /// Whether the log already has the reason. It does not when only the socket ends: it broke, the session ended, the
    /// listener is too slow, the service stops, or the stream failed. A listener that reconnects must join again.
    const fn is_recorded(&self) -> bool {
        matches!(self, Self::Over(Ending::Recorded(_)))
    }
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closed(closing)
    }
}

impl ListenerSocket {
    async fn run(mut self) {
        let end = self.follow().await;
        // Recorded first: closing the socket may take long if the listener is slow.
        if !end.is_recorded() {
            self.leave().await;
        }
        let closing = match end {
            End::Disconnected => return,
            End::Closed(closing) => closing,
            End::Over(reason) => {
                let message = json!({ "type": "ended", "reason": reason.as_str() });
                if self.send(Message::Text(message.to_string().into())).await.is_err() {
                    return;
                }
                Closing(close_code::NORMAL, "listening is over")
            }
        };
        let _ = self.send(closing.message()).await;
    }

    async fn follow(&mut self) -> End {
        let drain = self.engine.drain.clone();
        let mut ping = tokio::time::interval(PING_INTERVAL);
        let mut check = tokio::time::interval(SESSION_CHECK_INTERVAL);
        check.reset();
        // The stream may already run for another listener.
        self.listener.stage.mark_changed();
        loop {
            let done = tokio::select! {
                () = drain.closing() => Err(Closing::RESTART.into()),
                ready = self.log.ready() => match read(&mut self.log, ready, &self.engine.ledger).await {
                    Ok(events) => self.check_end(&events).await,
                    Err(_) => Err(Closing::resume("ledger unavailable: reconnect").into()),
                },
                // `self` keeps the tap alive, so this channel does not close.
                _ = self.listener.stage.changed() => self.send_stage().await,
                chunk = self.listener.sound.recv() => self.send_audio(chunk).await,
                _ = ping.tick() => self.send(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.authentication, &self.signed_in).await.map_err(End::from),
                received = self.socket.recv() => match received {
                    // Other messages are ignored; the library answers pings.
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Disconnected),
                    Some(Ok(_)) => Ok(()),
                },
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Sends a change of the audio's state.
    async fn send_stage(&mut self) -> Result<(), End> {
        let stage = *self.listener.stage.borrow_and_update();
        match stage {
            Stage::Streaming => {
                self.has_started = true;
                self.send_type("started").await
            }
            Stage::Silent if self.has_started => self.send_type("interrupted").await,
            Stage::Silent => Ok(()),
            Stage::Failed => Err(End::Over(Ending::Unavailable)),
        }
    }

    async fn send_audio(&mut self, chunk: Result<Bytes, RecvError>) -> Result<(), End> {
        match chunk {
            Ok(chunk) => {
                // `started` must precede the first audio.
                if self.listener.stage.has_changed().unwrap_or(false) {
                    self.send_stage().await?;
                }
                self.send(Message::Binary(chunk)).await
            }
            Err(RecvError::Lagged(lost)) => {
                metrics::counter!("sound_pieces_dropped_total").increment(lost);
                Ok(())
            }
            Err(RecvError::Closed) => Err(End::Over(Ending::Unavailable)),
        }
    }

    /// Checks whether listening is over after these events.
    async fn check_end(&mut self, events: &[Arc<Recorded>]) -> Result<(), End> {
        let is_ours =
            |event: &Arc<Recorded>| event.stream.aggregate_type == "call" && event.stream.aggregate_id == self.call_id;
        if !events.iter().any(is_ours) {
            return Ok(());
        }
        let unavailable = Closing::resume("ledger unavailable: reconnect");
        let known = self.engine.ledger.state::<Call>(&self.call_id).await;
        let Some((call, _)) = known.map_err(|_| unavailable)? else {
            return Ok(());
        };
        match listening_end(&call, &self.signed_in.user.user_id) {
            Some(end) => Err(End::Over(Ending::Recorded(end))),
            None => Ok(()),
        }
    }

    /// Records that the listener left, unless the user also listens by telephone or through another socket.
    async fn leave(&mut self) {
        let has_other_socket = self.listener.leave();
        if has_other_socket {
            return;
        }
        let metadata = self.signed_in.metadata("GET /api/active-calls/{id}/sound", None);
        let left = listening::leave(&self.engine, &self.call_id, self.signed_in.by(), metadata);
        if let Err(error) = left.await {
            tracing::warn!(call_id = self.call_id, %error, "listener leave not recorded");
        }
    }

    async fn send_type(&mut self, message_type: &str) -> Result<(), End> {
        self.send(Message::Text(json!({ "type": message_type }).to_string().into()))
            .await
    }

    /// Sends a message, up to [`SEND_TIMEOUT`].
    async fn send(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Disconnected),
            Err(_elapsed) => Err(Closing::resume("too slow: reconnect").into()),
        }
    }
}
