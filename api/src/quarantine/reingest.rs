//! `POST /api/quarantined-webhooks/{id}/reingest`: parses a quarantined webhook again, after a fix.
//!
//! The command is executed on the call first, under a key made from the quarantined webhook, so that a repetition
//! changes nothing; then the webhook is marked on its own stream. A webhook whose response was TwiML (`inbound`,
//! `voice`) is only recorded: the later callbacks of its call report the outcome.

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

/// The call that the webhook was recorded on.
#[derive(Serialize, ToSchema)]
pub struct Reingested {
    call_id: String,
}

/// Parses a quarantined webhook again.
#[utoipa::path(
    post, path = "/api/quarantined-webhooks/{id}/reingest", tag = "operations", params(("id" = String, Path)),
    responses(
        (status = OK, body = Reingested),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It still cannot be parsed, was erased, or was recorded on another call"),
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
    let is_own = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    let quarantined = history
        .first()
        .filter(|_| is_own)
        .ok_or(ApiError::NotFound("webhook"))?;
    let understood = parse_again(quarantined)?;
    let metadata = Metadata {
        causation: Some(quarantined.position),
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
    Ok(WriteResponse::changed(
        executed.position,
        Reingested { call_id: call_id.0 },
    ))
}

fn parse_again(quarantined: &Recorded) -> Result<infra::twilio::callbacks::Understood, ApiError> {
    let Event::Quarantine(QuarantineEvent::WebhookQuarantined {
        at, endpoint, params, ..
    }) = &quarantined.event
    else {
        return Err(ApiError::NotFound("webhook"));
    };
    let params = params
        .known()
        .ok_or_else(|| ApiError::Conflict("the webhook was erased".to_owned()))?;
    let (form, query) = from_kept(params.clone());
    let cannot_parse = |reason| ApiError::Conflict(format!("the webhook still cannot be parsed: {reason}"));
    let endpoint = endpoint.parse::<Endpoint>().map_err(cannot_parse)?;
    let callback = Callback {
        endpoint,
        form: &form,
        query: &query,
        received_at: *at,
    };
    understand(&callback).map_err(cannot_parse)
}
