//! `GET /api/active-calls/{id}/sound`: a WebSocket on which somebody who listens in hears a call that no person of ours has.
//!
//! Binary messages are sound: one byte for the track (0: the caller; 1: what the caller hears), four for when it begins, in
//! milliseconds from the beginning of the stream, big-endian, then mu-law (ITU-T G.711), one byte for each of 8,000 samples
//! a second; Twilio sends 20 ms at once. Text messages are JSON: `{"type": "begun"}` when sound comes, and its time begins at
//! 0 again; `{"type": "interrupted"}` when it broke off and is asked for anew; `{"type": "ended", "reason": ...}` at the end,
//! and why: `taken_over`, `call_ended`, `left`, `unavailable`. A listener who is slow loses the oldest sound: the times tell.
//!
//! Whoever listens said so before (`POST .../monitor`), so that it is in the log; here it is only heard.

use super::to_handle;
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::listening::{self, Listener, Stage, audible};
use crate::live::{CHECK, Closing, PATIENCE, PING, read, still_signed_in};
use crate::state::AppState;
use crate::web::PathOf;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use domain::call::{Call, CallCommand};
use infra::event_store::Recorded;
use infra::ledger::Subscription;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// The longest message that a listener may send: there is nothing to say.
const LONGEST_MESSAGE: usize = 1024;

/// Hears a call that goes on while no person of ours speaks in it.
#[utoipa::path(
    get, path = "/api/active-calls/{id}/sound", tag = "live", params(("id" = String, Path)),
    responses(
        (status = SWITCHING_PROTOCOLS, description = "Binary messages: a byte for the track (0 caller, 1 what the caller \
            hears), a big-endian u32 of milliseconds, mu-law at 8 kHz. Text messages: `{\"type\": \"begun\"}`, \
            `{\"type\": \"interrupted\"}`, `{\"type\": \"ended\", \"reason\": \"taken_over\" | \"call_ended\" | \"left\" | \
            \"unavailable\"}`."),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, a person speaks, or this user does not listen in."),
    )
)]
pub async fn sound(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // Before the call is looked at: what happens to it after that is heard.
    let head = state.ledger.head().await?;
    let call = to_handle(&state, &signed_in, &id).await?;
    audible(&call)?;
    if !may_hear(&call, &signed_in) {
        let first = "listen in first: POST /api/active-calls/{id}/monitor";
        return Err(ApiError::Conflict(first.to_owned()));
    }
    let upgrade = upgrade.map_err(|_| ApiError::Malformed("this is a WebSocket: ask for an upgrade".into(), vec![]))?;
    // They count as listening from now on: whoever closes another socket of theirs at this moment has not left.
    let (door, listener) = (
        state.listening.door(),
        listening::listen(&state, &id, &signed_in.user.user_id),
    );
    Ok(upgrade
        .max_message_size(LONGEST_MESSAGE)
        .on_upgrade(move |socket| async move {
            let _door = door;
            let ear = Ear {
                listener,
                log: state.ledger.subscribe(head),
                state,
                signed_in,
                call_id: id,
                socket,
                has_begun: false,
            };
            ear.run().await;
        }))
}

/// Whether this user listens in, or is about to take over.
fn may_hear(call: &Call, signed_in: &SignedIn) -> bool {
    let me = &signed_in.user.user_id;
    call.people.listeners.contains(me) || call.people.takeover_accepted.contains_key(me)
}

/// Somebody who listens.
struct Ear {
    listener: Listener,
    log: Subscription,
    state: AppState,
    signed_in: SignedIn,
    call_id: String,
    socket: WebSocket,
    /// Whether sound came at all.
    has_begun: bool,
}

/// Why it ends.
enum End {
    /// The listener went, or the connection broke.
    Gone,
    /// The socket is closed with a code.
    Closed(Closing),
    /// There is nothing more to hear.
    Over(Ending),
}

/// Why there is nothing more to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// A person of ours speaks: that is heard by telephone.
    TakenOver,
    /// The call is over.
    CallEnded,
    /// They said that they listen no more.
    Left,
    /// The telephone network brings no sound.
    Unavailable,
}

impl Ending {
    /// As the listener is told.
    const fn as_str(self) -> &'static str {
        match self {
            Self::TakenOver => "taken_over",
            Self::CallEnded => "call_ended",
            Self::Left => "left",
            Self::Unavailable => "unavailable",
        }
    }
}

impl End {
    /// Whether the log says already why they hear no more. It does not of a socket that ends for a reason of its own: it
    /// broke, they are signed out or too slow, the service stops, no sound comes. Should they come again, they say anew that
    /// they listen.
    const fn is_in_the_log(&self) -> bool {
        matches!(self, Self::Over(Ending::TakenOver | Ending::CallEnded | Ending::Left))
    }
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closed(closing)
    }
}

