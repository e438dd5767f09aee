//! `DELETE /api/contacts/{id}`: the person is no longer in the contacts.

use super::execute;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::contact::ContactCommand;

/// Takes the person out of the contacts. What was known of them stays in the log until it is erased.
#[utoipa::path(
    delete, path = "/api/contacts/{id}", tag = "contacts",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn remove_contact(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let command = ContactCommand::Remove {
        at: state.clock.now(),
        by: signed_in.by(),
    };
    execute(&state, &signed_in, &key, "DELETE /api/contacts/{id}", &id, command)
        .await
        .map(NoContent)
}
