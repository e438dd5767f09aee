//! `GET /api/users/{user_id}/history`: what was done to a user, and their sign-ins.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::events::schema::{Schemas, add, reference};
use crate::events::{Content, EventRecord, UnreadableEvent, UserEvent};
use crate::web::{Parameters, PathOf, Rfc3339, cursor};
use axum::Json;
use axum::extract::State;
use engine::{Engine, SharedEngine, user_events};
use infra::event_store::{Recorded, StreamId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserHistoryOf {
    /// Only events before this version.
    before: Option<i64>,
    /// Maximum number of events, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A page of a user's history.
#[derive(Serialize, ToSchema)]
pub struct UserHistory {
    user_id: String,
    /// The version of the last event of the user.
    version: i64,
    /// The events, newest first.
    events: Vec<UserHistoryEvent>,
}

/// An event of a user.
#[derive(Serialize, ToSchema)]
pub struct UserHistoryEvent {
    #[serde(flatten)]
    record: EventRecord,
    /// Time of the event; null if the event cannot be read.
    at: Option<Rfc3339>,
    #[serde(flatten)]
    #[schema(value_type = UserHistoryContent)]
    content: Content,
}

/// Schema of the type and payload of an event of a user.
struct UserHistoryContent;

impl PartialSchema for UserHistoryContent {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(reference::<UserEvent>())
            .item(reference::<UnreadableEvent>())
            .into()
    }
}

impl ToSchema for UserHistoryContent {
    fn name() -> Cow<'static, str> {
        "UserHistoryContent".into()
    }

    fn schemas(schemas: &mut Schemas) {
        add::<UserEvent>(schemas);
        add::<UnreadableEvent>(schemas);
    }
}

impl UserHistoryEvent {
    fn of(recorded: &Recorded) -> Result<Self, serde_json::Error> {
        Ok(Self {
            record: EventRecord::of(recorded),
            at: recorded.event.at().map(Rfc3339),
            content: Content::of(recorded)?,
        })
    }
}

/// The events of a user, or of an invited person, of the tenant of the request.
///
/// # Errors
/// 404 when there are none.
pub(super) async fn events_of(engine: &Engine, signed_in: &SignedIn, user_id: &str) -> Result<Vec<Recorded>, ApiError> {
    // What was done a moment ago is part of it.
    user_events::append_stored(engine)
        .await
        .map_err(|error| ApiError::Unavailable(error.into()))?;
    let events = engine.ledger.history(&StreamId::new("user", user_id)).await?;
    let is_theirs = events
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    is_theirs.then_some(events).ok_or(ApiError::NotFound("user"))
}

/// What was done to a user, by whom, and their sign-ins, newest first. Also of an invited person who has not registered.
#[utoipa::path(
    get, path = "/api/users/{user_id}/history", tag = "audit", params(("user_id" = String, Path), UserHistoryOf),
    responses(
        (status = OK, body = UserHistory),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn user_history(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    PathOf(user_id): PathOf<String>,
    Parameters(query): Parameters<UserHistoryOf>,
) -> Result<Json<UserHistory>, ApiError> {
    signed_in.may(Permission::ViewUsers)?;
    let limit = usize::try_from(cursor::limit(query.limit)?).unwrap_or(usize::MAX);
    let events = events_of(&engine, &signed_in, &user_id).await?;
    let page = events
        .iter()
        .rev()
        .filter(|event| query.before.is_none_or(|before| event.sequence < before))
        .take(limit)
        .map(UserHistoryEvent::of);
    Ok(Json(UserHistory {
        user_id,
        version: events.last().map_or(0, |event| event.sequence),
        events: page.collect::<Result<_, _>>().map_err(ApiError::internal)?,
    }))
}
