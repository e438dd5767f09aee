//! `GET /api/quarantined-webhooks`: webhooks that could not be parsed, with all parameters.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Parameters, Rfc3339, cursor};
use axum::Json;
use axum::extract::State;
use domain::quarantine::QuarantineEvent;
use infra::event_store::{Event, StreamId};
use infra::ledger::Ledger;
use projections::work::{Kind, Work};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuarantined {
    /// Maximum number of webhooks, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A webhook that could not be parsed.
#[derive(Serialize, ToSchema)]
pub struct QuarantinedWebhook {
    id: String,
    /// The webhook endpoint.
    #[schema(example = "call-status")]
    endpoint: String,
    /// Why it could not be parsed.
    reason: String,
    /// Time of receipt.
    at: Rfc3339,
    /// Position in the log.
    position: i64,
    /// All parameters; those of the URL's query begin with `?`. Null once erased.
    params: Option<BTreeMap<String, Vec<String>>>,
}

/// Webhooks that could not be parsed and were not reingested yet.
#[utoipa::path(
    get, path = "/api/quarantined-webhooks", tag = "operations", params(ListQuarantined),
    responses((status = OK, body = Vec<QuarantinedWebhook>), (status = FORBIDDEN, body = Problem))
)]
pub async fn list_quarantined(
    State(work): State<Work>,
    State(ledger): State<Ledger>,
    signed_in: SignedIn,
    Parameters(query): Parameters<ListQuarantined>,
) -> Result<Json<Vec<QuarantinedWebhook>>, ApiError> {
    signed_in.may(Permission::ViewQuarantine)?;
    let limit = cursor::limit(query.limit)?.into();
    let pending = work.list(signed_in.tenant(), Kind::Reingest, limit).await?;
    let mut webhooks = Vec::with_capacity(pending.len());
    for item in pending {
        let history = ledger.history(&StreamId::quarantine(&item.stream)).await?;
        let webhook = history.into_iter().find_map(|recorded| match recorded.event {
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
        webhooks.extend(webhook);
    }
    Ok(Json(webhooks))
}
