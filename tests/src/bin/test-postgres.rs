//! Keeps the tests' PostgreSQL server for as long as a test uses it. Started by the tests; not meant for people.

use anyhow::{Result, bail};
use harness::postgres::{Durability, supervisor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("quick") => supervisor::run(Durability::Quick).await,
        Some("durable") => supervisor::run(Durability::Durable).await,
        _ => bail!("usage: test-postgres quick | durable"),
    }
}
