//! The command line: one file a verb.
//!
//! Beside a service that runs on the same SQLite folder, a verb may read, and may rebuild read models; it may not append:
//! one process appends to a folder. On PostgreSQL every verb works beside any number of services.

mod agents;
mod calls;
mod keys;
mod openapi;
mod opened;
mod projections;
mod serve;
mod users;

use clap::{Parser, Subcommand};
use infra::config::{Config, Settings};
use std::path::PathBuf;
use std::process::ExitCode;

/// The system of record of an AI telephony platform.
#[derive(Parser)]
#[command(name = "call-ledger", version, about)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the service: embedded defaults unless configured
    Serve(serve::Serve),
    /// Look at calls
    Calls(calls::Calls),
    /// Look after read models
    Projections(projections::Projections),
    /// Look at agents and change them
    Agents(agents::Agents),
    /// Look at users and add them
    Users(users::Users),
    /// Print the OpenAPI document
    Openapi,
    /// Look after keys
    Keys(keys::Keys),
}

/// How the service is configured: flags, then environment, then a TOML file.
#[derive(clap::Args)]
struct Configuration {
    /// A TOML file with any of these settings, by their names in lower case [default: call-ledger.toml, if it is there]
    #[arg(long, env = "CALL_LEDGER_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Configuration {
    fn resolve(self) -> anyhow::Result<Config> {
        Ok(Config::resolve(self.settings.with_file(self.config.as_deref())?)?)
    }

    /// For verbs other than `serve`: warnings only, for people.
    fn resolve_quietly(self) -> anyhow::Result<Config> {
        let config = self.resolve()?;
        infra::telemetry::init(infra::telemetry::LogFormat::Pretty, "warn")?;
        Ok(config)
    }
}

/// Reads the command line and does what it says.
pub async fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Serve(verb) => Box::pin(verb.run()).await,
        Verb::Calls(verb) => verb.run().await,
        Verb::Projections(verb) => verb.run().await,
        Verb::Agents(verb) => verb.run().await,
        Verb::Users(verb) => verb.run().await,
        Verb::Openapi => openapi::run(),
        Verb::Keys(verb) => verb.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("call-ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints to standard output. A reader that went away (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Who runs the command, for the metadata of what it does.
fn operator() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| "unknown".to_owned())
}

#[cfg(test)]
mod tests;
