//! `GET /api/text-calls/{call_id}/line`: a WebSocket between a user who types and their leg of the call.
//!
//! In: `{"say": "words"}`, `{"digits": "1#"}`, `{"hang_up": true}`. Out: what the person on the leg hears and does,
//! from the start of the call, each message with `what` and mostly `at`; `ended` or `lost` is the last. A new
//! connection receives everything again. Only the user who placed the call may connect: others would speak in their
//! name.

use super::line_event::{LineEvent, read};
use super::{TextCallResource, sandbox_error};
use crate::auth::session::Authentication;
use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::live::{Closing, PING_INTERVAL, SEND_TIMEOUT, SESSION_CHECK_INTERVAL, still_signed_in};
use crate::web::PathOf;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use engine::drain::Drain;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use infra::twilio::sandbox::{LineRecord, SandboxControl, SandboxError};
use serde::Serialize;
use std::sync::Arc;

/// Maximum size of a message from the user, in bytes.
const MAX_MESSAGE_BYTES: usize = 16 * 1024;

/// Opens the line of a text call that this user placed.
pub async fn line(
    State(text_calls): State<TextCallResource>,
    State(authentication): State<Authentication>,
    State(drain): State<Drain>,
    State(limits): State<Arc<Limits>>,
    signed_in: SignedIn,
    PathOf(call_id): PathOf<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    let sandbox = text_calls.require_sandbox("speak through the telephone")?.clone();
    if !is_call_sid(&call_id) {
        return Err(ApiError::NotFound("call"));
    }
    let typist = sandbox.typist(&call_id).await.map_err(sandbox_error)?;
    if typist.as_deref() != Some(signed_in.user.user_id.as_str()) {
        return Err(ApiError::NotFound("call"));
    }
    let events = sandbox.follow(&call_id).await.map_err(sandbox_error)?;
    let open = limits.open_socket(&signed_in.user.user_id)?;
    Ok(upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .on_upgrade(async move |socket| {
            let _open = open;
            let line = Line {
                sandbox,
                authentication,
                drain,
                signed_in,
                call_id,
                socket,
            };
            line.run(events).await;
        }))
}

/// Whether the text is `CA` and 32 hexadecimal digits. It becomes part of a URL.
fn is_call_sid(text: &str) -> bool {
    let digits = text.strip_prefix("CA").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

struct Line {
    sandbox: SandboxControl,
    authentication: Authentication,
    drain: Drain,
    signed_in: SignedIn,
    call_id: String,
    socket: WebSocket,
}

/// An event as it is sent.
#[derive(Serialize)]
struct LineMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(flatten)]
    event: LineEvent,
}

/// Why the line ends.
enum End {
    /// The user disconnected, or the connection broke.
    Disconnected,
    /// The call has ended or is unknown, and the last event was sent.
    Over,
    /// The socket is closed with a code.
    Closed(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closed(closing)
    }
}

impl Line {
    async fn run(mut self, events: BoxStream<'static, Result<LineRecord, SandboxError>>) {
        let closing = match self.follow(events).await {
            End::Disconnected => return,
            End::Over => Closing(close_code::NORMAL, ""),
            End::Closed(closing) => closing,
        };
        // The user may have disconnected already.
        let _ = self.send_message(closing.message()).await;
    }

    async fn follow(&mut self, mut events: BoxStream<'static, Result<LineRecord, SandboxError>>) -> End {
        let mut ping = tokio::time::interval(PING_INTERVAL);
        let mut check = tokio::time::interval(SESSION_CHECK_INTERVAL);
        check.reset();
        let drain = self.drain.clone();
        loop {
            let done = tokio::select! {
                () = drain.closing() => Err(Closing::RESTART.into()),
                record = events.next() => self.send_record(record).await,
                received = self.socket.recv() => match received {
                    Some(Ok(Message::Text(text))) => self.perform(&text).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Disconnected),
                    // The library answers pings.
                    Some(Ok(_)) => Ok(()),
                },
                _ = ping.tick() => self.send_message(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.authentication, &self.signed_in).await.map_err(End::from),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn send_record(&mut self, record: Option<Result<LineRecord, SandboxError>>) -> Result<(), End> {
        let Some(Ok(LineRecord { at, content })) = record else {
            self.send(None, LineEvent::Lost).await?;
            return Err(End::Over);
        };
        let Some(event) = LineEvent::of(content) else {
            return Ok(());
        };
        let is_last = matches!(event, LineEvent::Ended { .. });
        self.send(at, event).await?;
        if is_last { Err(End::Over) } else { Ok(()) }
    }

    async fn perform(&mut self, text: &str) -> Result<(), End> {
        let why = match read(text) {
            Ok(typed) => match self.sandbox.type_for(&self.call_id, &typed).await {
                Ok(()) => return Ok(()),
                Err(SandboxError::Refused { why, .. }) => why,
                Err(error) => error.to_string(),
            },
            Err(why) => why,
        };
        self.send(None, LineEvent::Refused { why }).await
    }

    async fn send(&mut self, at: Option<String>, event: LineEvent) -> Result<(), End> {
        // Strings always serialize.
        let sent = serde_json::to_string(&LineMessage { at, event }).map_err(|_| End::Over)?;
        self.send_message(Message::Text(sent.into())).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        let sent = tokio::time::timeout(SEND_TIMEOUT, self.socket.send(message)).await;
        sent.map_err(|_| End::Disconnected)?.map_err(|_| End::Disconnected)
    }
}

#[cfg(test)]
mod tests {
    use super::is_call_sid;

    #[test]
    fn only_well_formed_call_sids_are_accepted() {
        assert!(is_call_sid(&format!("CA{}", "0a".repeat(16))));
        for text in [
            "",
            "CA",
            "CA/../parties",
            &"0".repeat(34),
            &format!("CA{}", "g".repeat(32)),
        ] {
            assert!(!is_call_sid(text), "{text}");
        }
    }
}
