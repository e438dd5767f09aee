//! `Calls/{Sid}/Recordings`: <https://www.twilio.com/docs/voice/api/recording#create-a-recording-resource>.

use super::error::RestError;
use super::form::Form;
use super::page::{newest_first, page};
use super::{Answer, calls, recordings, resource};
use crate::network::recorder;
use crate::network::switch::{Recording, RecordingOptions, Switch};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Parent {
    call: String,
}

#[derive(Deserialize)]
pub(super) struct Child {
    call: String,
    recording: String,
}

pub(super) async fn list(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Parent>,
) -> Answer {
    let query = Form::query(uri.query());
    let state = net.state();
    if state.call(&path.call).is_none() {
        return Err(RestError::not_found(uri.path()));
    }
    let found = state
        .recordings
        .iter()
        .filter(|recording| recording.call_sid == path.call && !recording.deleted)
        .map(|recording| resource::call_recording(&net, recording))
        .collect();
    Ok(page(&uri, &query, "recordings", &newest_first(found)))
}

pub(super) async fn create(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Parent>,
    body: Bytes,
) -> Answer {
    let options = RecordingOptions {
        call_sid: path.call.clone(),
        ..calls::recording_options(&Form::read(&body), "StartCallRecordingAPI")?
    };
    {
        let state = net.state();
        let call = state.call(&path.call).ok_or_else(|| RestError::not_found(uri.path()))?;
        if !call.is_in_progress() {
            return Err(RestError::bad(
                21220,
                "Requested resource is not eligible for recording",
            ));
        }
    }
    let recording = recorder::start(&net, options, net.clock.now());
    Ok((StatusCode::CREATED, Json(resource::call_recording(&net, &recording))).into_response())
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
) -> Answer {
    let recording = find(&net, &path, &uri)?;
    Ok(Json(resource::call_recording(&net, &recording)).into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    let status = form
        .word("Status", &["in-progress", "paused", "stopped"])?
        .ok_or_else(|| RestError::bad(20001, "Status is required"))?;
    let skip = form.word("PauseBehavior", &["skip", "silence"])? == Some("skip");
    let recording = find(&net, &path, &uri)?;
    if !recording.is_running() {
        return Err(RestError::bad(21220, "Recording is not in-progress. Cannot update."));
    }
    let (sid, now) = (&recording.sid, net.clock.now());
    match status {
        "paused" => recorder::pause(&net, sid, skip, now),
        "in-progress" => recorder::resume(&net, sid, now),
        _ => recorder::stop(&net, sid, now),
    }
    let recording = net.state().recording_mut(sid).cloned().unwrap_or(recording);
    Ok(Json(resource::call_recording(&net, &recording)).into_response())
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
) -> Answer {
    let recording = find(&net, &path, &uri)?;
    recordings::delete_ended(&net, &recording.sid, &uri)
}

/// A recording of the call by SID, or the running one by `Twilio.CURRENT`.
fn find(net: &Switch, path: &Child, uri: &Uri) -> Result<Recording, RestError> {
    let sid = path.recording.trim_end_matches(".json");
    let state = net.state();
    let recording = state
        .recordings
        .iter()
        .rev()
        .filter(|recording| recording.call_sid == path.call && !recording.deleted)
        .find(|recording| recording.sid == sid || (sid == "Twilio.CURRENT" && recording.is_running()));
    recording.cloned().ok_or_else(|| RestError::not_found(uri.path()))
}
