//! `call-ledger tenants add` and `list`.

use super::{Configuration, opened, print};
use clap::Subcommand;
use domain::Timestamp;
use infra::accounts::Accounts;
use infra::clock::{Clock as _, SystemClock};

/// Show and add tenants.
#[derive(clap::Args)]
pub(super) struct Tenants {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the tenants, with their numbers of users and admins
    List(List),
    /// Add a tenant; `users add --tenant` then adds its first admin
    Add(Add),
}

#[derive(clap::Args)]
struct List {
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Add {
    /// Name of the tenant: 1 to 64 of the characters a-z, 0-9, - and _
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Tenants {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::Add(add) => add.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let accounts = opened::accounts(&config).await?;
        for tenant in accounts.tenants().await? {
            let since = match tenant.created_at {
                0 => "the first start".to_owned(),
                at => Timestamp(at).to_rfc3339(),
            };
            print(&format!(
                "{:<24} {:>4} users, {:>3} active admins, since {since}",
                tenant.tenant, tenant.users, tenant.admins
            ))?;
        }
        Ok(())
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let accounts = Accounts::open(&config.accounts_database).await?;
        accounts.add_tenant(&self.tenant, SystemClock.now()).await?;
        print(&format!(
            "added {tenant}; its first admin: call-ledger users add --tenant {tenant} --role admin --email ADDRESS --name NAME",
            tenant = self.tenant
        ))
    }
}
