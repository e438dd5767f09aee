//! A database of a test's own, dropped at its end.

use super::cluster::Durability;
use super::shared::Lease;
use anyhow::{Context, Result};
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// An empty database. Dropped when this is.
#[derive(Debug)]
pub struct TestDatabase {
    url: Url,
    server: Url,
    name: String,
}

impl TestDatabase {
    pub(super) async fn create(durability: Durability) -> Result<Self> {
        let server = tokio::task::spawn_blocking(move || server(durability)).await??;
        let name = format!("test_{:032x}", rand::random::<u128>());
        let mut connection = PgConnection::connect(server.as_str())
            .await
            .context("cannot connect to PostgreSQL")?;
        connection.execute(&*format!("create database {name}")).await?;
        connection.close().await?;
        let mut url = server.clone();
        url.set_path(&name);
        Ok(Self { url, server, name })
    }

    /// Its URL, for `LEDGER_DATABASE_URL` and the like.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: this may be dropped inside a runtime, which must not be blocked on.
        let dropped = std::thread::spawn(move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(async {
                    let mut connection = PgConnection::connect(server.as_str()).await?;
                    connection
                        .execute(&*format!("drop database if exists {name} with (force)"))
                        .await?;
                    Ok(connection.close().await?)
                })
        });
        // A database that stays goes with its server.
        let _ = dropped.join();
    }
}

/// The server's URL; this process holds a lease on it until it ends.
fn server(durability: Durability) -> Result<Url> {
    static LEASES: Mutex<Option<HashMap<&'static str, Lease>>> = Mutex::new(None);
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        return Url::parse(&url).context("TEST_POSTGRES_URL is not a URL");
    }
    let mut leases = LEASES.lock().unwrap_or_else(PoisonError::into_inner);
    let leases = leases.get_or_insert_default();
    let url = match leases.get(durability.as_str()) {
        Some(lease) => Url::parse(&lease.address.url)?,
        None => Url::parse(
            &leases
                .entry(durability.as_str())
                .or_insert(Lease::take(durability)?)
                .address
                .url,
        )?,
    };
    Ok(url)
}
