//! A place for a ledger to live: one of each engine, so that every contract is tested on both.

use crate::postgres::{TestDatabase, postgres};
use crate::scratch::data_dir;
use infra::clock::SharedClock;
use infra::db::DatabaseUrl;
use infra::keys::MasterKey;
use infra::ledger::{Ledger, LedgerOpenError, LedgerOptions};
use std::sync::Arc;
use tempfile::TempDir;

/// An empty database of either engine, gone when this is dropped.
pub struct Place {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The master key of its key store.
    pub master_key: MasterKey,
    _keep: Keep,
}

enum Keep {
    Folder(#[expect(dead_code, reason = "held until dropped")] TempDir),
    Database(#[expect(dead_code, reason = "held until dropped")] TestDatabase),
}

impl Place {
    /// A folder for SQLite files, on a disk.
    #[expect(
        clippy::unused_async,
        reason = "made as PostgreSQL's is: the tests do not care which it is"
    )]
    pub async fn sqlite() -> Self {
        let folder = data_dir();
        let url = DatabaseUrl::Folder(folder.path().to_owned());
        Self {
            url,
            master_key: MasterKey::random(),
            _keep: Keep::Folder(folder),
        }
    }

    /// A PostgreSQL database.
    ///
    /// # Panics
    /// When there is no PostgreSQL to be had.
    pub async fn postgres() -> Self {
        let database = postgres().await;
        let url = database.url().parse().expect("a PostgreSQL address");
        Self {
            url,
            master_key: MasterKey::random(),
            _keep: Keep::Database(database),
        }
    }

    /// How a ledger is opened here.
    pub fn options(&self, clock: SharedClock) -> LedgerOptions {
        LedgerOptions {
            database: self.url.clone(),
            keys: self.url.clone(),
            master_key: self.master_key.clone(),
            clock,
        }
    }

    /// A ledger here, with the machine's clock.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub async fn try_ledger(&self) -> Result<Ledger, LedgerOpenError> {
        Ledger::open(self.options(Arc::new(infra::clock::SystemClock))).await
    }

    /// A ledger here, with the machine's clock.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn ledger(&self) -> Ledger {
        self.try_ledger().await.expect("a ledger")
    }
}

/// Makes each of these `async fn(Place)` a test on both engines.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(harness::place::Place::sqlite().await).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(harness::place::Place::postgres().await).await }
        )* }
    };
}
