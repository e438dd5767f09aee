//! `POST /api/contacts/{id}/erase`: destroys every personal value of a contact. See `call_logs/erase.rs`.

use super::execute;
use crate::auth::{Permission, SignedIn};
use crate::call_logs::erase::Erase;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::write_response::NoContent;
use crate::web::{Body, CommandKey, PathOf};
use axum::extract::State;
use domain::contact::ContactCommand;
use infra::event_store::StreamId;

/// Destroys every personal value of the contact. This cannot be undone.
#[utoipa::path(
    post, path = "/api/contacts/{id}/erase", tag = "contacts", request_body = Erase,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem))
)]
pub async fn erase_contact(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Erase>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::Erase)?;
    let command = ContactCommand::Erase {
        at: state.clock.now(),
        ground: body.ground,
        by: signed_in.by(),
    };
    let position = execute(&state, &signed_in, &key, "POST /api/contacts/{id}/erase", &id, command).await?;
    state.ledger.destroy_key(&StreamId::contact(&id)).await?;
    state.feed_cache.clear();
    Ok(NoContent(position))
}
