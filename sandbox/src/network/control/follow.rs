//! Following a call as it happens: one line of JSON for every moment, and a last one when it is over.

use super::{Refusal, calls};
use crate::network::exchange::Exchange;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// What was told since then, and whether that was all.
pub(super) fn since(net: &Exchange, sid: &str, told: usize) -> Option<(Vec<String>, bool)> {
    let state = net.state();
    let call = state.call(sid)?;
    let mut lines: Vec<String> = call.moments[told.min(call.moments.len())..]
        .iter()
        .map(|moment| json!(moment).to_string())
        .collect();
    let over = call.ended.is_some() && call.controls.is_none();
    if over {
        let mut end = json!(calls::shown(&state, call));
        if let Some(end) = end.as_object_mut() {
            end.remove("moments");
            end.insert("what".to_owned(), json!("over"));
        }
        lines.push(end.to_string());
    }
    Some((lines, over))
}

pub(super) async fn follow(State(net): State<Arc<Exchange>>, Path(sid): Path<String>) -> Result<Response, Refusal> {
    since(&net, &sid, 0).ok_or_else(Refusal::no_call)?;
    let lines = futures::stream::unfold(Some((net, sid, 0_usize)), async |place| {
        let (net, sid, told) = place?;
        let mut changes = net.told.subscribe();
        loop {
            changes.borrow_and_update();
            let (lines, over) = since(&net, &sid, told)?;
            if !lines.is_empty() {
                let told = told + lines.len();
                let text: String = lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect();
                return Some((
                    Ok::<_, std::convert::Infallible>(text),
                    (!over).then_some((net, sid, told)),
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
