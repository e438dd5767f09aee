//! `Calls`: <https://www.twilio.com/docs/voice/api/call-resource>.

use super::error::RestError;
use super::form::{Form, is_e164};
use super::page::{newest_first, page};
use super::{Answer, resource};
use crate::network::leg::{MachineDetection, OnAnswer, OutboundCall, address, place_outbound};
use crate::network::switch::{Control, Ending, RecordingOptions, Source, Switch};
use crate::network::twiml;
use crate::network::webhook::{Address, Listener};
use crate::twilio::params::{CallStatus, PartyAddress};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct CallPath {
    call: String,
}

impl CallPath {
    pub fn sid(&self) -> &str {
        self.call.trim_end_matches(".json")
    }
}

pub(super) const PROGRESS: [&str; 4] = ["initiated", "ringing", "answered", "completed"];
pub(super) const RECORDING: [&str; 3] = ["in-progress", "completed", "absent"];

pub(super) async fn list(State(net): State<Arc<Switch>>, OriginalUri(uri): OriginalUri) -> Answer {
    let query = Form::query(uri.query());
    let found = net
        .state()
        .calls
        .iter()
        .filter(|call| query.filled("To").is_none_or(|to| call.leg.to.address() == to))
        .filter(|call| query.filled("From").is_none_or(|from| call.leg.from.address() == from))
        .filter(|call| {
            query
                .filled("ParentCallSid")
                .is_none_or(|sid| call.leg.parent_sid.as_deref() == Some(sid))
        })
        .filter(|call| {
            query
                .filled("Status")
                .is_none_or(|status| resource::status(call.status) == status)
        })
        .filter(|call| starts(&query, call.answered.or(call.ended)))
        .map(|call| resource::call(&net, call))
        .collect();
    Ok(page(&uri, &query, "calls", &newest_first(found)))
}

/// Filters by `StartTime`, `StartTime<` and `StartTime>`: dates in UTC.
fn starts(query: &Form, at: Option<chrono::DateTime<chrono::Utc>>) -> bool {
    let day = at.map(|at| at.format("%Y-%m-%d").to_string());
    let date = |name: &str| query.filled(name).map(|day| day.chars().take(10).collect::<String>());
    date("StartTime").is_none_or(|date| day.as_ref() == Some(&date))
        && date("StartTime<").is_none_or(|date| day.as_ref().is_some_and(|day| *day <= date))
        && date("StartTime>").is_none_or(|date| day.as_ref().is_some_and(|day| *day >= date))
}

pub(super) async fn create(State(net): State<Arc<Switch>>, body: Bytes) -> Answer {
    let form = Form::read(&body);
    let to = callee(&form)?;
    let from = caller(&net, &form)?;
    let then = document_source(&net, &form)?.ok_or_else(|| RestError::bad(21205, "Url parameter is required."))?;
    let fallback = form.address("FallbackUrl", "FallbackMethod", 21205)?;
    let out = OutboundCall {
        from,
        to,
        then: OnAnswer::Execute(then),
        fallback,
        listener: form.listener(
            ["StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"],
            &PROGRESS,
            &["completed"],
        )?,
        timeout_s: form.number("Timeout", 1..=600)?.unwrap_or(60),
        send_digits: form.filled("SendDigits").map(str::to_owned),
        detection: detection(&form)?,
        record: record(&form)?,
    };
    let sid = place_outbound(&net, out);
    Ok((StatusCode::CREATED, Json(call_json(&net, &sid)?)).into_response())
}

/// `To`. <https://www.twilio.com/docs/api/errors/21211>
pub(super) fn callee(form: &Form) -> Result<PartyAddress, RestError> {
    let to = form
        .filled("To")
        .ok_or_else(|| RestError::bad(21201, "No 'To' number is specified"))?;
    let is_client = to.strip_prefix("client:").is_some_and(|identity| !identity.is_empty());
    if is_client {
        // Parameters after a question mark are for the browser.
        return Ok(address(to.split('?').next().unwrap_or(to)));
    }
    if to.starts_with("sip:") {
        return Err(RestError::bad(
            21217,
            "This network calls numbers and clients, not SIP addresses",
        ));
    }
    if is_e164(to) {
        return Ok(address(to));
    }
    let message = format!("The phone number you are attempting to call, {to}, is not valid.");
    Err(RestError::bad(if to.starts_with('+') { 21211 } else { 21217 }, message))
}

/// `From`, a number of the account. <https://www.twilio.com/docs/api/errors/21210>
pub(super) fn caller(net: &Switch, form: &Form) -> Result<PartyAddress, RestError> {
    let from = form
        .filled("From")
        .ok_or_else(|| RestError::bad(21213, "No 'From' number is specified"))?;
    if from.starts_with("client:") {
        return Ok(address(from));
    }
    if !is_e164(from) {
        return Err(RestError::bad(
            21212,
            format!("The source phone number provided, {from}, is not valid."),
        ));
    }
    if net.state().number(from).is_none() {
        let message = format!(
            "The source phone number provided, {from}, is not yet verified for your account. You may only make calls \
             from phone numbers that you've verified or purchased from Twilio."
        );
        return Err(RestError::bad(21210, message));
    }
    Ok(address(from))
}

