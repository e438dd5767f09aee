//! [`Accounts`]: users, login sessions, API tokens and invitations, in ordinary tables of their own database.
//!
//! Unlike the log, these tables are mutable. The actions of a user are in the metadata of events. Password hashing and
//! permissions are in the API; only hashes of tokens are stored here.

mod invitations;
mod presence;
mod sessions;
mod tokens;
mod users;

/// sqlx's error, for callers without a dependency on sqlx.
pub use sqlx::Error as DatabaseError;

pub use invitations::Invitation;
pub use presence::{OnlineUser, ProcessPresence};
pub use tokens::ApiToken;
pub use users::{NewUser, Registration, User, UserChange};

use crate::db::{DatabaseUrl, Db, DbError, Durability, connect, migrate};
use crate::ledger::{AccountsCheckError, Ledger, check_accounts, mark_accounts};
use serde::{Deserialize, Serialize};
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite/accounts");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres/accounts");

/// The schema, or the file, that holds the accounts.
const NAME: &str = "accounts";
/// Connections of the pool.
const CONNECTIONS: u32 = 4;

/// Every statement. A test prepares them on both engines.
pub const STATEMENTS: &[&[&str]] = &[
    users::STATEMENTS,
    presence::STATEMENTS,
    sessions::STATEMENTS,
    tokens::STATEMENTS,
    invitations::STATEMENTS,
];

/// The role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has all permissions of the tenant.
    Admin,
    /// A team member, who takes, reviews and grades calls.
    Agent,
    /// Reads everything and changes nothing.
    Auditor,
    /// Reads and rebuilds read models.
    Analyst,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Agent, Self::Auditor, Self::Analyst];

    /// The role as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Auditor => "auditor",
            Self::Analyst => "analyst",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text does not name a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role must be admin, agent, auditor or analyst")]
pub struct UnknownRole;

/// The account store.
#[derive(Clone, Debug)]
pub struct Accounts {
    db: Db,
}

impl Accounts {
    /// Opens the database and migrates its schema.
    ///
    /// # Errors
    /// When the database cannot be reached or migrated.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DbError> {
        let db = connect(url, NAME, Durability::Full, CONNECTIONS).await?;
        migrate(&db, &SQLITE, &POSTGRES).await?;
        Ok(Self { db })
    }

    /// As [`Accounts::open`], if the accounts belong to this log: accounts of another log are refused, and missing ones
    /// are created only beside a new log. Otherwise everyone could register as the first user.
    ///
    /// # Errors
    /// When the accounts do not belong to the log, or a database cannot be used.
    pub async fn open_beside(url: &DatabaseUrl, ledger: &Ledger) -> Result<Self, AccountsCheckError> {
        check_accounts(ledger, url, NAME).await?;
        let accounts = Self::open(url).await?;
        mark_accounts(ledger, &accounts.db).await?;
        Ok(accounts)
    }

    /// The pool, for the test that prepares every statement.
    #[must_use]
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

#[cfg(test)]
mod tests;
