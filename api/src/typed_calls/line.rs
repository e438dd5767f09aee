//! `GET /api/typed-calls/{call_id}/line`: a WebSocket between a person who types and their telephone.
//!
//! In: `{"say": "words"}`, `{"digits": "1#"}`, `{"hang_up": true}`. Out: everything that the person notices, from the
//! beginning of the call and on as it happens, each with `what` and mostly `at`; `ended` or `lost` is the last. Whoever
//! connects again is told everything again. Only the user who placed the call may: others would speak in their name.

use super::moments::{Noticed, read};
use super::{doors, refused};
use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::live::{CHECK, Closing, PATIENCE, PING, still_signed_in};
use crate::state::AppState;
use crate::web::PathOf;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use infra::twilio::sandbox::{Moment, SandboxError};
use serde::Serialize;

/// The longest message that a person may send.
const LONGEST_MESSAGE: usize = 16 * 1024;

/// Opens the line of a call for which this user types.
pub async fn line(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(call_id): PathOf<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    let sandbox = doors(&state, "the telephone itself is the line")?;
    if !is_call_sid(&call_id) {
        return Err(ApiError::NotFound("call"));
    }
    let typist = sandbox.typist(&call_id).await.map_err(refused)?;
    if typist.as_deref() != Some(signed_in.user.user_id.as_str()) {
        return Err(ApiError::NotFound("call"));
    }
    let story = sandbox.follow(&call_id).await.map_err(refused)?;
    Ok(upgrade
        .max_message_size(LONGEST_MESSAGE)
        .on_upgrade(async move |socket| {
            let line = Line {
                state,
                signed_in,
                call_id,
                socket,
            };
            line.run(story).await;
        }))
}

/// `CA` and 32 hexadecimal digits: it becomes part of an address.
fn is_call_sid(text: &str) -> bool {
    let digits = text.strip_prefix("CA").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

struct Line {
    state: AppState,
    signed_in: SignedIn,
    call_id: String,
    socket: WebSocket,
}

/// A moment as it is sent.
#[derive(Serialize)]
struct Sent {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(flatten)]
    noticed: Noticed,
}

/// Why the line ends.
enum End {
    /// Who typed went, or the connection broke.
    Gone,
    /// The call is over, or is not known any more: nothing comes after what was told last.
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
    async fn run(mut self, story: BoxStream<'static, Result<Moment, SandboxError>>) {
        let closing = match self.follow(story).await {
            End::Gone => return,
            End::Over => Closing(close_code::NORMAL, ""),
            End::Closed(closing) => closing,
        };
        // Whoever is gone already does not mind.
        let _ = self.put(closing.message()).await;
    }

    async fn follow(&mut self, mut story: BoxStream<'static, Result<Moment, SandboxError>>) -> End {
        let mut ping = tokio::time::interval(PING);
        let mut check = tokio::time::interval(CHECK);
        check.reset();
        let drain = self.state.drain.clone();
        loop {
            let done = tokio::select! {
                () = drain.closing() => Err(Closing::RESTART.into()),
                moment = story.next() => self.tell(moment).await,
                said = self.socket.recv() => match said {
                    Some(Ok(Message::Text(text))) => self.does(&text).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
                    // Pings are answered by the library.
                    Some(Ok(_)) => Ok(()),
                },
                _ = ping.tick() => self.put(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.state, &self.signed_in).await.map_err(End::from),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn tell(&mut self, moment: Option<Result<Moment, SandboxError>>) -> Result<(), End> {
        let Some(Ok(Moment { at, told })) = moment else {
            self.send(None, Noticed::Lost).await?;
            return Err(End::Over);
        };
        let Some(noticed) = Noticed::of(told) else {
            return Ok(());
        };
        let is_last = matches!(noticed, Noticed::Ended { .. });
        self.send(at, noticed).await?;
        if is_last { Err(End::Over) } else { Ok(()) }
    }

    async fn does(&mut self, text: &str) -> Result<(), End> {
        let why = match read(text) {
            Ok(typed) => match self.state.sandbox_doors.type_for(&self.call_id, &typed).await {
                Ok(()) => return Ok(()),
                Err(SandboxError::Refused { why, .. }) => why,
                Err(error) => error.to_string(),
            },
            Err(why) => why,
        };
        self.send(None, Noticed::Refused { why }).await
    }

    async fn send(&mut self, at: Option<String>, noticed: Noticed) -> Result<(), End> {
        // Texts and words of our own always can be written.
        let sent = serde_json::to_string(&Sent { at, noticed }).map_err(|_| End::Over)?;
        self.put(Message::Text(sent.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        let sent = tokio::time::timeout(PATIENCE, self.socket.send(message)).await;
        sent.map_err(|_| End::Gone)?.map_err(|_| End::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::is_call_sid;

    #[test]
    fn a_call_sid_leads_nowhere_else() {
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