/// `Twiml`, `Url` or `ApplicationSid`.
fn document_source(net: &Switch, form: &Form) -> Result<Option<Source>, RestError> {
    if let Some(sid) = form.filled("ApplicationSid") {
        let state = net.state();
        let app = state.applications.iter().find(|app| app.sid == sid);
        let voice = app
            .and_then(|app| app.voice.clone())
            .ok_or_else(|| RestError::bad(21218, format!("The application {sid} is not valid")))?;
        return Ok(Some(voice_source(voice)));
    }
    match (form.filled("Twiml"), form.address("Url", "Method", 21205)?) {
        (Some(_), Some(_)) => Err(RestError::bad(21223, "Twiml and Url are mutually exclusive")),
        (Some(text), None) => match twiml::parse(text) {
            // Malformed XML is refused now; invalid verbs are found when the document is executed.
            Err(error) if error.code == 12100 => Err(RestError::bad(12100, error.message)),
            _ => Ok(Some(Source::Twiml(text.to_owned()))),
        },
        (None, url) => Ok(url.map(voice_source)),
    }
}

fn voice_source(address: Address) -> Source {
    Source::Ask { address, extra: vec![] }
}

pub(super) fn detection(form: &Form) -> Result<Option<MachineDetection>, RestError> {
    if form
        .word("MachineDetection", &["Enable", "DetectMessageEnd"])?
        .is_none()
    {
        return Ok(None);
    }
    let callback = form.address("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", 21609)?;
    let asynchronous = form.truth("AsyncAmd").unwrap_or(false);
    Ok(Some(MachineDetection {
        callback: callback.filter(|_| asynchronous),
    }))
}

pub(super) fn record(form: &Form) -> Result<Option<RecordingOptions>, RestError> {
    if !form.truth("Record").unwrap_or(false) {
        return Ok(None);
    }
    recording_options(form, "OutboundAPI").map(Some)
}

/// The recording options of a form.
pub(super) fn recording_options(form: &Form, source: &'static str) -> Result<RecordingOptions, RestError> {
    Ok(RecordingOptions {
        call_sid: String::new(),
        conference_sid: None,
        channels: match form.word("RecordingChannels", &["mono", "dual"])? {
            Some("dual") => 2,
            _ => 1,
        },
        source,
        track: form
            .word("RecordingTrack", &["both", "inbound", "outbound"])?
            .unwrap_or("both"),
        trim: form.word("Trim", &["trim-silence", "do-not-trim"])? == Some("trim-silence"),
        listener: form.listener(
            [
                "RecordingStatusCallback",
                "RecordingStatusCallbackMethod",
                "RecordingStatusCallbackEvent",
            ],
            &RECORDING,
            &["completed"],
        )?,
    })
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<CallPath>,
) -> Answer {
    match call_json(&net, path.sid()) {
        Ok(call) => Ok(Json(call).into_response()),
        Err(_) => Err(RestError::not_found(uri.path())),
    }
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<CallPath>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    let sid = path.sid();
    let status = form.word("Status", &["canceled", "completed"])?;
    let source = document_source(&net, &form)?;
    let listener = form.address("StatusCallback", "StatusCallbackMethod", 21609)?;
    {
        let mut state = net.state();
        let call = state.call_mut(sid).ok_or_else(|| RestError::not_found(uri.path()))?;
        if call.status.is_final() || call.controls.is_none() {
            return Err(RestError::bad(21220, "Call is not in-progress. Cannot redirect."));
        }
        if let Some(address) = listener {
            call.listener = Some(Listener {
                address,
                events: vec!["completed".to_owned()],
            });
        }
        match (status, source) {
            (Some("canceled"), _) if call.answered.is_some() => {}
            (Some(word), _) => {
                let ending = if word == "canceled" {
                    CallStatus::Canceled
                } else {
                    CallStatus::Completed
                };
                call.send(Control::End(Ending {
                    status: ending,
                    by: "api",
                }));
            }
            (None, Some(_)) if call.answered.is_none() => {
                return Err(RestError::bad(21220, "Call is not in-progress. Cannot redirect."));
            }
            (None, Some(source)) => call.send(Control::Redirect(source)),
            (None, None) => {}
        }
    }
    if status.is_some() {
        wait_until_ended(&net, sid).await;
    }
    Ok(Json(call_json(&net, sid)?).into_response())
}

/// Waits for a call that is ending, so that the answer shows its final status.
async fn wait_until_ended(net: &Switch, sid: &str) {
    let mut changes = net.changes.subscribe();
    let ended = async {
        loop {
            changes.borrow_and_update();
            if net.state().call(sid).is_none_or(|call| call.controls.is_none()) || changes.changed().await.is_err() {
                return;
            }
        }
    };
    // Longer than a leg needs to end; after the timeout the answer shows the current status.
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), ended).await;
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<CallPath>,
) -> Answer {
    let mut state = net.state();
    let sid = path.sid();
    match state.call(sid) {
        None => Err(RestError::not_found(uri.path())),
        Some(call) if call.controls.is_some() => Err(RestError::bad(20001, "Call is in progress. Cannot delete.")),
        Some(_) => {
            state.calls.retain(|call| call.leg.sid != sid);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

fn call_json(net: &Switch, sid: &str) -> Result<serde_json::Value, RestError> {
    let state = net.state();
    let call = state
        .call(sid)
        .ok_or_else(|| RestError::not_found(&resource::path(net, &format!("Calls/{sid}.json"))))?;
    Ok(resource::call(net, call))
}
