//! Users.

use super::events::{Origin, record};
use super::{Accounts, Invitation, Role};
use crate::db::Tx;
use crate::event_store::Actor;
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;

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
    /// Whether the user operates the installation: read models, of all tenants.
    pub operator: bool,
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

impl User {
    /// Whether the user was erased: what remains of them cannot be changed.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        // Every other user has a password.
        self.password_hash.is_empty()
    }

    /// Stores what the transaction does to the user.
    pub(super) async fn record(&self, tx: &mut Tx, origin: &Origin, event: &UserEvent) -> Result<(), sqlx::Error> {
        record(tx, (&self.tenant, &self.user_id), origin, event).await
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
    /// There is no such tenant.
    UnknownTenant,
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

const COLUMNS_BY_EMAIL: &str = "select user_id, tenant, email, name, role, operator, password_hash, active, created_at, last_seen_at from users where email = $1";
const BY_ID: &str = "select user_id, tenant, email, name, role, operator, password_hash, active, created_at, last_seen_at from users where user_id = $1";
const LIST: &str = "select user_id, tenant, email, name, role, operator, password_hash, active, created_at, last_seen_at from users where tenant = $1 order by name, user_id";
const ANY: &str = "select count(*) from users";
const INSERT: &str = "insert into users (user_id, tenant, email, name, role, operator, password_hash, active, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FOUND: &str = "insert into founder (one, user_id) values (1, $1)";
const FOUNDED: &str = "select count(*) from founder";
const CHANGE: &str = "update users set name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active), password_hash = coalesce($5, password_hash) where user_id = $1";
const OPERATOR: &str = "update users set operator = $2 where user_id = $1 and operator <> $2";
const OTHER_OPERATORS: &str = "select count(*) from users where operator = $1 and active = $1 and user_id <> $2";
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
    OPERATOR,
    OTHER_OPERATORS,
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

    /// Registers a user. The first becomes admin of the tenant `default` and operator of the installation; others need an
    /// invitation, which also determines their id.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn register(
        &self,
        new: &NewUser,
        invitation_hash: Option<&str>,
        correlation_id: &str,
    ) -> Result<Registration, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let founded: i64 = on_db!(&mut tx, c => sqlx::query_scalar(FOUNDED).fetch_one(&mut **c).await)?;
        let mut user = if founded == 0 {
            new.user("default", Role::Admin, true)
        } else {
            let invitation = match invitation_hash {
                Some(hash) => Invitation::take(&mut tx, hash, &new.email, new.at).await?,
                None => None,
            };
            let Some(invitation) = invitation else {
                return Ok(Registration::NotInvited);
            };
            let mut user = new.user(&invitation.tenant, invitation.role, false);
            user.user_id = invitation.user_id.unwrap_or(user.user_id);
            user
        };
        let origin = Origin {
            actor: Actor::User(user.user_id.clone()),
            correlation_id: correlation_id.to_owned(),
        };
        if let Err(error) = insert(&mut tx, &user, &origin).await {
            return email_taken_or(error);
        }
        if founded == 0
            && let Err(error) =
                on_db!(&mut tx, c => sqlx::query(FOUND).bind(&user.user_id).execute(&mut **c).await.map(|_| ()))
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
        user.last_seen_at = None;
        Ok(Registration::Done(user))
    }

    /// Adds a user without an invitation, for the CLI. The first user of the installation becomes its operator.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn add_user(
        &self,
        new: &NewUser,
        tenant: &str,
        role: Role,
        origin: &Origin,
    ) -> Result<Registration, sqlx::Error> {
        if !self.has_tenant(tenant).await? {
            return Ok(Registration::UnknownTenant);
        }
        let mut tx = self.db.begin().await?;
        let founded: i64 = on_db!(&mut tx, c => sqlx::query_scalar(FOUNDED).fetch_one(&mut **c).await)?;
        let user = new.user(tenant, role, founded == 0);
        if let Err(error) = insert(&mut tx, &user, origin).await {
            return email_taken_or(error);
        }
        if founded == 0 {
            on_db!(&mut tx, c => sqlx::query(FOUND).bind(&user.user_id).execute(&mut **c).await.map(|_| ()))?;
        }
        tx.commit().await?;
        Ok(Registration::Done(user))
    }

    /// Changes a user. Returns `false` if the user does not exist.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn change_user(
        &self,
        user_id: &str,
        change: &UserChange,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<bool, sqlx::Error> {
        let role = change.role.map(Role::as_str);
        let mut tx = self.db.begin().await?;
        let before: Option<User> =
            on_db!(&mut tx, c => sqlx::query_as(BY_ID).bind(user_id).fetch_optional(&mut **c).await)?;
        let Some(before) = before else { return Ok(false) };
        on_db!(&mut tx, c => sqlx::query(CHANGE)
            .bind(user_id).bind(&change.name).bind(role).bind(change.active).bind(&change.password_hash)
            .execute(&mut **c).await.map(|_| ()))?;
        for event in change.events(&before, at, &origin.by()) {
            before.record(&mut tx, origin, &event).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Makes a user an operator of the installation, or ends that. Returns `false` if the user was or was not one
    /// already.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn set_operator(
        &self,
        user: &User,
        operator: bool,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<bool, sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let rows = on_db!(&mut tx, c => sqlx::query(OPERATOR)
            .bind(&user.user_id).bind(operator).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if rows > 0 {
            let by = origin.by();
            let event = if operator {
                UserEvent::OperatorGranted { at, by }
            } else {
                UserEvent::OperatorRevoked { at, by }
            };
            user.record(&mut tx, origin, &event).await?;
        }
        tx.commit().await?;
        Ok(rows > 0)
    }

    /// Whether the installation has another active operator.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_other_operator(&self, user: &User) -> Result<bool, sqlx::Error> {
        let count: i64 = on_db!(&self.db, c => sqlx::query_scalar(OTHER_OPERATORS)
            .bind(true).bind(&user.user_id).fetch_one(c).await)?;
        Ok(count > 0)
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

impl NewUser {
    fn user(&self, tenant: &str, role: Role, operator: bool) -> User {
        User {
            user_id: self.user_id.clone(),
            tenant: tenant.to_owned(),
            email: self.email.clone(),
            name: self.name.clone(),
            role,
            operator,
            password_hash: self.password_hash.clone(),
            active: true,
            created_at: self.at.as_micros(),
            last_seen_at: None,
        }
    }
}

impl UserChange {
    /// What the change does to this user.
    fn events(&self, before: &User, at: Timestamp, by: &str) -> Vec<UserEvent> {
        let by = || by.to_owned();
        let renamed = self.name.as_ref().filter(|name| **name != before.name);
        let role = self.role.filter(|role| *role != before.role);
        let active = self.active.filter(|active| *active != before.active);
        let events = [
            renamed.map(|name| UserEvent::UserRenamed {
                at,
                name: name.as_str().into(),
                by: by(),
            }),
            role.map(|role| UserEvent::RoleChanged { at, role, by: by() }),
            active.map(|active| {
                if active {
                    UserEvent::UserReactivated { at, by: by() }
                } else {
                    UserEvent::UserDeactivated { at, by: by() }
                }
            }),
            self.password_hash
                .as_ref()
                .map(|_| UserEvent::PasswordChanged { at, by: by() }),
        ];
        events.into_iter().flatten().collect()
    }
}

async fn insert(tx: &mut Tx, user: &User, origin: &Origin) -> Result<(), sqlx::Error> {
    on_db!(tx: Tx, c => sqlx::query(INSERT)
        .bind(&user.user_id).bind(&user.tenant).bind(&user.email).bind(&user.name).bind(user.role.as_str())
        .bind(user.operator).bind(&user.password_hash).bind(user.active).bind(user.created_at)
        .execute(&mut **c).await.map(|_| ()))?;
    let event = UserEvent::UserRegistered {
        at: Timestamp(user.created_at),
        email: user.email.as_str().into(),
        name: user.name.as_str().into(),
        role: user.role,
        operator: user.operator,
        by: origin.by(),
    };
    user.record(tx, origin, &event).await
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