impl Ear {
    async fn run(mut self) {
        let end = self.follow().await;
        // First what others read: whoever is too slow to be told anything hears nothing any more all the same.
        if !end.is_in_the_log() {
            self.leave().await;
        }
        let closing = match end {
            End::Gone => return,
            End::Closed(closing) => closing,
            End::Over(reason) => {
                let told = json!({ "type": "ended", "reason": reason.as_str() });
                if self.put(Message::Text(told.to_string().into())).await.is_err() {
                    return;
                }
                Closing(close_code::NORMAL, "there is nothing more to hear")
            }
        };
        let _ = self.put(closing.message()).await;
    }

    async fn follow(&mut self) -> End {
        let drain = self.state.drain.clone();
        let mut ping = tokio::time::interval(PING);
        let mut check = tokio::time::interval(CHECK);
        check.reset();
        // Sound may come already, for another.
        self.listener.stage.mark_changed();
        loop {
            let done = tokio::select! {
                () = drain.closing() => Err(Closing::RESTART.into()),
                ready = self.log.ready() => match read(&mut self.log, ready).await {
                    Ok(events) => self.ends(&events).await,
                    Err(_) => Err(Closing::resume("the ledger cannot be read: come again").into()),
                },
                // The line is held: it does not close.
                _ = self.listener.stage.changed() => self.news().await,
                piece = self.listener.sound.recv() => self.piece(piece).await,
                _ = ping.tick() => self.put(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.state, &self.signed_in).await.map_err(End::from),
                said = self.socket.recv() => match said {
                    // Listeners have nothing to say; pongs are answered by the library.
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
                    Some(Ok(_)) => Ok(()),
                },
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Tells how far the sound has come.
    async fn news(&mut self) -> Result<(), End> {
        let stage = *self.listener.stage.borrow_and_update();
        match stage {
            Stage::Sounding => {
                self.has_begun = true;
                self.tell("begun").await
            }
            Stage::Silent if self.has_begun => self.tell("interrupted").await,
            Stage::Silent => Ok(()),
            Stage::Failed => Err(End::Over(Ending::Unavailable)),
        }
    }

    async fn piece(&mut self, piece: Result<Bytes, RecvError>) -> Result<(), End> {
        match piece {
            Ok(piece) => {
                // That sound comes is told before the first of it.
                if self.listener.stage.has_changed().unwrap_or(false) {
                    self.news().await?;
                }
                self.put(Message::Binary(piece)).await
            }
            Err(RecvError::Lagged(lost)) => {
                metrics::counter!("sound_pieces_dropped_total").increment(lost);
                Ok(())
            }
            Err(RecvError::Closed) => Err(End::Over(Ending::Unavailable)),
        }
    }

    /// Whether after these events there is nothing more to hear, and why.
    async fn ends(&mut self, events: &[Arc<Recorded>]) -> Result<(), End> {
        let is_ours =
            |event: &Arc<Recorded>| event.stream.aggregate_type == "call" && event.stream.aggregate_id == self.call_id;
        if !events.iter().any(is_ours) {
            return Ok(());
        }
        let away = Closing::resume("the ledger cannot be read: come again");
        let known = self.state.ledger.state::<Call>(&self.call_id).await;
        let Some((call, _)) = known.map_err(|_| away)? else {
            return Ok(());
        };
        if call.is_over() {
            Err(End::Over(Ending::CallEnded))
        } else if audible(&call).is_err() {
            Err(End::Over(Ending::TakenOver))
        } else if !may_hear(&call, &self.signed_in) {
            Err(End::Over(Ending::Left))
        } else {
            Ok(())
        }
    }

    /// Whoever hears no more here has left, unless they listen by telephone as well, or through another socket.
    async fn leave(&mut self) {
        let listens_on = self.listener.go();
        let user = self.signed_in.user.user_id.clone();
        let known = self.state.ledger.state::<Call>(&self.call_id).await;
        let is_only_ear = matches!(&known, Ok(Some((call, _))) if call.listens_out_of_reach(&user));
        if !is_only_ear || listens_on {
            return;
        }
        let at = self.state.clock.now();
        let metadata = self.signed_in.metadata("GET /api/active-calls/{id}/sound", None);
        let left = CallCommand::LeaveListener { at, user };
        if let Err(error) = self.state.ledger.execute::<Call>(&self.call_id, left, metadata).await {
            tracing::warn!(call_id = self.call_id, %error, "that a listener left is not recorded");
        }
    }

    async fn tell(&mut self, what: &str) -> Result<(), End> {
        self.put(Message::Text(json!({ "type": what }).to_string().into()))
            .await
    }

    /// Sends, unless the listener is too slow to take it.
    async fn put(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_elapsed) => Err(Closing::resume("too slow: come again").into()),
        }
    }
}
