//! `/api/auth/tokens`: tokens for programs that act as their user.

use super::{SignedIn, token};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, Rfc3339, PathOf};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use infra::clock::new_id;
use infra::accounts::ApiToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest label, in characters.
const LONGEST_LABEL: usize = 80;
/// The longest life of a token.
const MOST_DAYS: u32 = 3650;

/// A token to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For people: which program it is for.
    #[schema(example = "nightly export")]
    label: String,
    /// When it expires; never, if absent.
    expires_in_days: Option<u32>,
}

/// A token, without the token.
#[expect(
    clippy::struct_field_names,
    reason = "identifiers are named after what they name, on the wire too"
)]
#[derive(Serialize, ToSchema)]
pub struct Token {
    /// Names it, to take it back.
    token_id: String,
    /// For people.
    label: String,
    /// When it was made.
    created_at: Rfc3339,
    /// When it expires; never, if absent.
    expires_at: Option<Rfc3339>,
}

/// A new token. This is the only time that it is shown.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// To be sent as `Authorization: Bearer <token>`.
    token: String,
    /// What is kept of it.
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

/// Makes a token.
#[utoipa::path(
    post, path = "/api/auth/tokens", tag = "auth", request_body = NewToken,
    responses((status = CREATED, body = MadeToken), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn create_token(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Body(wanted): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), ApiError> {
    let label = wanted.label.trim();
    if label.is_empty() || label.chars().count() > LONGEST_LABEL {
        return Err(ApiError::field(
            "/label",
            format!("must be 1 to {LONGEST_LABEL} characters"),
        ));
    }
    if wanted
        .expires_in_days
        .is_some_and(|days| !(1..=MOST_DAYS).contains(&days))
    {
        return Err(ApiError::field(
            "/expires_in_days",
            format!("must be from 1 to {MOST_DAYS}"),
        ));
    }
    let now = state.clock.now();
    let secret = token::new(token::Kind::Api);
    let hash = token::hash(token::Kind::Api, secret.expose())
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
    let made = ApiToken {
        token_id: new_id("token"),
        label: label.to_owned(),
        created_at: now.as_micros(),
        expires_at: wanted
            .expires_in_days
            .map(|days| now.plus_seconds(i64::from(days) * 86_400).as_micros()),
    };
    state.accounts.add_token(&signed_in.user.user_id, &hash, &made).await?;
    Ok((
        StatusCode::CREATED,
        Json(MadeToken {
            token: secret.expose().to_owned(),
            about: made.into(),
        }),
    ))
}

/// The user's own tokens.
#[utoipa::path(get, path = "/api/auth/tokens", tag = "auth", responses((status = OK, body = Vec<Token>)))]
pub async fn list_tokens(State(state): State<AppState>, signed_in: SignedIn) -> Result<Json<Vec<Token>>, ApiError> {
    let tokens = state.accounts.tokens_of(&signed_in.user.user_id).await?;
    Ok(Json(tokens.into_iter().map(Token::from).collect()))
}

/// Takes a token back.
#[utoipa::path(
    delete, path = "/api/auth/tokens/{token_id}", tag = "auth", params(("token_id" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn delete_token(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(token_id): PathOf<String>,
) -> Result<StatusCode, ApiError> {
    if state.accounts.remove_token(&signed_in.user.user_id, &token_id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound("token"))
    }
}
