//! Login sessions, by the hash of a token that only the browser has.

use super::events::Origin;
use super::{Accounts, User};
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;
use std::net::IpAddr;

const INSERT: &str = "insert into sessions (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)";
const USER: &str = "select u.user_id, u.tenant, u.email, u.name, u.role, u.operator, u.password_hash, u.active, u.created_at, u.last_seen_at from sessions s join users u on u.user_id = s.user_id where s.token_hash = $1 and s.expires_at > $2 and u.active = $3";
const DELETE: &str = "delete from sessions where token_hash = $1";
const CONFIRM: &str = "update sessions set confirmed_at = $2 where token_hash = $1";
const CONFIRMED_AT: &str = "select coalesce(confirmed_at, created_at) from sessions where token_hash = $1";
pub(super) const DELETE_OF_USER: &str = "delete from sessions where user_id = $1";
const DELETE_EXPIRED: &str = "delete from sessions where expires_at <= $1";

pub(super) const STATEMENTS: &[&str] = &[
    INSERT,
    USER,
    DELETE,
    CONFIRM,
    CONFIRMED_AT,
    DELETE_OF_USER,
    DELETE_EXPIRED,
];

impl Accounts {
    /// Creates a session, and deletes expired ones.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn begin_session(
        &self,
        token_hash: &str,
        user: &User,
        (now, until): (Timestamp, Timestamp),
        address: IpAddr,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        on_db!(&mut tx, c => sqlx::query(DELETE_EXPIRED).bind(now.as_micros()).execute(&mut **c).await.map(|_| ()))?;
        on_db!(&mut tx, c => sqlx::query(INSERT)
            .bind(token_hash).bind(&user.user_id).bind(now.as_micros()).bind(until.as_micros())
            .execute(&mut **c).await.map(|_| ()))?;
        let event = UserEvent::SignedIn {
            at: now,
            address: address.to_string().into(),
        };
        user.record(&mut tx, origin, &event).await?;
        tx.commit().await
    }

    /// The user of a session. `None` if it has expired or the user is inactive.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn user_of_session(&self, token_hash: &str, now: Timestamp) -> Result<Option<User>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(USER)
            .bind(token_hash).bind(now.as_micros()).bind(true).fetch_optional(c).await)
    }

    /// Records that the user has given the password in a session.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn confirm_session(&self, token_hash: &str, now: Timestamp) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(CONFIRM)
            .bind(token_hash).bind(now.as_micros()).execute(c).await.map(|_| ()))
    }

    /// When the password was last given in a session. `None` if the session has ended.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn session_confirmed_at(&self, token_hash: &str) -> Result<Option<Timestamp>, sqlx::Error> {
        let at: Option<i64> =
            on_db!(&self.db, c => sqlx::query_scalar(CONFIRMED_AT).bind(token_hash).fetch_optional(c).await)?;
        Ok(at.map(Timestamp))
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn end_session(
        &self,
        token_hash: &str,
        user: &User,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let rows = on_db!(&mut tx, c => sqlx::query(DELETE)
            .bind(token_hash).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if rows > 0 {
            user.record(&mut tx, origin, &UserEvent::SignedOut { at }).await?;
        }
        tx.commit().await
    }

    /// Ends all sessions of a user: after a new password, or when the user is deactivated.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn end_sessions_of(&self, user_id: &str) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(DELETE_OF_USER).bind(user_id).execute(c).await.map(|_| ()))
    }
}
