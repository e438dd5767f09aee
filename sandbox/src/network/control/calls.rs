//! Placing and inspecting calls.

use super::Refusal;
use crate::network::scenario::{self, Expect, Scenario};
use crate::network::switch::{Call, State as Known, Switch, TimelineEntry};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// A built-in scenario by name, or a complete scenario.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum PlaceCall {
    Named {
        scenario: String,
        #[serde(default)]
        from: Option<String>,
        #[serde(default)]
        to: Option<String>,
    },
    Whole(Box<Scenario>),
}

/// A call as the control endpoint returns it.
#[derive(Serialize)]
pub(super) struct CallView<'a> {
    sid: &'a str,
    parent: Option<&'a str>,
    from: String,
    to: String,
    status: &'static str,
    ended_by: Option<&'static str>,
    conference: Option<&'a str>,
    /// As set by the client that placed the call.
    typist: Option<&'a str>,
    over: bool,
    /// Unmet expectations; empty until the call has ended.
    unmet: Vec<String>,
    errors: Vec<Value>,
    moments: &'a [TimelineEntry],
}

pub(super) fn call_view<'a>(known: &'a Known, call: &'a Call) -> CallView<'a> {
    let sid = &call.leg.sid;
    let over = call.ended.is_some() && call.controls.is_none();
    let recordings = known
        .recordings
        .iter()
        .filter(|recording| recording.call_sid == *sid)
        .count();
    let any = Expect::default();
    let unmet = match known.expectations.get(sid) {
        Some(expect) if over => expect.unmet(call, recordings),
        _ if over => any.unmet(call, recordings),
        _ => vec![],
    };
    CallView {
        sid,
        parent: call.leg.parent_sid.as_deref(),
        from: call.leg.from.address(),
        to: call.leg.to.address(),
        status: call.status.as_str(),
        ended_by: call.ended_by,
        conference: call.conference.as_deref(),
        typist: call.typist.as_deref(),
        over,
        unmet,
        errors: call
            .errors
            .iter()
            .map(|(code, message)| json!({ "code": code, "message": message }))
            .collect(),
        moments: &call.timeline,
    }
}

pub(super) async fn list(State(net): State<Arc<Switch>>) -> Json<Value> {
    let state = net.state();
    let calls: Vec<CallView> = state.calls.iter().map(|call| call_view(&state, call)).collect();
    Json(json!({ "calls": calls }))
}

pub(super) async fn show(State(net): State<Arc<Switch>>, Path(sid): Path<String>) -> Result<Json<Value>, Refusal> {
    let state = net.state();
    let call = state.call(&sid).ok_or_else(Refusal::no_call)?;
    Ok(Json(json!(call_view(&state, call))))
}

/// Places a call. A repeated `Idempotency-Key` returns the call that it placed before.
pub(super) async fn place(
    State(net): State<Arc<Switch>>,
    headers: HeaderMap,
    Json(placing): Json<PlaceCall>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let scenario = match placing {
        PlaceCall::Whole(scenario) => *scenario,
        PlaceCall::Named { scenario, from, to } => {
            let mut known = scenario::named(&scenario)
                .map_err(Refusal::bad)?
                .ok_or_else(|| Refusal(StatusCode::NOT_FOUND, format!("there is no scenario {scenario:?}")))?;
            known.caller.from = from.unwrap_or(known.caller.from);
            known.caller.to = to.or(known.caller.to);
            known
        }
    };
    scenario.check().map_err(Refusal::bad)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let Some(key) = key else {
        let sid = scenario.begin(&net).map_err(Refusal::bad)?;
        return Ok((StatusCode::CREATED, Json(json!({ "sid": sid }))));
    };
    // Serialized: of two requests with one key, the second must find the first one's call.
    let mut placed = net.placed.lock().await;
    if let Some(sid) = placed.get(key) {
        return Ok((StatusCode::OK, Json(json!({ "sid": sid }))));
    }
    let sid = scenario.begin(&net).map_err(Refusal::bad)?;
    placed.insert(key.to_owned(), sid.clone());
    Ok((StatusCode::CREATED, Json(json!({ "sid": sid }))))
}

pub(super) async fn scenarios() -> Result<Json<Value>, Refusal> {
    let known = scenario::LIBRARY
        .iter()
        .map(|(name, text)| {
            let scenario = Scenario::from_toml(text).map_err(Refusal::bad)?;
            Ok(json!({ "name": name, "description": scenario.description }))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Json(json!({ "scenarios": known })))
}
