//! `GET /api/quarantined-webhooks`: callbacks that wait to be understood, whole.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Rfc3339, Parameters, cursor};
use axum::Json;
use axum::extract::State;
use domain::quarantine::QuarantineEvent;
use infra::event_store::{Event, StreamId};
use projections::work::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuarantined {
    /// Most callbacks, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A callback that could not be understood.
#[derive(Serialize, ToSchema)]
pub struct QuarantinedWebhook {
    /// Its identifier.
    id: String,
    /// Which webhook it came to.
    #[schema(example = "call-status")]
    endpoint: String,
    /// Why it could not be understood.
    reason: String,
    /// When it came.
    at: Rfc3339,
    /// Its place in the log.
    position: i64,
    /// All of its parameters; those of our own address begin with `?`. Absent when they are erased.
    params: Option<BTreeMap<String, Vec<String>>>,
}

/// Callbacks that wait to be understood.
#[utoipa::path(
    get, path = "/api/quarantined-webhooks", tag = "operations", params(ListQuarantined),
    responses((status = OK, body = Vec<QuarantinedWebhook>), (status = FORBIDDEN, body = Problem))
)]
pub async fn list_quarantined(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(wanted): Parameters<ListQuarantined>,
) -> Result<Json<Vec<QuarantinedWebhook>>, ApiError> {
    signed_in.may(Permission::ViewQuarantine)?;
    let limit = cursor::limit(wanted.limit)?.into();
    let waiting = state.read.work.list(signed_in.tenant(), Kind::Reingest, limit).await?;
    let mut callbacks = Vec::with_capacity(waiting.len());
    for item in waiting {
        let history = state.ledger.history(&StreamId::quarantine(&item.stream)).await?;
        let kept = history.into_iter().find_map(|recorded| match recorded.event {
            Event::Quarantine(QuarantineEvent::WebhookQuarantined {
                at,
                endpoint,
                params,
                reason,
            }) => Some(QuarantinedWebhook {
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
