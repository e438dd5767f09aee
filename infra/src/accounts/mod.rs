//! [`Accounts`]: users, login sessions, API tokens and invitations, in ordinary tables of their own database.
//!
//! Unlike the log, these tables are mutable; what happens to a user is also on the user's stream ([`events`]). Password
//! hashing and permissions are in the API; only hashes of tokens are stored here.

mod erasure;
mod events;
mod invitations;
mod presence;
mod sessions;
mod tenants;
mod tokens;
mod users;

/// sqlx's error, for callers without a dependency on sqlx.
pub use sqlx::Error as DatabaseError;

pub use domain::user::Role;
pub use events::{Origin, PendingEvent};
pub use invitations::Invitation;
pub use presence::{OnlineUser, ProcessPresence};
pub use tenants::{AddTenantError, TenantAccount};
pub use tokens::ApiToken;
pub use users::{NewUser, Registration, User, UserChange};

use crate::db::{DatabaseUrl, Db, DbError, Durability, connect, exists, migrate};
use crate::ledger::{AccountsCheckError, Ledger, check_accounts, mark_accounts};
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
    events::STATEMENTS,
    erasure::STATEMENTS,
    tenants::STATEMENTS,
];

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

    /// As [`Accounts::open`], without creating anything. `None` if there are no accounts.
    ///
    /// # Errors
    /// When the database cannot be reached or migrated.
    pub async fn open_existing(url: &DatabaseUrl) -> Result<Option<Self>, DbError> {
        if exists(url, NAME).await? {
            Self::open(url).await.map(Some)
        } else {
            Ok(None)
        }
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
