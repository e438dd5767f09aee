//! `Conferences/{Sid}/Participants`: <https://www.twilio.com/docs/voice/api/conference-participant-resource>.

use super::calls::{PROGRESS, RECORDING, callee, caller, detection, record};
use super::error::RestError;
use super::form::Form;
use super::page::page;
use super::{Answer, resource};
use crate::network::conference::{self, JoinRequest, ParticipantUpdate, WaitAudio};
use crate::network::leg::{OnAnswer, OutboundCall, place_outbound};
use crate::network::switch::{ConferenceEvent, Control, Participant, RecordingOptions, Switch};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Parent {
    conference: String,
}

#[derive(Deserialize)]
pub(super) struct Child {
    conference: String,
    participant: String,
}

impl Child {
    fn who(&self) -> &str {
        self.participant.trim_end_matches(".json")
    }
}

pub(super) async fn list(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Parent>,
) -> Answer {
    let query = Form::query(uri.query());
    let is = |name: &str, value: bool| query.truth(name).is_none_or(|expected| expected == value);
    let mut state = net.state();
    let conference = state
        .conference_mut(&path.conference)
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    let found: Vec<_> = conference
        .participants
        .iter()
        .filter(|one| is("Muted", one.muted) && is("Hold", one.hold) && is("Coaching", one.coaching))
        .map(|one| resource::participant(&net, &conference.sid, one))
        .collect();
    Ok(page(&uri, &query, "participants", &found))
}

pub(super) async fn create(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Parent>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    // A name creates a conference; a SID only finds a running one.
    let is_sid = path.conference.len() == 34 && path.conference.starts_with("CF");
    if is_sid
        && net
            .state()
            .conference_mut(&path.conference)
            .is_none_or(|conference| conference.status == "completed")
    {
        return Err(RestError::not_found(uri.path()));
    }
    let to = callee(&form)?;
    let from = caller(&net, &form)?;
    let request = join_request(&form, &path.conference)?;
    let out = OutboundCall {
        from,
        to,
        then: OnAnswer::Join(Box::new(request.clone())),
        fallback: None,
        listener: form.listener(
            ["StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"],
            &PROGRESS,
            &["completed"],
        )?,
        timeout_s: form.number("Timeout", 5..=600)?.unwrap_or(60),
        send_digits: None,
        detection: detection(&form)?,
        record: record(&form)?,
    };
    if let Some(label) = &request.label {
        let mut state = net.state();
        let taken = state
            .conferences
            .iter_mut()
            .filter(|one| {
                one.status != "completed" && (one.friendly_name == request.conference || one.sid == request.conference)
            })
            .any(|one| one.participant_mut(label).is_some());
        if taken {
            return Err(RestError::bad(
                16025,
                "Participant label is already in use in this conference",
            ));
        }
    }
    let now = net.clock.now();
    let sid = place_outbound(&net, out);
    let conference = conference::reserve(&net, &request, &sid, now);
    let mut state = net.state();
    let one = state
        .conference_mut(&conference)
        .and_then(|conference| conference.participant_mut(&sid).cloned())
        .ok_or_else(|| RestError::not_found(&path.conference))?;
    Ok((
        StatusCode::CREATED,
        Json(resource::participant(&net, &conference, &one)),
    )
        .into_response())
}

fn join_request(form: &Form, conference: &str) -> Result<JoinRequest, RestError> {
    let wait = match form.get("WaitUrl") {
        None => WaitAudio::Music,
        Some("") => WaitAudio::Silence,
        Some(_) => match form.address("WaitUrl", "WaitMethod", 21205)? {
            Some(address) => WaitAudio::Document(address),
            None => WaitAudio::Silence,
        },
    };
    let coached = form.filled("CallSidToCoach").map(str::to_owned);
    let record = form.word(
        "ConferenceRecord",
        &["true", "false", "record-from-start", "do-not-record"],
    )?;
    let record = match record {
        Some("true" | "record-from-start") => Some(RecordingOptions {
            call_sid: String::new(),
            conference_sid: None,
            channels: 1,
            source: "Conference",
            track: "both",
            trim: form.word("ConferenceTrim", &["trim-silence", "do-not-trim"])? == Some("trim-silence"),
            listener: form.listener(
                [
                    "ConferenceRecordingStatusCallback",
                    "ConferenceRecordingStatusCallbackMethod",
                    "ConferenceRecordingStatusCallbackEvent",
                ],
                &RECORDING,
                &["completed"],
            )?,
        }),
        _ => None,
    };
    Ok(JoinRequest {
        conference: conference.to_owned(),
        label: form.filled("Label").map(str::to_owned),
        muted: form.truth("Muted").unwrap_or(false),
        coached: coached.filter(|_| form.truth("Coaching").unwrap_or(true)),
        end_on_exit: form.truth("EndConferenceOnExit").unwrap_or(false),
        start_on_enter: form.truth("StartConferenceOnEnter").unwrap_or(true),
        beep: form.word("Beep", &["true", "false", "onEnter", "onExit"])? != Some("false"),
        max_participants: form.number("MaxParticipants", 2..=250)?.unwrap_or(250),
        wait,
        listener: form.listener(
            [
                "ConferenceStatusCallback",
                "ConferenceStatusCallbackMethod",
                "ConferenceStatusCallbackEvent",
            ],
            &[
                "start",
                "end",
                "join",
                "leave",
                "mute",
                "hold",
                "modify",
                "speaker",
                "announcement",
            ],
            &[],
        )?,
        record,
    })
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
) -> Answer {
    let one = find(&net, &path, &uri)?;
    Ok(Json(resource::participant(&net, &path.conference, &one)).into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    let mut hold_url = form.address("HoldUrl", "HoldMethod", 21205)?;
    if let Some(address) = hold_url.as_mut().filter(|_| form.filled("HoldMethod").is_none()) {
        // Unlike every other method, `HoldMethod` defaults to GET.
        address.get = true;
    }
    let coaching = form.truth("Coaching");
    let coached = form.filled("CallSidToCoach").map(str::to_owned);
    if coaching == Some(true) && coached.is_none() && find(&net, &path, &uri)?.coached.is_none() {
        return Err(RestError::bad(13240, "CallSidToCoach is required with Coaching"));
    }
    let change = ParticipantUpdate {
        muted: form.truth("Muted"),
        hold: form.truth("Hold"),
        hold_url,
        coaching,
        coached: coached.filter(|_| coaching != Some(false)),
        end_on_exit: form.truth("EndConferenceOnExit"),
        announce: form.address("AnnounceUrl", "AnnounceMethod", 21205)?,
    };
    let one = conference::update(&net, &path.conference, path.who(), &change, net.clock.now())
        .map_err(|error| RestError::bad(error.code(), error.to_string()))?
        .ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok(Json(resource::participant(&net, &path.conference, &one)).into_response())
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<Child>,
) -> Answer {
    let one = find(&net, &path, &uri)?;
    if let Some(call) = net.state().call(&one.call_sid) {
        call.send(Control::Conference(ConferenceEvent::Kicked));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn find(net: &Switch, path: &Child, uri: &Uri) -> Result<Participant, RestError> {
    let mut state = net.state();
    state
        .conference_mut(&path.conference)
        .and_then(|conference| conference.participant_mut(path.who()).cloned())
        .ok_or_else(|| RestError::not_found(uri.path()))
}
