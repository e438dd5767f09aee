//! `call-ledger users list` and `users add`.

use super::{Configuration, print};
use crate::auth::{email, name, password};
use anyhow::Context as _;
use clap::Subcommand;
use infra::accounts::{Accounts, NewUser, Registration, Role};
use infra::clock::{Clock as _, SystemClock, new_id};
use infra::secret::Secret;
use std::io::{BufRead as _, IsTerminal as _};

/// Show and add users.
#[derive(clap::Args)]
pub(super) struct Users {
    #[command(subcommand)]
    command: Command,
}

#[expect(clippy::doc_markdown, reason = "shown as help text, not as Markdown")]
#[derive(Subcommand)]
enum Command {
    /// List all users
    List(List),
    /// Add a user; the password is read from CALL_LEDGER_PASSWORD, otherwise from standard input
    Add(Add),
}

#[derive(clap::Args)]
struct List {
    /// Tenant of the users
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Add {
    /// E-mail address to sign in with
    #[arg(long)]
    email: String,
    /// Display name
    #[arg(long)]
    name: String,
    /// One of: admin, agent, auditor, analyst
    #[arg(long)]
    role: Role,
    /// Tenant of the user
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Users {
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
        let accounts = Accounts::open(&config.accounts_database).await?;
        for user in accounts.users(&self.tenant).await? {
            let active = if user.active { "" } else { "(inactive)" };
            print(&format!(
                "{:<40} {:<8} {:<32} {} {active}",
                user.user_id, user.role, user.email, user.name
            ))?;
        }
        Ok(())
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let (email, name) = (email(&self.email).map_err(explain)?, name(&self.name).map_err(explain)?);
        let password = read_password()?;
        password::check(&password).map_err(explain)?;
        let new = NewUser {
            user_id: new_id("user"),
            email,
            name,
            password_hash: password::hash(password).await.map_err(explain)?,
            at: SystemClock.now(),
        };
        let accounts = Accounts::open(&config.accounts_database).await?;
        match accounts.add_user(&new, &self.tenant, self.role).await? {
            Registration::Done(user) => print(&format!("added {} as {}", user.user_id, user.role)),
            Registration::EmailTaken | Registration::NotInvited => {
                anyhow::bail!("this e-mail address is already registered")
            }
        }
    }
}

/// Formats field problems for the command line, without JSON pointers.
fn explain(error: crate::error::ApiError) -> anyhow::Error {
    match error.problem().errors.as_slice() {
        [] => error.into(),
        problems => {
            let messages = problems.iter().map(|problem| {
                let field = problem.pointer.as_deref().unwrap_or_default().trim_start_matches('/');
                format!("{field} {}", problem.detail)
            });
            anyhow::anyhow!(messages.collect::<Vec<_>>().join("; "))
        }
    }
}

/// Reads the password. There is no flag for it, because other users of the machine can see flags.
fn read_password() -> anyhow::Result<Secret> {
    if let Ok(password) = std::env::var("CALL_LEDGER_PASSWORD") {
        return Ok(Secret::new(password));
    }
    if std::io::stdin().is_terminal() {
        eprint!("Password (it will be visible): ");
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the password")?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
