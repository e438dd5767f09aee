//! `call-ledger keys rotate`: replaces the master key. Data keys are rewrapped; events are not changed.

use super::opened::ensure_data_folder;
use super::{Configuration, print};
use crate::app::{ledger_options, master_key, master_key_file};
use anyhow::Context as _;
use clap::Subcommand;
use infra::clock::{Clock as _, SystemClock};
use infra::config::Config;
use infra::keys::{KeyError, KeyStore, MasterKey};
use infra::ledger::Ledger;
use std::path::PathBuf;
use std::sync::Arc;

/// Manage encryption keys.
#[derive(clap::Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Rewrap all data keys with a new master key. Services may run meanwhile; those that have the key in a variable
    /// need a restart with the new one
    Rotate(Rotate),
}

#[derive(clap::Args)]
struct Rotate {
    /// File of the new master key; created if it does not exist [default: master.key.next in the data folder]
    #[arg(long)]
    new_key_file: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Rotate(rotate) => rotate.run().await,
        }
    }
}

impl Rotate {
    /// Writes the new key to its file before anything is wrapped with it. After an interruption the command can be
    /// repeated: either key opens the store, and the one that does shows how far the rotation got.
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        ensure_data_folder(&config)?;
        let file = self
            .new_key_file
            .unwrap_or_else(|| config.data_dir.join("master.key.next"));
        let new = MasterKey::from_file(&file).with_context(|| format!("the new master key in {}", file.display()))?;
        if new.id() == master_key(&config)?.id() {
            anyhow::bail!("the new master key is the same as the current one");
        }
        if is_done_already(&config, &new).await? {
            print("the data keys are already wrapped with the new master key")?;
        } else {
            let options = ledger_options(&config, Arc::new(SystemClock))?;
            // Checks that the key store belongs to the log. Nothing is appended.
            let ledger = Ledger::open_read_only(options).await.context("opening the ledger")?;
            let count = ledger.rotate_master_key(&new, SystemClock.now()).await?;
            print(&format!("{count} data keys are wrapped with master key {}", new.id()))?;
        }
        if config.master_key.is_some() {
            return print(&format!(
                "now set LEDGER_MASTER_KEY to the contents of {}",
                file.display()
            ));
        }
        let current = master_key_file(&config);
        std::fs::rename(&file, &current).with_context(|| format!("moving the new key to {}", current.display()))?;
        print(&format!(
            "the new master key is in {}: back it up, separately from the events",
            current.display()
        ))
    }
}

/// Whether an earlier run has already rewrapped the data keys: then only the new key opens the store.
async fn is_done_already(config: &Config, new: &MasterKey) -> anyhow::Result<bool> {
    match KeyStore::open(&config.keys_database, master_key(config)?, Arc::new(SystemClock)).await {
        Ok(_) => Ok(false),
        Err(KeyError::WrongMasterKey) => {
            KeyStore::open(&config.keys_database, new.clone(), Arc::new(SystemClock))
                .await
                .context("neither the old nor the new master key opens the key store")?;
            Ok(true)
        }
        Err(error) => Err(error.into()),
    }
}
