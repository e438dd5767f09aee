//! `Applications`, voice properties only: <https://www.twilio.com/docs/usage/api/applications>.

use super::error::RestError;
use super::form::Form;
use super::numbers::address;
use super::page::page;
use super::{Answer, resource};
use crate::network::ApplicationSpec;
use crate::network::switch::{Application, Switch};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct ApplicationPath {
    application: String,
}

impl ApplicationPath {
    fn sid(&self) -> &str {
        self.application.trim_end_matches(".json")
    }
}

pub(super) async fn list(State(net): State<Arc<Switch>>, OriginalUri(uri): OriginalUri) -> Answer {
    let query = Form::query(uri.query());
    let found: Vec<_> = net
        .state()
        .applications
        .iter()
        .filter(|app| {
            query
                .filled("FriendlyName")
                .is_none_or(|name| app.friendly_name == name)
        })
        .map(|app| resource::application(&net, app))
        .collect();
    Ok(page(&uri, &query, "applications", &found))
}

pub(super) async fn create(State(net): State<Arc<Switch>>, body: Bytes) -> Answer {
    let spec = ApplicationSpec {
        sid: net.sid("AP"),
        ..ApplicationSpec::default()
    };
    let mut app = Application::from_spec(&spec, net.clock.now());
    change(&mut app, &Form::read(&body))?;
    net.state().applications.push(app.clone());
    Ok((StatusCode::CREATED, Json(resource::application(&net, &app))).into_response())
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ApplicationPath>,
) -> Answer {
    let state = net.state();
    let app = state.applications.iter().find(|app| app.sid == path.sid());
    Ok(Json(resource::application(
        &net,
        app.ok_or_else(|| RestError::not_found(uri.path()))?,
    ))
    .into_response())
}

pub(super) async fn update(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ApplicationPath>,
    body: Bytes,
) -> Answer {
    let mut state = net.state();
    let app = state.applications.iter_mut().find(|app| app.sid == path.sid());
    let app = app.ok_or_else(|| RestError::not_found(uri.path()))?;
    change(app, &Form::read(&body))?;
    app.updated = net.clock.now();
    Ok(Json(resource::application(&net, app)).into_response())
}

pub(super) async fn delete(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ApplicationPath>,
) -> Answer {
    let mut state = net.state();
    let before = state.applications.len();
    state.applications.retain(|app| app.sid != path.sid());
    if state.applications.len() == before {
        return Err(RestError::not_found(uri.path()));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn change(app: &mut Application, form: &Form) -> Result<(), RestError> {
    let mut changed = app.clone();
    if let Some(name) = form.filled("FriendlyName") {
        name.clone_into(&mut changed.friendly_name);
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
    *app = changed;
    Ok(())
}
