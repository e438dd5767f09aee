//! Throw-away PostgreSQL databases.
//!
//! [`postgres`] gives a test an empty database of its own. All test processes of a target directory share one server.
//! `make test` starts it before the tests and stops it after them (`test-postgres during <command>`). Otherwise the first
//! test that needs it starts a supervisor, which stops the server and removes its files when it has been unused for ten
//! seconds, however the tests ended. File locks announce use, and the kernel releases them when a process dies: there is
//! no list of processes and no count that a kill could leave wrong.
//!
//! With `TEST_POSTGRES_URL` set (a superuser's URL), that server is used instead and nothing is started.

mod binaries;
mod cluster;
mod database;
mod shared;
pub mod supervisor;

pub use cluster::{Durability, signal};
pub use database::TestDatabase;

/// An empty database on a server that does not sync to disk: for tests, which kill the service and never the server.
///
/// # Panics
/// If PostgreSQL is not available; the message names what is missing.
pub async fn postgres() -> TestDatabase {
    TestDatabase::create(Durability::Quick)
        .await
        .expect("a throw-away PostgreSQL database")
}

/// An empty database on a server that syncs to disk as in production: for benchmarks.
///
/// # Panics
/// If PostgreSQL is not available; the message names what is missing.
pub async fn durable_postgres() -> TestDatabase {
    TestDatabase::create(Durability::Durable)
        .await
        .expect("a throw-away PostgreSQL database")
}
