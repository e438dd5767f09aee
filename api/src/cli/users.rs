//! `call-ledger users list`, `add`, `grant-operator` and `revoke-operator`.

use super::{Configuration, opened, operator, print};
use crate::auth::{email, name, password};
use anyhow::Context as _;
use clap::Subcommand;
use infra::accounts::{Accounts, NewUser, Origin, Registration, Role};
use infra::clock::{Clock as _, SystemClock, new_id};
use infra::event_store::Actor;
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
    /// Make a user an operator of the installation, who rebuilds read models for all tenants
    GrantOperator(Named),
    /// End that
    RevokeOperator(Named),
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

#[derive(clap::Args)]
struct Named {
    /// E-mail address of the user
    #[arg(long)]
    email: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Users {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::Add(add) => add.run().await,
            Command::GrantOperator(named) => named.set_operator(true).await,
            Command::RevokeOperator(named) => named.set_operator(false).await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let accounts = opened::accounts(&config).await?;
        for user in accounts.users(&self.tenant).await? {
            let marks = [(user.operator, "(operator)"), (!user.active, "(inactive)")];
            let marks: String = marks.into_iter().filter_map(|(is, mark)| is.then_some(mark)).collect();
            print(&format!(
                "{:<40} {:<8} {:<32} {} {marks}",
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
        match accounts.add_user(&new, &self.tenant, self.role, &origin()).await? {
            Registration::Done(user) => print(&format!("added {} as {}", user.user_id, user.role)),
            Registration::EmailTaken | Registration::NotInvited => {
                anyhow::bail!("this e-mail address is already registered")
            }
            Registration::UnknownTenant => anyhow::bail!(
                "there is no tenant {:?}: `call-ledger tenants add {0}` adds it, `call-ledger tenants list` shows all",
                self.tenant
            ),
        }
    }
}

impl Named {
    async fn set_operator(self, is_operator: bool) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let accounts = opened::accounts(&config).await?;
        let email = email(&self.email).map_err(explain)?;
        let user = accounts.user_by_email(&email).await?;
        let user = user.with_context(|| format!("there is no user {email}"))?;
        if !is_operator && user.operator && !accounts.has_other_operator(&user).await? {
            anyhow::bail!("this is the only operator of the installation");
        }
        let changed = accounts
            .set_operator(&user, is_operator, SystemClock.now(), &origin())
            .await?;
        print(match (is_operator, changed) {
            (true, true) => "the user is an operator of the installation now",
            (true, false) => "the user was an operator of the installation already",
            (false, true) => "the user is no operator of the installation any more",
            (false, false) => "the user was no operator of the installation",
        })
    }
}

/// Who acts on the command line. A running service appends the events to the log within seconds, or the next one does.
fn origin() -> Origin {
    Origin::of(Actor::Cli(operator()))
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
