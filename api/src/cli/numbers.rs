//! `call-ledger numbers list`, `move` and `release`: which tenant a telephone number belongs to.

use super::opened::{for_appending, for_reading};
use super::{Configuration, operator, print};
use clap::Subcommand;
use domain::Tenant;
use engine::number_ownership::transfer_ownership;
use infra::event_store::Actor;

/// Show and change which tenant a telephone number belongs to.
#[derive(clap::Args)]
pub(super) struct Numbers {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the numbers and their tenants
    List(List),
    /// Make a number belong to a tenant, also if it belongs to another
    Move(Move),
    /// Make a number belong to no tenant: the first to assign it gets it
    Release(Release),
}

#[derive(clap::Args)]
struct List {
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Move {
    /// Telephone number with country code
    number: String,
    /// Tenant that gets it
    #[arg(long)]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Release {
    /// Telephone number with country code
    number: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Numbers {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::Move(it) => transfer(it.configuration, &it.number, Some(it.tenant)).await,
            Command::Release(it) => transfer(it.configuration, &it.number, None).await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let opened = for_reading(&config).await?;
        for (number, tenant) in opened.models.agents().owners().await? {
            print(&format!("{number:<18} {tenant}"))?;
        }
        Ok(())
    }
}

async fn transfer(configuration: Configuration, number: &str, tenant: Option<String>) -> anyhow::Result<()> {
    let config = configuration.resolve_quietly()?;
    let number = domain::phone::parse(number, None).map_err(|error| anyhow::anyhow!("the number {error}"))?;
    let opened = for_appending(&config).await?;
    let to = tenant.clone().map(Tenant::from);
    let (at, actor) = (opened.clock.now(), Actor::Cli(operator()));
    transfer_ownership(&opened.ledger, number.as_str(), to, at, actor).await?;
    print(&match tenant {
        Some(tenant) => format!("{} belongs to {tenant}", number.as_str()),
        None => format!("{} belongs to no tenant", number.as_str()),
    })
}
