//! `POST /api/quarantined-webhooks/{id}/reingest`: reads a kept callback again, after a fix.
//!
//! First the call's events, under a key made from the kept callback, so that a repetition changes nothing; then the mark
//! on the callback's own stream. A callback that was to be answered with orders (`inbound`, `voice`) is history by now:
//! what became of its call is told by the callbacks that followed.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{PathOf, WriteResponse};
use axum::extract::State;
use domain::call::Call;
use domain::quarantine::{Quarantine, QuarantineCommand, QuarantineEvent};
use infra::event_store::{Event, Metadata, Recorded, StreamId};
use infra::twilio::callbacks::{Callback, Endpoint, from_kept, understand};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the callback's facts are now.
#[derive(Serialize, ToSchema)]
pub struct Reingested {
    /// The call.
    call_id: String,
}

/// Reads a kept callback again.
#[utoipa::path(
    post, path = "/api/quarantined-webhooks/{id}/reingest", tag = "operations", params(("id" = String, Path)),
    responses(
        (status = OK, body = Reingested),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It still cannot be understood, or it was given to another call"),
    )
)]
pub async fn reingest(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Reingested>, ApiError> {
    const ENDPOINT: &str = "POST /api/quarantined-webhooks/{id}/reingest";
    signed_in.may(Permission::Reingest)?;
    let history = state.ledger.history(&StreamId::quarantine(&id)).await?;
    let is_theirs = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    let kept = history
        .first()
        .filter(|_| is_theirs)
        .ok_or(ApiError::NotFound("callback"))?;
    let understood = read_again(kept)?;
    let metadata = Metadata {
        causation: Some(kept.position),
        ..signed_in.metadata(ENDPOINT, Some(format!("reingest:{id}")))
    };
    let call_id = understood.call_id.clone();
    state
        .ledger
        .execute::<Call>(&call_id.0, understood.command, metadata.clone())
        .await?;
    let mark = QuarantineCommand::MarkReingested {
        at: state.clock.now(),
        call_id: call_id.clone(),
        by: signed_in.by(),
    };
    let metadata = metadata.with_key(format!("reingested:{id}"));
    let executed = state.ledger.execute::<Quarantine>(&id, mark, metadata).await?;
    wait_for_read_models(&state, &["work", "call_log"], executed.position).await;
    Ok(WriteResponse::changed(executed.position, Reingested { call_id: call_id.0 }))
}

fn read_again(kept: &Recorded) -> Result<infra::twilio::callbacks::Understood, ApiError> {
    let Event::Quarantine(QuarantineEvent::WebhookQuarantined {
        at, endpoint, params, ..
    }) = &kept.event
    else {
        return Err(ApiError::NotFound("callback"));
    };
    let params = params
        .known()
        .ok_or_else(|| ApiError::Conflict("the callback was erased".to_owned()))?;
    let (form, query) = from_kept(params.clone());
    let not_understood = |reason| ApiError::Conflict(format!("it still cannot be understood: {reason}"));
    let endpoint = endpoint.parse::<Endpoint>().map_err(not_understood)?;
    let callback = Callback {
        endpoint,
        form: &form,
        query: &query,
        received_at: *at,
    };
    understand(&callback).map_err(not_understood)
}
