//! `POST /api/users/{user_id}/erase`: destroys the personal values of a user.

use super::change::ensure_replaceable;
use super::history::events_of;
use super::of_tenant;
use crate::auth::{Confirmed, Permission, SignedIn};
use crate::call_logs::erase::Erase;
use crate::error::{ApiError, Problem};
use crate::web::{Body, PathOf};
use axum::extract::State;
use axum::http::StatusCode;
use domain::user::UserEvent;
use engine::{SharedEngine, user_events};
use infra::event_store::{Event, Recorded};

/// Maximum length of a ground, in characters.
const MAX_GROUND_CHARS: usize = 200;

/// Destroys the e-mail address, the name, the password and the tokens of a user, and the personal values of their
/// history. What they did remains, under their id. Also of a person who was invited and has no account. This cannot be
/// undone.
#[utoipa::path(
    post, path = "/api/users/{user_id}/erase", tag = "users", params(("user_id" = String, Path)), request_body = Erase,
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The last admin, or the last operator, cannot be erased"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn erase_user(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    PathOf(user_id): PathOf<String>,
    Body(body): Body<Erase>,
) -> Result<StatusCode, ApiError> {
    signed_in.may(Permission::ManageUsers)?;
    signed_in.may(Permission::Erase)?;
    confirmed.require()?;
    let ground = body.ground.trim();
    if ground.is_empty() || ground.chars().count() > MAX_GROUND_CHARS {
        let detail = format!("must be 1 to {MAX_GROUND_CHARS} characters");
        return Err(ApiError::field("/ground", detail));
    }
    let (accounts, now, origin) = (&engine.accounts, engine.clock.now(), signed_in.origin());
    if accounts.user(&user_id).await?.is_some() {
        let user = of_tenant(accounts, &signed_in, &user_id).await?;
        ensure_replaceable(accounts, &user).await?;
        accounts.erase_user(&user, ground, now, &origin).await?;
    } else {
        let events = events_of(&engine, &signed_in, &user_id).await?;
        let is_erased = |recorded: &Recorded| matches!(recorded.event, Event::User(UserEvent::UserErased { .. }));
        if events.iter().any(is_erased) {
            return Err(ApiError::NotFound("user"));
        }
        let of = (signed_in.tenant(), user_id.as_str());
        accounts.erase_invited(of, ground, now, &origin).await?;
    }
    // The eraser destroys the key once the event is in the log.
    user_events::append_after_request(&engine).await;
    Ok(StatusCode::NO_CONTENT)
}
