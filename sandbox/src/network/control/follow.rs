//! Following a call: one JSON line per event, and a final line when it has ended.

use super::{Refusal, calls};
use crate::network::switch::Switch;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// The lines after the first `sent` ones, and whether the call has ended.
pub(super) fn since(net: &Switch, sid: &str, sent: usize) -> Option<(Vec<String>, bool)> {
    let state = net.state();
    let call = state.call(sid)?;
    let mut lines: Vec<String> = call.timeline[sent.min(call.timeline.len())..]
        .iter()
        .map(|entry| json!(entry).to_string())
        .collect();
    let over = call.ended.is_some() && call.controls.is_none();
    if over {
        let mut end = json!(calls::call_view(&state, call));
        if let Some(end) = end.as_object_mut() {
            end.remove("moments");
            end.insert("what".to_owned(), json!("over"));
        }
        lines.push(end.to_string());
    }
    Some((lines, over))
}

pub(super) async fn follow(State(net): State<Arc<Switch>>, Path(sid): Path<String>) -> Result<Response, Refusal> {
    since(&net, &sid, 0).ok_or_else(Refusal::no_call)?;
    let lines = futures::stream::unfold(Some((net, sid, 0_usize)), async |place| {
        let (net, sid, sent) = place?;
        let mut changes = net.changes.subscribe();
        loop {
            changes.borrow_and_update();
            let (lines, over) = since(&net, &sid, sent)?;
            if !lines.is_empty() {
                let sent = sent + lines.len();
                let text: String = lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect();
                return Some((
                    Ok::<_, std::convert::Infallible>(text),
                    (!over).then_some((net, sid, sent)),
                ));
            }
            tokio::select! {
                changed = changes.changed() => changed.ok()?,
                () = net.stop.cancelled() => return None,
            }
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}
