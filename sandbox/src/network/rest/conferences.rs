//! `Conferences`: <https://www.twilio.com/docs/voice/api/conference-resource>.

use super::error::RestError;
use super::form::Form;
use super::page::{newest_first, page};
use super::{Answer, resource};
use crate::network::conference;
use crate::network::switch::{ConferenceEvent, Control, Switch};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct ConferencePath {
    conference: String,
}

pub(super) async fn list(State(net): State<Arc<Switch>>, OriginalUri(uri): OriginalUri) -> Answer {
    let query = Form::query(uri.query());
    query.word("Status", &["init", "in-progress", "completed"])?;
    let found = net
        .state()
        .conferences
        .iter()
        .filter(|one| {
            query
                .filled("FriendlyName")
                .is_none_or(|name| one.friendly_name == name)
        })
        .filter(|one| query.filled("Status").is_none_or(|status| one.status == status))
        .map(|one| resource::conference(&net, one))
        .collect();
    Ok(page(&uri, &query, "conferences", &newest_first(found)))
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ConferencePath>,
) -> Answer {
    let mut state = net.state();
    let conference = state
        .conference_mut(path.conference.trim_end_matches(".json"))
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok(Json(resource::conference(&net, conference)).into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ConferencePath>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    let ends = form.word("Status", &["completed"])?.is_some();
    let announce = form.address("AnnounceUrl", "AnnounceMethod", 21205)?;
    let sid = path.conference.trim_end_matches(".json");
    {
        let mut state = net.state();
        let conference = state
            .conference_mut(sid)
            .filter(|conference| conference.status != "completed")
            .ok_or_else(|| RestError::not_found(uri.path()))?;
        let seated: Vec<String> = conference.participants.iter().map(|one| one.call_sid.clone()).collect();
        if let Some(address) = announce {
            for call in seated.iter().filter_map(|sid| state.call(sid)) {
                call.send(Control::Conference(ConferenceEvent::Announce(address.clone())));
            }
        }
    }
    if ends {
        conference::end(&net, sid, "conference-ended-via-api", None, net.clock.now());
    }
    let mut state = net.state();
    let conference = state
        .conference_mut(sid)
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok(Json(resource::conference(&net, conference)).into_response())
}
