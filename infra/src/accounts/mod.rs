//! Users, their sessions, API tokens and invitations: ordinary tables with a database handle of their own.
//!
//! What is here may be changed and deleted, unlike the log. What a user *does* is in the metadata of every event. Hashing
//! of passwords and the rules of who may do what are the API's; only hashes of tokens ever come here.

mod invitations;
mod sessions;
mod tokens;
mod users;

/// The database library's error, for callers that have no dependency on the library.
pub use sqlx::Error as DatabaseError;

pub use invitations::Invitation;
pub use tokens::ApiToken;
pub use users::{NewUser, Registration, User, UserChange};

use crate::db::{DatabaseUrl, Db, DbError, Durability, connect};
use serde::{Deserialize, Serialize};
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite/accounts");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres/accounts");

/// Connections to the people's tables.
const CONNECTIONS: u32 = 4;

/// Every statement, so that one test prepares them all on both engines.
pub const STATEMENTS: &[&[&str]] = &[
    users::STATEMENTS,
    sessions::STATEMENTS,
    tokens::STATEMENTS,
    invitations::STATEMENTS,
];

/// What a user is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the place: everything.
    Admin,
    /// Takes, reviews and grades calls.
    Agent,
    /// Reads everything, changes nothing.
    Auditor,
    /// Reads, and rebuilds read models.
    Analyst,
}

impl Role {
    /// All of them.
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

/// A text that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is one of admin, agent, auditor, analyst")]
pub struct UnknownRole;

/// The people's tables.
#[derive(Clone, Debug)]
pub struct Accounts {
    db: Db,
}

impl Accounts {
    /// Opens the tables, and brings their schema up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DbError> {
        let db = connect(url, "accounts", Durability::Full, CONNECTIONS).await?;
        match &db {
            Db::Sqlite(pool) => SQLITE.run(pool).await?,
            Db::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(Self { db })
    }

    /// The database, for the test that prepares every statement.
    #[must_use]
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

#[cfg(test)]
mod tests;
