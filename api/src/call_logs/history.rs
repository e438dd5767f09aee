//! `GET /api/call-logs/{id}/history`: the events of a call, its state at a version or time, and the changes between
//! two.
//!
//! The response is built from the ledger and not from a read model, so an auditor sees exactly what the events contain.

use super::difference::{Change, differences};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::events::schema::{Schemas, add, reference};
use crate::events::{CallEvent, Content, EventRecord, UnreadableEvent};
use crate::web::opened::opened;
use crate::web::{Parameters, PathOf, Rfc3339};
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use domain::call::view::{CallState, CallView};
use infra::event_store::{Event, Recorded, StoreError, StreamId};
use infra::ledger::Ledger;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Selects a part of the history. Without parameters: all events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryOf {
    /// Include the state after this event: its number in the stream, from 1; 0 is before the first.
    pub version: Option<i64>,
    /// Include the state as the ledger knew it at this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Rfc3339>,
    /// Return the changes since this version (or time) ...
    #[param(value_type = Option<String>, example = "12")]
    pub from: Option<Point>,
    /// ... until this version (or time) [default: now].
    #[param(value_type = Option<String>)]
    pub to: Option<Point>,
    /// Include the raw parameters of each webhook.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    pub params: bool,
}

impl HistoryOf {
    /// Reads all events of the call.
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

/// A point in a call's history: a version or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// After the event with this number.
    Version(i64),
    At(Timestamp),
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Self::Version)
            .ok()
            .or_else(|| Timestamp::parse_rfc3339(&text).map(Self::At))
            .ok_or_else(|| serde::de::Error::custom("expected a version or a time in RFC 3339"))
    }
}

/// A call's history.
#[derive(Serialize, ToSchema)]
pub struct History {
    call_id: String,
    /// The version of the last event, and of `state`.
    version: i64,
    /// The events, by number; with `from`, those in between.
    events: Vec<HistoryEvent>,
    /// The state of the call; present with `version` or `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CallState>)]
    state: Option<Value>,
    /// The differences; present with `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

impl History {
    /// The events.
    #[must_use]
    pub fn events(&self) -> &[HistoryEvent] {
        &self.events
    }

    /// The state, if it was requested.
    #[must_use]
    pub const fn state(&self) -> Option<&Value> {
        self.state.as_ref()
    }

    /// The version of the last event.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }
}

/// An event of a call.
#[derive(Serialize, ToSchema)]
pub struct HistoryEvent {
    #[serde(flatten)]
    record: EventRecord,
    /// Time of the event, as reported by its source; null if the event cannot be read.
    at: Option<Rfc3339>,
    #[serde(flatten)]
    #[schema(value_type = HistoryContent)]
    content: Content,
    /// Raw parameters of the webhook, each name with all its values, on the first event that it caused. Present with
    /// `params`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    params: Option<Value>,
}

/// Schema of the type and payload of an event of a call.
struct HistoryContent;

impl PartialSchema for HistoryContent {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(reference::<CallEvent>())
            .item(reference::<UnreadableEvent>())
            .into()
    }
}

impl ToSchema for HistoryContent {
    fn name() -> Cow<'static, str> {
        "HistoryContent".into()
    }

    fn schemas(schemas: &mut Schemas) {
        add::<CallEvent>(schemas);
        add::<UnreadableEvent>(schemas);
    }
}

/// The events of a call; its state at a version or time; or the changes between two.
#[utoipa::path(
    get, path = "/api/call-logs/{id}/history", tag = "audit", params(("id" = String, Path), HistoryOf),
    responses((status = OK, body = History), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn history(
    State(ledger): State<Ledger>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
    Parameters(query): Parameters<HistoryOf>,
) -> Result<Json<History>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let events = query.read(&ledger, &id).await?;
    let is_theirs = events
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if !is_theirs {
        return Err(ApiError::NotFound("call"));
    }
    answer(id, &events, &query).map(Json)
}

