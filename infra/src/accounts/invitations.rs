//! Invitations by an admin. Each is valid for one registration with one e-mail address.

use super::events::{Origin, forget_events_of, record};
use super::{Accounts, Role};
use crate::db::Tx;
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;

/// An invitation, without its token.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitation {
    /// The id that the invited person will have. Absent in invitations of earlier versions.
    pub user_id: Option<String>,
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

const INSERT: &str = "insert into invitations (token_hash, user_id, tenant, email, role, invited_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const TAKE: &str = "update invitations set used_at = $3 where token_hash = $1 and email = $2 and used_at is null and expires_at > $3 returning user_id, tenant, email, role, invited_by, created_at, expires_at";

const PENDING: &str = "select user_id, tenant, email, role, invited_by, created_at, expires_at from invitations where tenant = $1 and user_id is not null and used_at is null and expires_at > $2 order by email";
const REVOKE: &str =
    "delete from invitations where tenant = $1 and user_id = $2 and used_at is null and expires_at > $3";
const REPLACE: &str = "delete from invitations where email = $1 and tenant = $2 and used_at is null returning user_id";
pub(super) const DELETE_FOR: &str = "delete from invitations where email = $1";

const DELETE_OF_USER: &str = "delete from invitations where tenant = $1 and user_id = $2";

pub(super) const STATEMENTS: &[&str] = &[INSERT, TAKE, PENDING, REVOKE, REPLACE, DELETE_FOR, DELETE_OF_USER];

impl Accounts {
    /// Stores an invitation. It replaces earlier ones of the tenant for the same address.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn invite(&self, token_hash: &str, invitation: &Invitation, origin: &Origin) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let replaced: Vec<Option<String>> = on_db!(&mut tx, c => sqlx::query_scalar(REPLACE)
            .bind(&invitation.email).bind(&invitation.tenant).fetch_all(&mut **c).await)?;
        let at = Timestamp(invitation.created_at);
        for user_id in replaced.iter().flatten() {
            let event = UserEvent::InvitationRevoked { at, by: origin.by() };
            record(&mut tx, (&invitation.tenant, user_id), origin, &event).await?;
        }
        on_db!(&mut tx, c => sqlx::query(INSERT)
            .bind(token_hash).bind(&invitation.user_id).bind(&invitation.tenant).bind(&invitation.email)
            .bind(invitation.role.as_str()).bind(&invitation.invited_by).bind(invitation.created_at)
            .bind(invitation.expires_at).execute(&mut **c).await.map(|_| ()))?;
        if let Some(user_id) = &invitation.user_id {
            let event = UserEvent::UserInvited {
                at,
                email: invitation.email.as_str().into(),
                role: invitation.role,
                expires_at: Timestamp(invitation.expires_at),
                by: origin.by(),
            };
            record(&mut tx, (&invitation.tenant, user_id), origin, &event).await?;
        }
        tx.commit().await
    }

    /// The invitations of a tenant that are neither used nor expired, by address.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn invitations(&self, tenant: &str, now: Timestamp) -> Result<Vec<Invitation>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(PENDING).bind(tenant).bind(now.as_micros()).fetch_all(c).await)
    }

    /// Revokes the invitation of a person. `false` if there is none, or it was used or has expired.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn revoke_invitation(
        &self,
        (tenant, user_id): (&str, &str),
        at: Timestamp,
        origin: &Origin,
    ) -> Result<bool, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let revoked = on_db!(&mut tx, c => sqlx::query(REVOKE)
            .bind(tenant).bind(user_id).bind(at.as_micros()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if revoked == 0 {
            return Ok(false);
        }
        let event = UserEvent::InvitationRevoked { at, by: origin.by() };
        record(&mut tx, (tenant, user_id), origin, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Erases a person who was invited and has no account. The key of their stream is destroyed once the event is in the
    /// log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn erase_invited(
        &self,
        (tenant, user_id): (&str, &str),
        ground: &str,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        on_db!(&mut tx, c => sqlx::query(DELETE_OF_USER)
            .bind(tenant).bind(user_id).execute(&mut **c).await.map(|_| ()))?;
        forget_events_of(&mut tx, user_id).await?;
        let event = UserEvent::UserErased {
            at,
            ground: ground.to_owned(),
            by: origin.by(),
        };
        record(&mut tx, (tenant, user_id), origin, &event).await?;
        tx.commit().await
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
