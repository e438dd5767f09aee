//! Keeps the tests' PostgreSQL server running while tests use it. Started by the tests and by `make test`.

use anyhow::{Result, bail};
use harness::postgres::{Durability, supervisor};
use std::process::ExitCode;
use tokio::process::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["quick"] => supervisor::run(Durability::Quick).await?,
        ["durable"] => supervisor::run(Durability::Durable).await?,
        ["during", program, ref rest @ ..] => {
            let mut command = Command::new(program);
            command.args(rest);
            let status = supervisor::run_command(Durability::Quick, command).await?;
            return Ok(status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .map_or(ExitCode::FAILURE, ExitCode::from));
        }
        _ => bail!("usage: test-postgres quick | durable | during <command> [argument...]"),
    }
    Ok(ExitCode::SUCCESS)
}
