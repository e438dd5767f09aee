//! Opens the ledger and the read models for a subcommand.

use crate::app::{ledger_options, sandbox_clock};
use anyhow::Context as _;
use domain::ledger::LedgerClock;
use infra::accounts::Accounts;
use infra::clock::{SharedClock, SystemClock};
use infra::config::Config;
use infra::db::{DatabaseUrl, ReadStores};
use infra::ledger::{Ledger, LedgerOpenError};
use projections::ReadModels;
use std::sync::Arc;

/// The opened ledger and read models.
pub(super) struct Opened {
    pub ledger: Ledger,
    pub models: ReadModels,
    pub clock: SharedClock,
}

/// Opens for reading and for rebuilding read models, also while a service uses the same SQLite folder.
pub(super) async fn for_reading(config: &Config) -> anyhow::Result<Opened> {
    ensure_data_folder(config)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let options = ledger_options(config, clock.clone())?;
    let ledger = Ledger::open_read_only(options).await.context("opening the ledger")?;
    with_models(config, ledger, clock).await
}

/// Opens for appending. On SQLite, the service must be stopped.
pub(super) async fn for_appending(config: &Config) -> anyhow::Result<Opened> {
    let clock: SharedClock = match config.clock {
        LedgerClock::System => Arc::new(SystemClock),
        LedgerClock::Sandbox => sandbox_clock(config).await?,
    };
    let ledger = match Ledger::open(ledger_options(config, clock.clone())?).await {
        Err(error @ LedgerOpenError::Locked(_)) => {
            return Err(error).context(
                "the service is running on this SQLite folder, and only one process may append: \
                stop the service first, or use its API",
            );
        }
        opened => opened.context("opening the ledger")?,
    };
    // Before the first event of this command: a later start must not find events without accounts.
    let accounts = Accounts::open_beside(&config.accounts_database, &ledger)
        .await
        .context("opening the accounts database")?;
    accounts.close().await;
    with_models(config, ledger, clock).await
}

async fn with_models(config: &Config, ledger: Ledger, clock: SharedClock) -> anyhow::Result<Opened> {
    let views = ReadStores::open(&config.read_models_database)
        .await
        .context("opening the read models")?;
    let models = ReadModels::open(views, ledger.clone(), clock.clone())
        .await
        .context("opening the read models")?;
    Ok(Opened { ledger, models, clock })
}

/// Opens the accounts, which must exist: a mistyped folder is not made a new installation.
pub(super) async fn accounts(config: &Config) -> anyhow::Result<Accounts> {
    let accounts = Accounts::open_existing(&config.accounts_database).await?;
    accounts.with_context(|| {
        format!(
            "there are no accounts in {}: set DATA_DIR or ACCOUNTS_DATABASE_URL, or start the service once",
            config.accounts_database
        )
    })
}

/// Fails if the data folder does not exist, so that a read does not create one with a new master key.
pub(super) fn ensure_data_folder(config: &Config) -> anyhow::Result<()> {
    match &config.ledger_database {
        DatabaseUrl::Folder(folder) if !folder.exists() => {
            anyhow::bail!(
                "data folder {} not found: set DATA_DIR, or start the service once",
                folder.display()
            )
        }
        _ => Ok(()),
    }
}
