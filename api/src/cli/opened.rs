//! The ledger and the read models, opened for a verb.

use crate::app::ledger_options;
use anyhow::Context as _;
use infra::clock::{SharedClock, SystemClock};
use infra::config::Config;
use infra::db::{DatabaseUrl, ReadStores};
use infra::ledger::{Ledger, LedgerOpenError};
use projections::ReadModels;
use std::sync::Arc;

/// What verbs work with.
pub(super) struct Opened {
    pub ledger: Ledger,
    pub models: ReadModels,
    pub clock: SharedClock,
}

/// Opens for reading, and for rebuilding read models: also beside a service on the same SQLite folder.
pub(super) async fn for_reading(config: &Config) -> anyhow::Result<Opened> {
    must_be_there(config)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let options = ledger_options(config, clock.clone())?;
    let ledger = Ledger::open_read_only(options).await.context("opening the ledger")?;
    with_models(config, ledger, clock).await
}

/// Opens for appending. On SQLite that needs the service to be stopped.
pub(super) async fn for_appending(config: &Config) -> anyhow::Result<Opened> {
    let clock: SharedClock = Arc::new(SystemClock);
    let ledger = match Ledger::open(ledger_options(config, clock.clone())?).await {
        Err(error @ LedgerOpenError::Locked(_)) => {
            return Err(error).context(
                "the service is running on this SQLite folder, and one process appends to a folder: \
                 change agents by its API, or stop it first",
            );
        }
        opened => opened.context("opening the ledger")?,
    };
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

/// A look into a folder that is not there must not make one, with a new master key in it.
fn must_be_there(config: &Config) -> anyhow::Result<()> {
    match &config.ledger_database {
        DatabaseUrl::Folder(folder) if !folder.exists() => {
            anyhow::bail!(
                "there is no data folder {}: has the service ever run here?",
                folder.display()
            )
        }
        _ => Ok(()),
    }
}
