//! `call-ledger users list` and `users add`.

use super::{Configuration, print};
use crate::auth::{email, name, password};
use anyhow::Context as _;
use clap::Subcommand;
use infra::clock::{Clock as _, SystemClock, new_id};
use infra::config::Secret;
use infra::accounts::{NewUser, Accounts, Registration, Role};
use std::io::{BufRead as _, IsTerminal as _};

/// Look at users and add them.
#[derive(clap::Args)]
pub(super) struct Users {
    #[command(subcommand)]
    verb: Verb,
}

#[expect(clippy::doc_markdown, reason = "these words are shown as help, not as Markdown")]
#[derive(Subcommand)]
enum Verb {
    /// Every user
    List(List),
    /// Add a user; the password is read from CALL_LEDGER_PASSWORD, else from standard input
    Add(Add),
}

#[derive(clap::Args)]
struct List {
    /// Whose users
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Add {
    /// How they sign in
    #[arg(long)]
    email: String,
    /// For people
    #[arg(long)]
    name: String,
    /// admin, agent, auditor, analyst
    #[arg(long)]
    role: Role,
    /// Whose data they work on
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Users {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Add(add) => add.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let people = Accounts::open(&config.accounts_database).await?;
        for user in people.users(&self.tenant).await? {
            let active = if user.active { "" } else { "(may not sign in)" };
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
        let people = Accounts::open(&config.accounts_database).await?;
        match people.add_user(&new, &self.tenant, self.role).await? {
            Registration::Done(user) => print(&format!("added {} as {}", user.user_id, user.role)),
            Registration::EmailTaken | Registration::NotInvited => anyhow::bail!("this e-mail address is registered"),
        }
    }
}

/// The fields' own words: a command line has no JSON pointers.
fn explain(error: crate::error::ApiError) -> anyhow::Error {
    match error.problem().errors.as_slice() {
        [] => error.into(),
        problems => {
            let words = problems.iter().map(|problem| {
                let field = problem.pointer.as_deref().unwrap_or_default().trim_start_matches('/');
                format!("{field} {}", problem.detail)
            });
            anyhow::anyhow!(words.collect::<Vec<_>>().join("; "))
        }
    }
}

/// Not a flag: flags are seen by everybody on the machine.
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
