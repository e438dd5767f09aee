//! `Recordings`: <https://www.twilio.com/docs/voice/api/recording>. The audio is served by [`super::media`].

use super::error::RestError;
use super::form::Form;
use super::page::{newest_first, page};
use super::{Answer, resource};
use crate::network::switch::{Recording, Switch};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct RecordingPath {
    recording: String,
}

#[derive(Deserialize)]
pub(super) struct ConferencePath {
    conference: String,
}

pub(super) async fn list(State(net): State<Arc<Switch>>, OriginalUri(uri): OriginalUri) -> Answer {
    let query = Form::query(uri.query());
    let matches = |recording: &&Recording| {
        query.filled("CallSid").is_none_or(|sid| recording.call_sid == sid)
            && query
                .filled("ConferenceSid")
                .is_none_or(|sid| recording.conference_sid.as_deref() == Some(sid))
    };
    Ok(shown(&net, &uri, &query, matches))
}

pub(super) async fn of_conference(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ConferencePath>,
) -> Answer {
    let query = Form::query(uri.query());
    if net.state().conference_mut(&path.conference).is_none() {
        return Err(RestError::not_found(uri.path()));
    }
    let matches = |recording: &&Recording| recording.conference_sid.as_deref() == Some(&path.conference);
    Ok(shown(&net, &uri, &query, matches))
}

fn shown(net: &Switch, uri: &Uri, query: &Form, matches: impl Fn(&&Recording) -> bool) -> axum::response::Response {
    let found = net
        .state()
        .recordings
        .iter()
        .filter(|recording| !recording.deleted)
        .filter(matches)
        .map(|recording| resource::recording(net, recording))
        .collect();
    page(uri, query, "recordings", &newest_first(found))
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<RecordingPath>,
) -> Answer {
    delete_ended(&net, path.recording.trim_end_matches(".json"), &uri)
}

/// Deletes an ended recording.
pub(super) fn delete_ended(net: &Switch, sid: &str, uri: &Uri) -> Answer {
    let mut state = net.state();
    let recording = state
        .recording_mut(sid)
        .filter(|recording| !recording.deleted)
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    if recording.is_running() {
        return Err(RestError::bad(20001, "Recording is in progress. Cannot delete."));
    }
    recording.deleted = true;
    recording.media = None;
    Ok(StatusCode::NO_CONTENT.into_response())
}
