//! Typing for somebody on a leg: over a WebSocket, or a line at a time.
//!
//! In: `{"say": "hello", "confidence": 0.9}`, `{"digits": "1#"}`, `{"hang_up": true}`. Out: every moment of the call, as
//! [`super::follow`] tells them.

use super::{Refusal, follow};
use crate::network::exchange::Exchange;
use crate::network::person::{Act, Action, Step};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn line(
    State(net): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    body: String,
) -> Result<StatusCode, Refusal> {
    type_line(&net, &sid, &body)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn socket(
    State(net): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    follow::since(&net, &sid, 0).ok_or_else(Refusal::no_call)?;
    Ok(upgrade.on_upgrade(async move |socket| converse(net, sid, socket).await))
}

async fn converse(net: Arc<Exchange>, sid: String, mut socket: WebSocket) {
    let mut changes = net.told.subscribe();
    let mut told = 0;
    loop {
        changes.borrow_and_update();
        let Some((lines, over)) = follow::since(&net, &sid, told) else {
            return;
        };
        told += lines.len();
        for line in lines {
            if socket.send(Message::Text(line.into())).await.is_err() {
                return;
            }
        }
        if over {
            // Whoever listens sees the end by the last line.
            let _ = socket.send(Message::Close(None)).await;
            return;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = net.stop.cancelled() => return,
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Err(Refusal(_, why)) = type_line(&net, &sid, &text) {
                        let refusal = serde_json::json!({ "what": "refused", "why": why }).to_string();
                        if socket.send(Message::Text(refusal.into())).await.is_err() {
                            return;
                        }
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// Does what a line says, at once.
fn type_line(net: &Exchange, sid: &str, line: &str) -> Result<(), Refusal> {
    let step: Step = serde_json::from_str(line).map_err(Refusal::bad)?;
    let (action, _) = step.read().map_err(Refusal::bad)?;
    let acts = match action {
        Action::Say(words, confidence) => vec![Act::Say { words, confidence }],
        Action::Press(keys) => keys.chars().map(Act::Press).collect(),
        Action::HangUp => vec![Act::HangUp],
        Action::Listen | Action::Wait(_) | Action::Silent(_) => {
            return Err(Refusal::bad("one types say, digits or hang_up"));
        }
    };
    let state = net.state();
    let call = state.call(sid).ok_or_else(Refusal::no_call)?;
    let Some(mouth) = &call.mouth else {
        return Err(Refusal(StatusCode::CONFLICT, "the call is over".to_owned()));
    };
    for act in acts {
        // A task that has just ended no longer listens.
        let _ = mouth.send(act);
    }
    Ok(())
}
