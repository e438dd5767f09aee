//! `GET /api/call-logs/{id}/history`: everything that happened, the call as it was, and what changed in between.
//!
//! This is answered from the ledger itself and from no read model: what an auditor reads here is what the events say.

use super::difference::{Change, differences};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::opened::{fields_of, opened};
use crate::web::{Moment, Parameters, PathOf};
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use domain::call::Call;
use infra::event_store::{Event, Recorded, StoreError, StreamId};
use infra::ledger::Ledger;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Which part of the history. With nothing said: all events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryOf {
    /// The call as it was after this event: its number in the stream, from 1; 0 is before the first.
    pub version: Option<i64>,
    /// The call as the ledger knew it at this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Moment>,
    /// What changed from after this event (or from this moment) ...
    #[param(value_type = Option<String>, example = "12")]
    pub from: Option<Point>,
    /// ... to after this one (or to this moment) [default: now].
    #[param(value_type = Option<String>)]
    pub to: Option<Point>,
    /// Whether to show, too, what each webhook said word for word.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    pub params: bool,
}

impl HistoryOf {
    /// The events that this is answered from: all of the call's.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn read(&self, ledger: &Ledger, call_id: &str) -> Result<Vec<Recorded>, StoreError> {
        let stream = StreamId::call(call_id);
        if self.params {
            ledger.history_with_params(&stream).await
        } else {
            ledger.history(&stream).await
        }
    }
}

/// A point in a call's history: a version or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// After the event of this number.
    Version(i64),
    /// At this moment.
    At(Timestamp),
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Self::Version)
            .ok()
            .or_else(|| Timestamp::parse_rfc3339(&text).map(Self::At))
            .ok_or_else(|| serde::de::Error::custom("expected a version or a time in RFC 3339 form"))
    }
}

/// A call's history.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// The call.
    call_id: String,
    /// The version that `events` end with, and that `state` is as of.
    version: i64,
    /// The events, by number; of a difference, those in between.
    events: Vec<HistoryEvent>,
    /// What was known of the call then: with `version` or `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    state: Option<Value>,
    /// What is different: with `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

impl History {
    /// The events.
    #[must_use]
    pub fn events(&self) -> &[HistoryEvent] {
        &self.events
    }

    /// What was known then, if that was asked.
    #[must_use]
    pub const fn state(&self) -> Option<&Value> {
        self.state.as_ref()
    }

    /// The version that the events end with.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct HistoryEvent {
    /// Its number in the stream, from 1.
    version: i64,
    /// Its place in the whole log.
    position: i64,
    /// Its name.
    #[serde(rename = "type")]
    #[schema(example = "CallStarted")]
    kind: String,
    /// When it happened, as told by whoever told us.
    at: Option<Moment>,
    /// When the ledger heard of it.
    recorded_at: Moment,
    /// Who.
    #[schema(example = "twilio")]
    actor: String,
    /// The same for everything that one request set off.
    correlation_id: String,
    /// The event that led to it.
    causation: Option<i64>,
    /// By which door.
    endpoint: Option<String>,
    /// What it says. Erased values stand as `{"erased": true}`.
    #[schema(value_type = Object)]
    data: Value,
    /// All that the webhook said, each name with each of its values; on the first event that it led to. With `params`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    params: Option<Value>,
}

/// Everything that happened; the call as of a version or a moment; or what changed between two.
#[utoipa::path(
    get, path = "/api/call-logs/{id}/history", tag = "audit", params(("id" = String, Path), HistoryOf),
    responses((status = OK, body = History), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn history(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
    Parameters(wanted): Parameters<HistoryOf>,
) -> Result<Json<History>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let events = wanted.read(&state.ledger, &id).await?;
    let is_theirs = events
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if !is_theirs {
        return Err(ApiError::NotFound("call"));
    }
    answer(id, &events, &wanted).map(Json)
}

