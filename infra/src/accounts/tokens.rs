//! API tokens, for programs that act as a user.

use super::events::Origin;
use super::{Accounts, User};
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;

/// The metadata of a token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiToken {
    /// `token_<uuid>`.
    pub token_id: String,
    /// Chosen by the user.
    pub label: String,
    /// Epoch microseconds.
    pub created_at: i64,
    /// Epoch microseconds. Absent if it does not expire.
    pub expires_at: Option<i64>,
}

const INSERT: &str = "insert into api_tokens (token_id, token_hash, user_id, label, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)";
const USER: &str = "select u.user_id, u.tenant, u.email, u.name, u.role, u.operator, u.password_hash, u.active, u.created_at, u.last_seen_at from api_tokens t join users u on u.user_id = t.user_id where t.token_hash = $1 and (t.expires_at is null or t.expires_at > $2) and u.active = $3";
const LIST: &str =
    "select token_id, label, created_at, expires_at from api_tokens where user_id = $1 order by created_at, token_id";
const DELETE: &str = "delete from api_tokens where token_id = $1 and user_id = $2";

pub(super) const DELETE_OF_USER: &str = "delete from api_tokens where user_id = $1 returning token_id";

pub(super) const STATEMENTS: &[&str] = &[INSERT, USER, LIST, DELETE, DELETE_OF_USER];

impl Accounts {
    /// Adds a token.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn add_token(
        &self,
        user: &User,
        token_hash: &str,
        token: &ApiToken,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        on_db!(&mut tx, c => sqlx::query(INSERT)
            .bind(&token.token_id).bind(token_hash).bind(&user.user_id).bind(&token.label)
            .bind(token.created_at).bind(token.expires_at).execute(&mut **c).await.map(|_| ()))?;
        let event = UserEvent::TokenCreated {
            at: Timestamp(token.created_at),
            token_id: token.token_id.clone(),
            label: token.label.as_str().into(),
            expires_at: token.expires_at.map(Timestamp),
        };
        user.record(&mut tx, origin, &event).await?;
        tx.commit().await
    }

    /// The user of a token. `None` if it has expired or the user is inactive.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn user_of_token(&self, token_hash: &str, now: Timestamp) -> Result<Option<User>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(USER)
            .bind(token_hash).bind(now.as_micros()).bind(true).fetch_optional(c).await)
    }

    /// A user's tokens, oldest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn tokens_of(&self, user_id: &str) -> Result<Vec<ApiToken>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(LIST).bind(user_id).fetch_all(c).await)
    }

    /// Deletes all tokens of a user.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn remove_tokens_of(&self, user: &User, at: Timestamp, origin: &Origin) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let removed: Vec<String> = on_db!(&mut tx, c => sqlx::query_scalar(DELETE_OF_USER)
            .bind(&user.user_id).fetch_all(&mut **c).await)?;
        for token_id in removed {
            user.record(&mut tx, origin, &revoked(token_id, at, origin)).await?;
        }
        tx.commit().await
    }

    /// Deletes a token. Returns `false` if the user has no such token.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn remove_token(
        &self,
        user: &User,
        token_id: &str,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<bool, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let rows = on_db!(&mut tx, c => sqlx::query(DELETE)
            .bind(token_id).bind(&user.user_id).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if rows > 0 {
            user.record(&mut tx, origin, &revoked(token_id.to_owned(), at, origin))
                .await?;
        }
        tx.commit().await?;
        Ok(rows > 0)
    }
}

fn revoked(token_id: String, at: Timestamp, origin: &Origin) -> UserEvent {
    UserEvent::TokenRevoked {
        at,
        token_id,
        by: origin.by(),
    }
}
