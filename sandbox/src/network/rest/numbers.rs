//! `IncomingPhoneNumbers`: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.

use super::error::RestError;
use super::form::{Form, is_e164};
use super::page::page;
use super::{Answer, resource};
use crate::network::NumberSpec;
use crate::network::switch::{Number, Switch};
use crate::network::webhook::Address;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct NumberPath {
    number: String,
}

impl NumberPath {
    fn sid(&self) -> &str {
        self.number.trim_end_matches(".json")
    }
}

pub(super) async fn list(State(net): State<Arc<Switch>>, OriginalUri(uri): OriginalUri) -> Answer {
    let query = Form::query(uri.query());
    let found: Vec<_> = net
        .state()
        .numbers
        .iter()
        // Matches a part of the number; `*` stands for any digits.
        .filter(|number| {
            query
                .filled("PhoneNumber")
                .is_none_or(|part| number.phone_number.contains(part.trim_matches('*')))
        })
        .filter(|number| {
            query
                .filled("FriendlyName")
                .is_none_or(|name| number.friendly_name == name)
        })
        .map(|number| resource::number(&net, number))
        .collect();
    Ok(page(&uri, &query, "incoming_phone_numbers", &found))
}

pub(super) async fn create(State(net): State<Arc<Switch>>, body: Bytes) -> Answer {
    let form = Form::read(&body);
    let phone_number = form
        .filled("PhoneNumber")
        .ok_or_else(|| RestError::bad(21450, "PhoneNumber is required: this network has no area codes"))?;
    if !is_e164(phone_number) {
        return Err(RestError::bad(
            21421,
            format!("{phone_number} is not a valid phone number"),
        ));
    }
    let spec = NumberSpec {
        phone_number: phone_number.to_owned(),
        ..NumberSpec::default()
    };
    let mut number = Number::from_spec(net.sid("PN"), &spec, net.clock.now());
    change(&mut number, &form)?;
    let mut state = net.state();
    if state.number(phone_number).is_some() {
        return Err(RestError::bad(21422, format!("{phone_number} is not available.")));
    }
    state.numbers.push(number.clone());
    drop(state);
    Ok((StatusCode::CREATED, Json(resource::number(&net, &number))).into_response())
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<NumberPath>,
) -> Answer {
    let state = net.state();
    let number = state.numbers.iter().find(|number| number.sid == path.sid());
    let number = number.ok_or_else(|| RestError::not_found(uri.path()))?;
    Ok(Json(resource::number(&net, number)).into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<NumberPath>,
    body: Bytes,
) -> Answer {
    let form = Form::read(&body);
    let mut state = net.state();
    let application = form.filled("VoiceApplicationSid");
    if let Some(sid) = application
        && !state.applications.iter().any(|app| app.sid == sid)
    {
        return Err(RestError::bad(21218, format!("The application {sid} is not valid")));
    }
    let number = state.numbers.iter_mut().find(|number| number.sid == path.sid());
    let number = number.ok_or_else(|| RestError::not_found(uri.path()))?;
    change(number, &form)?;
    number.updated = net.clock.now();
    Ok(Json(resource::number(&net, number)).into_response())
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<NumberPath>,
) -> Answer {
    let mut state = net.state();
    let before = state.numbers.len();
    state.numbers.retain(|number| number.sid != path.sid());
    if state.numbers.len() == before {
        return Err(RestError::not_found(uri.path()));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Applies the given parameters; an empty URL removes one. Changes nothing if a parameter is invalid.
fn change(number: &mut Number, form: &Form) -> Result<(), RestError> {
    let mut changed = number.clone();
    if let Some(name) = form.filled("FriendlyName") {
        name.clone_into(&mut changed.friendly_name);
    }
    if let Some(sid) = form.get("VoiceApplicationSid") {
        changed.application_sid = Some(sid.to_owned()).filter(|sid| !sid.is_empty());
    }
    address(form, &mut changed.voice, "VoiceUrl", "VoiceMethod", 21502)?;
    address(
        form,
        &mut changed.fallback,
        "VoiceFallbackUrl",
        "VoiceFallbackMethod",
        21502,
    )?;
    address(
        form,
        &mut changed.status,
        "StatusCallback",
        "StatusCallbackMethod",
        21609,
    )?;
    *number = changed;
    Ok(())
}

/// Applies a URL and its method; the method may be given alone.
pub(super) fn address(
    form: &Form,
    known: &mut Option<Address>,
    url: &str,
    method: &str,
    code: u32,
) -> Result<(), RestError> {
    if form.get(url).is_some() {
        let get = match (form.filled(method), &known) {
            (None, Some(known)) => known.get,
            _ => form.is_get(method)?,
        };
        *known = form
            .address(url, method, code)?
            .map(|address| Address { get, ..address });
    } else if let (Some(known), Some(_)) = (known, form.filled(method)) {
        known.get = form.is_get(method)?;
    }
    Ok(())
}
