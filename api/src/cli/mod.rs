//! The command line: one file per subcommand.
//!
//! While a service runs on the same SQLite folder, a subcommand may read and rebuild read models, but not append: only
//! one process appends to a folder. On PostgreSQL every subcommand works beside any number of services.

mod agents;
mod calls;
mod keys;
mod numbers;
mod openapi;
mod opened;
mod projections;
mod serve;
mod tenants;
mod users;

use clap::{Parser, Subcommand};
use infra::config::{Config, Settings};
use std::path::PathBuf;
use std::process::ExitCode;

/// Call Ledger: the system of record of an AI telephony platform.
#[derive(Parser)]
#[command(name = "call-ledger", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service, with embedded databases unless configured otherwise
    Serve(serve::Serve),
    /// Show calls
    Calls(calls::Calls),
    /// Show and rebuild read models
    Projections(projections::Projections),
    /// Show and change agents
    Agents(agents::Agents),
    /// Show and change which tenant a telephone number belongs to
    Numbers(numbers::Numbers),
    /// Show and add tenants
    Tenants(tenants::Tenants),
    /// Show and add users, and operators of the installation
    Users(users::Users),
    /// Print the OpenAPI document
    Openapi,
    /// Manage encryption keys
    Keys(keys::Keys),
}

/// Configuration: flags first, then environment variables, then a TOML file.
#[derive(clap::Args)]
struct Configuration {
    /// TOML file with any of these settings, by their lower-case names [default: call-ledger.toml, if it exists]
    #[arg(long, env = "CALL_LEDGER_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Configuration {
    fn resolve(self) -> anyhow::Result<Config> {
        Ok(Config::resolve(self.settings.with_file(self.config.as_deref())?)?)
    }

    /// For subcommands other than `serve`: logs warnings only, in readable form.
    fn resolve_quietly(self) -> anyhow::Result<Config> {
        let config = self.resolve()?;
        infra::telemetry::init(infra::telemetry::LogFormat::Pretty, "warn")?;
        Ok(config)
    }
}

/// Parses the command line and runs the subcommand.
pub async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(command) => Box::pin(command.run()).await,
        Command::Calls(command) => Box::pin(command.run()).await,
        Command::Projections(command) => Box::pin(command.run()).await,
        Command::Agents(command) => Box::pin(command.run()).await,
        Command::Numbers(command) => Box::pin(command.run()).await,
        Command::Tenants(command) => Box::pin(command.run()).await,
        Command::Users(command) => Box::pin(command.run()).await,
        Command::Openapi => openapi::run(),
        Command::Keys(command) => Box::pin(command.run()).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("call-ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints to standard output. A closed pipe (`| head`) is not an error.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The operating system user, for the metadata of events.
fn operator() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| "unknown".to_owned())
}

#[cfg(test)]
mod tests;
