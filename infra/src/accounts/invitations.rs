//! Invitations by an admin. Each is valid for one registration with one e-mail address.

use super::{Accounts, Role};
use crate::db::Tx;
use crate::on_db;
use domain::Timestamp;

/// An invitation, without its token.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitation {
    pub tenant: String,
    /// In lower case.
    pub email: String,
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// The admin's `user_id`.
    pub invited_by: String,
    /// Epoch microseconds.
    pub created_at: i64,
    /// Epoch microseconds.
    pub expires_at: i64,
}

const INSERT: &str = "insert into invitations (token_hash, tenant, email, role, invited_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
const TAKE: &str = "update invitations set used_at = $3 where token_hash = $1 and email = $2 and used_at is null and expires_at > $3 returning tenant, email, role, invited_by, created_at, expires_at";

pub(super) const STATEMENTS: &[&str] = &[INSERT, TAKE];

impl Accounts {
    /// Stores an invitation.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn invite(&self, token_hash: &str, invitation: &Invitation) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(INSERT)
            .bind(token_hash).bind(&invitation.tenant).bind(&invitation.email).bind(invitation.role.as_str())
            .bind(&invitation.invited_by).bind(invitation.created_at).bind(invitation.expires_at)
            .execute(c).await.map(|_| ()))
    }
}

impl Invitation {
    /// Consumes an invitation. `None` if it is for another address, used or expired.
    pub(super) async fn take(
        tx: &mut Tx,
        token_hash: &str,
        email: &str,
        now: Timestamp,
    ) -> Result<Option<Self>, sqlx::Error> {
        on_db!(tx: Tx, c => sqlx::query_as(TAKE)
            .bind(token_hash).bind(email).bind(now.as_micros()).fetch_optional(&mut **c).await)
    }
}