/// Selects the requested part of a history.
///
/// # Errors
/// When the parameters contradict each other, or this version of the program cannot read an event.
pub fn answer(call_id: String, events: &[Recorded], query: &HistoryOf) -> Result<History, ApiError> {
    let HistoryOf {
        version, at, from, to, ..
    } = query;
    if usize::from(version.is_some()) + usize::from(at.is_some()) + usize::from(from.is_some() || to.is_some()) > 1 {
        return Err(ApiError::parameter(
            "version",
            "cannot be combined with `at`, `from` or `to`",
        ));
    }
    if to.is_some() && from.is_none() {
        return Err(ApiError::parameter("from", "is required with `to`"));
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
    let point = version.map(Point::Version).or(at.map(|time| Point::At(time.0)));
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

/// The events up to a point. A version must not exceed the last one.
fn up_to<'a>(events: &'a [Recorded], point: Point, name: &'static str) -> Result<&'a [Recorded], ApiError> {
    match point {
        Point::Version(version) => {
            let count = usize::try_from(version).ok().filter(|count| *count <= events.len());
            let count =
                count.ok_or_else(|| ApiError::parameter(name, format!("must be from 0 to {}", events.len())))?;
            Ok(&events[..count])
        }
        // `recorded_at` never decreases in the log.
        Point::At(at) => Ok(&events[..events.partition_point(|event| event.recorded_at <= at)]),
    }
}

fn last(events: &[Recorded]) -> i64 {
    events.last().map_or(0, |event| event.sequence)
}

/// The state after these events: what every read model shows of the call.
///
/// # Errors
/// When this version of the program cannot read an event: a state without it would be wrong.
pub fn state_after(events: &[Recorded]) -> Result<Value, ApiError> {
    let mut view = CallView::default();
    for recorded in events {
        let event = match &recorded.event {
            Event::Call(event) => event,
            Event::Unreadable { .. }
            | Event::Agent(_)
            | Event::Contact(_)
            | Event::Callee(_)
            | Event::PhoneNumber(_)
            | Event::TenantSettings(_)
            | Event::Quarantine(_)
            | Event::User(_)
            | Event::Ledger(_) => {
                return Err(ApiError::Conflict(format!(
                    "event {} ({}) cannot be read by this version of the program",
                    recorded.sequence, recorded.event_type
                )));
            }
        };
        view.fold(&recorded.metadata.tenant, event);
    }
    opened(&view.state()).map_err(ApiError::internal)
}

fn views(events: &[Recorded]) -> Result<Vec<HistoryEvent>, ApiError> {
    events
        .iter()
        .map(|event| HistoryEvent::of(event).map_err(ApiError::internal))
        .collect()
}

impl HistoryEvent {
    /// The event as it is returned.
    ///
    /// # Errors
    /// When it cannot be serialized.
    pub fn of(recorded: &Recorded) -> Result<Self, serde_json::Error> {
        Ok(Self {
            record: EventRecord::of(recorded),
            at: recorded.event.at().map(Rfc3339),
            content: Content::of(recorded)?,
            params: recorded.metadata.params.as_ref().map(opened).transpose()?,
        })
    }

    /// The raw parameters of the webhook, if they were requested.
    #[must_use]
    pub const fn params(&self) -> Option<&Value> {
        self.params.as_ref()
    }

    /// One line for a terminal: number, time, type, actor, payload.
    #[must_use]
    pub fn line(&self) -> String {
        let at = self.at.map_or_else(String::new, |at| at.0.to_rfc3339());
        format!(
            "{:>4}  {at:<27}  {:<22} {:<16} {}",
            self.record.version, self.content.kind, self.record.actor, self.content.data
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn point_is_a_version_or_a_time() {
        let point = |text: &str| serde_json::from_value::<Point>(json!(text)).ok();
        assert_eq!(point("12"), Some(Point::Version(12)));
        assert_eq!(point("1970-01-01T00:00:01Z"), Some(Point::At(Timestamp(1_000_000))));
        assert_eq!(point("yesterday"), None);
    }
}
