//! Empty stores for a ledger, on SQLite and on PostgreSQL, so that every contract is tested on both.

use crate::postgres::{TestDatabase, postgres};
use crate::scratch::data_dir;
use infra::clock::SharedClock;
use infra::db::DatabaseUrl;
use infra::keys::MasterKey;
use infra::ledger::{Ledger, LedgerOpenError, LedgerOptions};
use std::sync::Arc;
use tempfile::TempDir;

/// An empty database, removed on drop.
pub struct TestStores {
    pub url: DatabaseUrl,
    pub master_key: MasterKey,
    _guard: Guard,
}

enum Guard {
    Folder(#[expect(dead_code, reason = "held until dropped")] TempDir),
    Database(#[expect(dead_code, reason = "held until dropped")] TestDatabase),
}

impl TestStores {
    /// A folder for SQLite files.
    #[expect(
        clippy::unused_async,
        reason = "same signature as `postgres`, for tests that run on both"
    )]
    pub async fn sqlite() -> Self {
        let folder = data_dir();
        let url = DatabaseUrl::Folder(folder.path().to_owned());
        Self {
            url,
            master_key: MasterKey::random(),
            _guard: Guard::Folder(folder),
        }
    }

    /// A PostgreSQL database.
    ///
    /// # Panics
    /// If PostgreSQL is not available.
    pub async fn postgres() -> Self {
        let database = postgres().await;
        let url = database.url().parse().expect("a PostgreSQL address");
        Self {
            url,
            master_key: MasterKey::random(),
            _guard: Guard::Database(database),
        }
    }

    /// Options to open a ledger on these stores.
    pub fn options(&self, clock: SharedClock) -> LedgerOptions {
        LedgerOptions {
            database: self.url.clone(),
            keys: self.url.clone(),
            master_key: self.master_key.clone().into(),
            clock,
        }
    }

    /// Opens a ledger on these stores, with the system clock.
    ///
    /// # Errors
    /// Those of [`Ledger::open`].
    pub async fn try_ledger(&self) -> Result<Ledger, LedgerOpenError> {
        Ledger::open(self.options(Arc::new(infra::clock::SystemClock))).await
    }

    /// Opens a ledger on these stores, with the system clock.
    ///
    /// # Panics
    /// If the ledger cannot be opened.
    pub async fn ledger(&self) -> Ledger {
        self.try_ledger().await.expect("a ledger")
    }
}

/// Turns each `async fn(TestStores)` into one test per database, and those after `sqlite:` into a test on SQLite only:
/// stories whose SQL is the same as that of others.
#[macro_export]
macro_rules! on_both_engines {
    ($($both:ident),* $(,)? $(; sqlite: $($one:ident),* $(,)?)?) => {
        mod sqlite {
            $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $both() { super::$both(harness::test_stores::TestStores::sqlite().await).await } )*
            $( $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $one() { super::$one(harness::test_stores::TestStores::sqlite().await).await } )* )?
        }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $both() { super::$both(harness::test_stores::TestStores::postgres().await).await }
        )* }
    };
}

/// Turns each `async fn(TestStores)` into a test on SQLite: stories whose SQL is the same as that of others.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(harness::test_stores::TestStores::sqlite().await).await }
        )* }
    };
}
