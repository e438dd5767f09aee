//! `GET /api/unrouted`: callbacks that wait to be understood, whole.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Moment, Parameters, cursor};
use axum::Json;
use axum::extract::State;
use domain::unrouted::UnroutedEvent;
use infra::event_store::{Event, StreamId};
use projections::work::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUnrouted {
    /// Most callbacks, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A callback that could not be understood.
#[derive(Serialize, ToSchema)]
pub struct UnroutedCallback {
    /// Its identifier.
    id: String,
    /// Which webhook it came to.
    #[schema(example = "call-status")]
    endpoint: String,
    /// Why it could not be understood.
    reason: String,
    /// When it came.
    at: Moment,
    /// Its place in the log.
    position: i64,
    /// All of its parameters; those of our own address begin with `?`. Absent when they are erased.
    params: Option<BTreeMap<String, Vec<String>>>,
}

/// Callbacks that wait to be understood.
#[utoipa::path(
    get, path = "/api/unrouted", tag = "operations", params(ListUnrouted),
    responses((status = OK, body = Vec<UnroutedCallback>), (status = FORBIDDEN, body = Problem))
)]
pub async fn list_unrouted(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(wanted): Parameters<ListUnrouted>,
) -> Result<Json<Vec<UnroutedCallback>>, ApiError> {
    signed_in.may(Permission::ViewUnrouted)?;
    let limit = cursor::limit(wanted.limit)?.into();
    let waiting = state.read.work.list(signed_in.tenant(), Kind::Reingest, limit).await?;
    let mut callbacks = Vec::with_capacity(waiting.len());
    for item in waiting {
        let history = state.ledger.history(&StreamId::unrouted(&item.stream)).await?;
        let kept = history.into_iter().find_map(|recorded| match recorded.event {
            Event::Unrouted(UnroutedEvent::CallbackUnrouted {
                at,
                endpoint,
                params,
                reason,
            }) => Some(UnroutedCallback {
                id: item.stream.clone(),
                endpoint,
                reason,
                at: at.into(),
                position: recorded.position,
                params: params.into_known(),
            }),
            _ => None,
        });
        callbacks.extend(kept);
    }
    Ok(Json(callbacks))
}
