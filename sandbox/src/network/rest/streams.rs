//! `Calls/{Sid}/Streams`: <https://www.twilio.com/docs/voice/api/stream-resource>.

use super::error::RestError;
use super::form::Form;
use super::{Answer, resource};
use crate::network::stream::{self, StreamOptions};
use crate::network::switch::{Stream, Switch};
use crate::network::twiml::{Track, stream_address_fault};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// Twilio: `Parameter1` to `Parameter99`.
const MAX_PARAMETERS: u32 = 99;

#[derive(Deserialize)]
pub(super) struct Parent {
    call: String,
}

#[derive(Deserialize)]
pub(super) struct Child {
    call: String,
    stream: String,
}

/// Starts a unidirectional stream; `<Connect>` starts bidirectional ones.
pub(super) async fn create(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Parent>,
    body: Bytes,
) -> Answer {
    let options = stream_options(&Form::read(&body))?;
    {
        let state = net.state();
        let call = state.call(&path.call).ok_or_else(|| RestError::not_found(uri.path()))?;
        if !call.is_in_progress() {
            return Err(RestError::bad(21220, "Call is not in-progress. Cannot start a stream."));
        }
    }
    let sid = stream::start(&net, &path.call, options, net.clock.now())
        .ok_or_else(|| RestError::bad(20001, "Name must be unique among the streams of the call"))?;
    let shown = shown(&net, &sid).ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
    body: Bytes,
) -> Answer {
    Form::read(&body)
        .word("Status", &["stopped"])?
        .ok_or_else(|| RestError::bad(20001, "Status is required"))?;
    let known = stream::find(&net, &path.call, path.stream.trim_end_matches(".json"))
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    if known.is_bidirectional {
        return Err(RestError::bad(
            20001,
            "A bidirectional stream is stopped by ending or redirecting its call",
        ));
    }
    stream::stop(&net, &known.sid, net.clock.now());
    let shown = shown(&net, &known.sid).ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok(Json(shown).into_response())
}

fn shown(net: &Switch, sid: &str) -> Option<serde_json::Value> {
    let state = net.state();
    let stream: &Stream = state.streams.iter().rev().find(|known| known.sid == sid)?;
    Some(resource::stream(net, stream))
}

fn stream_options(form: &Form) -> Result<StreamOptions, RestError> {
    let url = form
        .filled("Url")
        .ok_or_else(|| RestError::bad(21205, "Url parameter is required."))?;
    let url = Url::parse(url).map_err(|_| RestError::bad(21205, format!("Url is not a valid URL: {url}")))?;
    if let Some((code, why)) = stream_address_fault(url.as_str()) {
        return Err(RestError::bad(code, why));
    }
    let parameters: BTreeMap<String, String> = (1..=MAX_PARAMETERS)
        .filter_map(|number| {
            let name = form.filled(&format!("Parameter{number}.Name"))?;
            let value = form.get(&format!("Parameter{number}.Value")).unwrap_or_default();
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    Ok(StreamOptions {
        url: url.into(),
        name: form.filled("Name").map(str::to_owned),
        track: Track::from_word(form.filled("Track"))
            .ok_or_else(|| RestError::bad(31941, "Track must be inbound_track, outbound_track or both_tracks"))?,
        parameters,
        listener: form.address("StatusCallback", "StatusCallbackMethod", 21609)?,
        is_bidirectional: false,
    })
}