/// The part of a history that is wanted.
///
/// # Errors
/// When the wish makes no sense, or an event cannot be read by this program.
pub fn answer(call_id: String, events: &[Recorded], wanted: &HistoryOf) -> Result<History, ApiError> {
    let HistoryOf {
        version, at, from, to, ..
    } = wanted;
    if usize::from(version.is_some()) + usize::from(at.is_some()) + usize::from(from.is_some() || to.is_some()) > 1 {
        return Err(ApiError::parameter(
            "version",
            "goes with neither `at` nor `from` and `to`",
        ));
    }
    if to.is_some() && from.is_none() {
        return Err(ApiError::parameter("from", "is missing"));
    }
    if let Some(from) = from {
        let until = to.map_or(Ok(events), |to| up_to(events, to, "to"))?;
        let since = up_to(events, *from, "from")?;
        if since.len() > until.len() {
            return Err(ApiError::parameter("from", "is after `to`"));
        }
        let mut changes = Vec::new();
        differences("", &state_after(since)?, &state_after(until)?, &mut changes);
        return Ok(History {
            call_id,
            version: last(until),
            events: views(&until[since.len()..])?,
            state: None,
            changes: Some(changes),
        });
    }
    let point = version.map(Point::Version).or(at.map(|moment| Point::At(moment.0)));
    let (until, state) = match point {
        Some(point) => {
            let until = up_to(events, point, if version.is_some() { "version" } else { "at" })?;
            (until, Some(state_after(until)?))
        }
        None => (events, None),
    };
    Ok(History {
        call_id,
        version: last(until),
        events: views(until)?,
        state,
        changes: None,
    })
}

/// The events up to a point, which must not be beyond the last version.
fn up_to<'a>(events: &'a [Recorded], point: Point, name: &'static str) -> Result<&'a [Recorded], ApiError> {
    match point {
        Point::Version(version) => {
            let count = usize::try_from(version).ok().filter(|count| *count <= events.len());
            let count =
                count.ok_or_else(|| ApiError::parameter(name, format!("must be from 0 to {}", events.len())))?;
            Ok(&events[..count])
        }
        // `recorded_at` never decreases, in the whole log.
        Point::At(at) => Ok(&events[..events.partition_point(|event| event.recorded_at <= at)]),
    }
}

fn last(events: &[Recorded]) -> i64 {
    events.last().map_or(0, |event| event.sequence)
}

/// What the ledger knew after these events: the very fold that decisions are made on.
///
/// # Errors
/// When an event cannot be read by this program: a state without it would be a lie.
pub fn state_after(events: &[Recorded]) -> Result<Value, ApiError> {
    let mut call = Call::default();
    for event in events {
        match &event.event {
            Event::Call(event) => call.fold(event),
            Event::Unreadable { .. } | Event::Agent(_) | Event::Contact(_) | Event::Unrouted(_) => {
                return Err(ApiError::Conflict(format!(
                    "event {} ({}) cannot be read by this version of the program",
                    event.sequence, event.event_type
                )));
            }
        }
    }
    opened(&call).map_err(ApiError::internal)
}

fn views(events: &[Recorded]) -> Result<Vec<HistoryEvent>, ApiError> {
    events
        .iter()
        .map(|event| HistoryEvent::of(event).map_err(ApiError::internal))
        .collect()
}

impl HistoryEvent {
    /// An event as readers see it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of(recorded: &Recorded) -> Result<Self, serde_json::Error> {
        Ok(Self {
            version: recorded.sequence,
            position: recorded.position,
            kind: recorded.event_type.clone(),
            at: recorded.event.at().map(Moment),
            recorded_at: recorded.recorded_at.into(),
            actor: recorded.metadata.actor.to_string(),
            correlation_id: recorded.metadata.correlation_id.clone(),
            causation: recorded.metadata.causation,
            endpoint: recorded.metadata.endpoint.clone(),
            data: data_of(&recorded.event)?,
            params: recorded.metadata.params.as_ref().map(opened).transpose()?,
        })
    }

    /// All that the webhook said, if that was asked.
    #[must_use]
    pub const fn params(&self) -> Option<&Value> {
        self.params.as_ref()
    }

    /// For a terminal: number, time, name, who.
    #[must_use]
    pub fn line(&self) -> String {
        let at = self.at.map_or_else(String::new, |at| at.0.to_rfc3339());
        format!(
            "{:>4}  {at:<27}  {:<22} {:<16} {}",
            self.version, self.kind, self.actor, self.data
        )
    }
}

/// What an event says, its personal values open.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn data_of(event: &Event) -> Result<Value, serde_json::Error> {
    match event {
        Event::Call(event) => fields_of(event),
        Event::Agent(event) => fields_of(event),
        Event::Contact(event) => fields_of(event),
        Event::Unrouted(event) => fields_of(event),
        Event::Unreadable { reason } => Ok(serde_json::json!({ "unreadable": reason })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_point_is_a_version_or_a_moment() {
        let point = |text: &str| serde_json::from_value::<Point>(json!(text)).ok();
        assert_eq!(point("12"), Some(Point::Version(12)));
        assert_eq!(point("1970-01-01T00:00:01Z"), Some(Point::At(Timestamp(1_000_000))));
        assert_eq!(point("yesterday"), None);
    }
}
