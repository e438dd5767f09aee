//! Typed input of a party: over a WebSocket, or one line per request.
//!
//! Input: `{"say": "hello", "confidence": 0.9}`, `{"digits": "1#"}`, `{"hang_up": true}`. Output: every event of the
//! call, in the format of [`super::follow`].

use super::{Refusal, follow};
use crate::network::party::{PartyAction, Step, StepAction};
use crate::network::switch::Switch;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn line(
    State(net): State<Arc<Switch>>,
    Path(sid): Path<String>,
    body: String,
) -> Result<StatusCode, Refusal> {
    type_line(&net, &sid, &body)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn socket(
    State(net): State<Arc<Switch>>,
    Path(sid): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    follow::since(&net, &sid, 0).ok_or_else(Refusal::no_call)?;
    Ok(upgrade.on_upgrade(async move |socket| converse(net, sid, socket).await))
}

async fn converse(net: Arc<Switch>, sid: String, mut socket: WebSocket) {
    let mut changes = net.changes.subscribe();
    let mut sent = 0;
    loop {
        changes.borrow_and_update();
        let Some((lines, over)) = follow::since(&net, &sid, sent) else {
            return;
        };
        sent += lines.len();
        for line in lines {
            if socket.send(Message::Text(line.into())).await.is_err() {
                return;
            }
        }
        if over {
            // The last line already announced the end.
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

/// Executes one line immediately.
fn type_line(net: &Switch, sid: &str, line: &str) -> Result<(), Refusal> {
    let step: Step = serde_json::from_str(line).map_err(Refusal::bad)?;
    let (action, _) = step.read().map_err(Refusal::bad)?;
    let acts = match action {
        StepAction::Say(words, confidence) => vec![PartyAction::Say { words, confidence }],
        StepAction::Press(keys) => keys.chars().map(PartyAction::Press).collect(),
        StepAction::HangUp => vec![PartyAction::HangUp],
        StepAction::Listen | StepAction::Wait(_) | StepAction::Silent(_) => {
            return Err(Refusal::bad("typed input must be say, digits or hang_up"));
        }
    };
    let state = net.state();
    let call = state.call(sid).ok_or_else(Refusal::no_call)?;
    let Some(typed_actions) = &call.typed_actions else {
        return Err(Refusal(StatusCode::CONFLICT, "the call has ended".to_owned()));
    };
    for act in acts {
        // A task that has just ended no longer receives.
        let _ = typed_actions.send(act);
    }
    Ok(())
}
