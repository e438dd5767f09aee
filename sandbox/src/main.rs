//! `call-ledger-sandbox`: the command line of the sandbox network.

mod cli;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A telephone network for one machine, in place of Twilio
#[derive(Parser)]
#[command(name = "call-ledger-sandbox", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Serve(cli::serve::Arguments),
    Call(cli::call::Arguments),
    Traffic(cli::traffic::Arguments),
    Sign(cli::sign::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Serve(arguments) => cli::serve::run(arguments).await,
        Verb::Call(arguments) => cli::call::run(arguments).await,
        Verb::Traffic(arguments) => cli::traffic::run(arguments).await,
        Verb::Sign(arguments) => Ok(cli::sign::run(&arguments)),
    };
    outcome.unwrap_or_else(|error| {
        // With its causes, without a backtrace: the reader is at a terminal.
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
