//! Users.

use super::{Accounts, Invitation, Role};
use crate::on_db;
use domain::Timestamp;

/// A user.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// `user_<uuid>`, as used in events.
    pub user_id: String,
    pub tenant: String,
    /// In lower case.
    pub email: String,
    pub name: String,
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// PHC string of the password.
    pub password_hash: String,
    /// An inactive user cannot sign in.
    pub active: bool,
    /// Epoch microseconds.
    pub created_at: i64,
    /// Epoch microseconds. Absent if never seen.
    pub last_seen_at: Option<i64>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("user_id", &self.user_id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl TryFrom<String> for Role {
    type Error = super::UnknownRole;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A user to register.
#[derive(Clone)]
pub struct NewUser {
    /// `user_<uuid>`.
    pub user_id: String,
    /// In lower case.
    pub email: String,
    pub name: String,
    /// PHC string of the password.
    pub password_hash: String,
    /// Time of registration.
    pub at: Timestamp,
}

/// The result of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    Done(User),
    /// Another user has this e-mail address.
    EmailTaken,
    /// The first user is registered already, and there is no valid invitation for this address.
    NotInvited,
}

/// Changes to a user. Absent fields are unchanged.
#[derive(Clone, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub active: Option<bool>,
    /// PHC string of a new password.
    pub password_hash: Option<String>,
}

const COLUMNS_BY_EMAIL: &str = "select user_id, tenant, email, name, role, password_hash, active, created_at, last_seen_at from users where email = $1";
const BY_ID: &str = "select user_id, tenant, email, name, role, password_hash, active, created_at, last_seen_at from users where user_id = $1";
const LIST: &str = "select user_id, tenant, email, name, role, password_hash, active, created_at, last_seen_at from users where tenant = $1 order by name, user_id";
const ANY: &str = "select count(*) from users";
const INSERT: &str = "insert into users (user_id, tenant, email, name, role, password_hash, active, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const FOUND: &str = "insert into founder (one, user_id) values (1, $1)";
const FOUNDED: &str = "select count(*) from founder";
const CHANGE: &str = "update users set name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active), password_hash = coalesce($5, password_hash) where user_id = $1";
const SEEN: &str = "update users set last_seen_at = $2 where user_id = $1";
const OTHER_ADMINS: &str =
    "select count(*) from users where tenant = $1 and role = 'admin' and active = $2 and user_id <> $3";

pub(super) const STATEMENTS: &[&str] = &[
    COLUMNS_BY_EMAIL,
    BY_ID,
    LIST,
    ANY,
    INSERT,
    FOUND,
    FOUNDED,
    CHANGE,
    SEEN,
    OTHER_ADMINS,
];

impl Accounts {
    /// Whether there is no user yet.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn is_empty(&self) -> Result<bool, sqlx::Error> {
        let count: i64 = on_db!(&self.db, c => sqlx::query_scalar(ANY).fetch_one(c).await)?;
        Ok(count == 0)
    }

    /// The user with this e-mail address.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(COLUMNS_BY_EMAIL).bind(email).fetch_optional(c).await)
    }

    /// The user with this id.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn user(&self, user_id: &str) -> Result<Option<User>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(BY_ID).bind(user_id).fetch_optional(c).await)
    }

    /// Every user of a tenant, by name.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn users(&self, tenant: &str) -> Result<Vec<User>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(LIST).bind(tenant).fetch_all(c).await)
    }

    /// Registers a user. The first becomes admin of the tenant `default`; others need an invitation.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn register(&self, new: &NewUser, invitation_hash: Option<&str>) -> Result<Registration, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let founded: i64 = on_db!(&mut tx, c => sqlx::query_scalar(FOUNDED).fetch_one(&mut **c).await)?;
        let (tenant, role) = if founded == 0 {
            ("default".to_owned(), Role::Admin)
        } else {
            let invitation = match invitation_hash {
                Some(hash) => Invitation::take(&mut tx, hash, &new.email, new.at).await?,
                None => None,
            };
            match invitation {
                Some(invitation) => (invitation.tenant, invitation.role),
                None => return Ok(Registration::NotInvited),
            }
        };
        if let Err(error) = insert(&mut tx, new, &tenant, role).await {
            return email_taken_or(error);
        }
        if founded == 0
            && let Err(error) =
                on_db!(&mut tx, c => sqlx::query(FOUND).bind(&new.user_id).execute(&mut **c).await.map(|_| ()))
        {
            // Another registration was first at the same time.
            return if is_unique(&error) {
                Ok(Registration::NotInvited)
            } else {
                Err(error)
            };
        }
        tx.commit().await?;
        if founded == 0 {
            // The first user must not be lost with SQLite's write-ahead log: everyone could register again.
            self.db.checkpoint().await?;
        }
        Ok(Registration::Done(
            self.user(&new.user_id).await?.ok_or(sqlx::Error::RowNotFound)?,
        ))
    }

    /// Adds a user without an invitation, for the CLI.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn add_user(&self, new: &NewUser, tenant: &str, role: Role) -> Result<Registration, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        if let Err(error) = insert(&mut tx, new, tenant, role).await {
            return email_taken_or(error);
        }
        let founded: i64 = on_db!(&mut tx, c => sqlx::query_scalar(FOUNDED).fetch_one(&mut **c).await)?;
        if founded == 0 {
            on_db!(&mut tx, c => sqlx::query(FOUND).bind(&new.user_id).execute(&mut **c).await.map(|_| ()))?;
        }
        tx.commit().await?;
        Ok(Registration::Done(
            self.user(&new.user_id).await?.ok_or(sqlx::Error::RowNotFound)?,
        ))
    }

    /// Changes a user. Returns `false` if the user does not exist.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn change_user(&self, user_id: &str, change: &UserChange) -> Result<bool, sqlx::Error> {
        let role = change.role.map(Role::as_str);
        let rows = on_db!(&self.db, c => sqlx::query(CHANGE)
            .bind(user_id).bind(&change.name).bind(role).bind(change.active).bind(&change.password_hash)
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Whether the tenant has another active admin. The last one must not be removed.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_other_admin(&self, user: &User) -> Result<bool, sqlx::Error> {
        let count: i64 = on_db!(&self.db, c => sqlx::query_scalar(OTHER_ADMINS)
            .bind(&user.tenant).bind(true).bind(&user.user_id).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Records when the user was last seen.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn set_last_seen(&self, user_id: &str, at: Timestamp) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(SEEN).bind(user_id).bind(at.as_micros()).execute(c).await.map(|_| ()))
    }
}

async fn insert(tx: &mut crate::db::Tx, new: &NewUser, tenant: &str, role: Role) -> Result<(), sqlx::Error> {
    on_db!(tx: Tx, c => sqlx::query(INSERT)
        .bind(&new.user_id).bind(tenant).bind(&new.email).bind(&new.name).bind(role.as_str())
        .bind(&new.password_hash).bind(true).bind(new.at.as_micros())
        .execute(&mut **c).await.map(|_| ()))
}

fn email_taken_or(error: sqlx::Error) -> Result<Registration, sqlx::Error> {
    if is_unique(&error) {
        Ok(Registration::EmailTaken)
    } else {
        Err(error)
    }
}

fn is_unique(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
