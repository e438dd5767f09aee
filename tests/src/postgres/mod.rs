//! PostgreSQL to throw away.
//!
//! [`postgres`] gives a test an empty database of its own. The server behind it is started by the first test that asks
//! and shared by all test processes of the target directory; a supervisor stops it and removes its files when nobody
//! has used it for ten seconds, however the tests ended. Use is told by file locks, which the kernel lets go of when a
//! process dies: no list of processes, no count that a kill could leave wrong.
//!
//! With `TEST_POSTGRES_URL` set (a superuser's URL), that server is used instead and nothing is started.

mod binaries;
mod cluster;
mod database;
mod shared;
pub mod supervisor;

pub use cluster::{Durability, signal};
pub use database::TestDatabase;

/// A fresh, empty database on a server that does not wait for the disk: for tests, which kill our processes and never
/// the server.
///
/// # Panics
/// When there is no PostgreSQL to be had, saying what is missing.
pub async fn postgres() -> TestDatabase {
    TestDatabase::create(Durability::Quick)
        .await
        .expect("a throw-away PostgreSQL database")
}

/// A fresh, empty database on a server that is as durable as a real one: for benchmarks.
///
/// # Panics
/// When there is no PostgreSQL to be had, saying what is missing.
pub async fn durable_postgres() -> TestDatabase {
    TestDatabase::create(Durability::Durable)
        .await
        .expect("a throw-away PostgreSQL database")
}
