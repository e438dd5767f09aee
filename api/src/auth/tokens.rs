//! `/api/auth/tokens`: API tokens for programs that act as their user.

use super::confirm::Confirmed;
use super::{SignedIn, token};
use crate::error::{ApiError, Problem};
use crate::web::{Body, PathOf, Rfc3339};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{SharedEngine, user_events};
use infra::accounts::{Accounts, ApiToken};
use infra::clock::new_id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Maximum length of a label, in characters.
const MAX_LABEL_CHARS: usize = 80;
/// Maximum validity of a token, in days.
const MAX_DAYS: u32 = 3650;

/// A new API token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Name of the program that uses it.
    #[schema(example = "nightly export")]
    label: String,
    /// Absent: it never expires.
    expires_in_days: Option<u32>,
}

/// An API token, without its secret.
#[expect(clippy::struct_field_names, reason = "the JSON names are `token_id` and so on")]
#[derive(Serialize, ToSchema)]
pub struct Token {
    token_id: String,
    label: String,
    created_at: Rfc3339,
    /// Absent: it never expires.
    expires_at: Option<Rfc3339>,
}

/// A created API token. Its secret is shown only once.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// Value for `Authorization: Bearer <token>`.
    token: String,
    #[serde(flatten)]
    about: Token,
}

impl From<ApiToken> for Token {
    fn from(token: ApiToken) -> Self {
        Self {
            token_id: token.token_id,
            label: token.label,
            created_at: token.created_at.into(),
            expires_at: token.expires_at.map(Rfc3339::from),
        }
    }
}

/// Creates an API token. Only in a login session, a short time after the password was given.
#[utoipa::path(
    post, path = "/api/auth/tokens", tag = "auth", security(("session" = [])), request_body = NewToken,
    responses((status = CREATED, body = MadeToken), (status = FORBIDDEN, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_token(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    Body(body): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), ApiError> {
    // A token with an end would otherwise give itself another without one.
    signed_in.must_be_a_person()?;
    confirmed.require()?;
    let label = body.label.trim();
    if label.is_empty() || label.chars().count() > MAX_LABEL_CHARS {
        return Err(ApiError::field(
            "/label",
            format!("must be 1 to {MAX_LABEL_CHARS} characters"),
        ));
    }
    if body.expires_in_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        return Err(ApiError::field(
            "/expires_in_days",
            format!("must be from 1 to {MAX_DAYS}"),
        ));
    }
    let now = engine.clock.now();
    let secret = token::new(token::Kind::Api);
    let hash = token::hash(token::Kind::Api, secret.expose())
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
    let made = ApiToken {
        token_id: new_id("token"),
        label: label.to_owned(),
        created_at: now.as_micros(),
        expires_at: body
            .expires_in_days
            .map(|days| now.plus_seconds(i64::from(days) * 86_400).as_micros()),
    };
    engine
        .accounts
        .add_token(&signed_in.user, &hash, &made, &signed_in.origin())
        .await?;
    user_events::append_after_request(&engine).await;
    Ok((
        StatusCode::CREATED,
        Json(MadeToken {
            token: secret.expose().to_owned(),
            about: made.into(),
        }),
    ))
}

/// The user's API tokens.
#[utoipa::path(get, path = "/api/auth/tokens", tag = "auth", responses((status = OK, body = Vec<Token>)))]
pub async fn list_tokens(State(accounts): State<Accounts>, signed_in: SignedIn) -> Result<Json<Vec<Token>>, ApiError> {
    let tokens = accounts.tokens_of(&signed_in.user.user_id).await?;
    Ok(Json(tokens.into_iter().map(Token::from).collect()))
}

/// Revokes an API token.
#[utoipa::path(
    delete, path = "/api/auth/tokens/{token_id}", tag = "auth", params(("token_id" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn delete_token(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    PathOf(token_id): PathOf<String>,
) -> Result<StatusCode, ApiError> {
    let now = engine.clock.now();
    let removed = engine
        .accounts
        .remove_token(&signed_in.user, &token_id, now, &signed_in.origin())
        .await?;
    if !removed {
        return Err(ApiError::NotFound("token"));
    }
    user_events::append_after_request(&engine).await;
    Ok(StatusCode::NO_CONTENT)
}
