//! `call-ledger agents list`, `agents get <id>` and `agents set <id>`.

use super::opened::{for_appending, for_reading};
use super::{Configuration, operator, print};
use crate::agents::is_created;
use crate::web::opened::opened as open_values;
use clap::Subcommand;
use domain::agent::event::AgentSettings;
use domain::agent::{Agent, AgentCommand};
use engine::agents::fold;
use infra::clock::new_id;
use infra::event_store::{Actor, Metadata, StreamId};

/// Show and change agents.
#[derive(clap::Args)]
pub(super) struct Agents {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List all agents
    List(List),
    /// Print one agent as JSON
    Get(Get),
    /// Change settings of an agent. On SQLite, stop the service first
    Set(Box<Set>),
}

#[derive(clap::Args)]
struct List {
    /// Tenant of the agents
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Get {
    /// ID of the agent
    id: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Set {
    /// ID of the agent
    id: String,
    /// Display name
    #[arg(long)]
    name: Option<String>,
    /// System prompt of the language model
    #[arg(long)]
    prompt: Option<String>,
    /// Text spoken at the start of a call
    #[arg(long)]
    greeting: Option<String>,
    /// Text spoken before the caller leaves a message
    #[arg(long)]
    voicemail_greeting: Option<String>,
    /// Name of a Twilio voice, such as Polly.Joanna
    #[arg(long)]
    voice: Option<String>,
    /// BCP 47 language tag, such as en-US
    #[arg(long)]
    language: Option<String>,
    /// Name of the language model
    #[arg(long)]
    model: Option<String>,
    /// true: route all callers to the voicemail until further notice; false: answer calls again
    #[arg(long)]
    emergency_closed: Option<bool>,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Agents {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::Get(get) => get.run().await,
            Command::Set(set) => set.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let agents = for_reading(&config).await?.models.agents();
        let numbers = agents.numbers(&self.tenant).await?;
        for agent in agents.list(&self.tenant).await? {
            let own = numbers.iter().filter(|number| number.agent_id == agent.agent_id);
            let own: Vec<_> = own.map(|number| number.number.as_str()).collect();
            let state = match (agent.archived, agent.emergency) {
                (true, _) => "archived",
                (false, true) => "closed",
                (false, false) => "in use",
            };
            let name = agent.name.unwrap_or_default();
            print(&format!(
                "{:<40} {state:<9} {name:<30} {}",
                agent.agent_id,
                own.join(" ")
            ))?;
        }
        Ok(())
    }
}

impl Get {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let history = for_reading(&config)
            .await?
            .ledger
            .history(&StreamId::agent(&self.id))
            .await?;
        if !is_created(&history) {
            anyhow::bail!("agent {} not found", self.id);
        }
        print(&serde_json::to_string_pretty(&open_values(&fold(&history))?)?)
    }
}

impl Set {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.configuration.resolve_quietly()?;
        let settings = AgentSettings {
            name: self.name,
            prompt: self.prompt,
            greeting: self.greeting,
            voicemail_greeting: self.voicemail_greeting,
            voice: self.voice,
            language: self.language,
            model: self.model,
            ..AgentSettings::default()
        };
        let opened = for_appending(&config).await?;
        let history = opened.ledger.history(&StreamId::agent(&self.id)).await?;
        let Some(first) = history.first() else {
            anyhow::bail!("agent {} not found", self.id)
        };
        let (at, by) = (opened.clock.now(), format!("cli:{}", operator()));
        let mut commands = Vec::new();
        if settings != AgentSettings::default() {
            commands.push(AgentCommand::Edit {
                at,
                settings,
                by: by.clone(),
            });
        }
        match self.emergency_closed {
            Some(true) => commands.push(AgentCommand::CloseForEmergency { at, by }),
            Some(false) => commands.push(AgentCommand::LiftEmergency { at, by }),
            None => {}
        }
        if commands.is_empty() {
            anyhow::bail!("nothing to change: see call-ledger agents set --help");
        }
        for command in commands {
            let metadata = Metadata::new(first.metadata.tenant.clone(), Actor::Cli(operator()), new_id("cli"));
            let done = opened.ledger.execute::<Agent>(&self.id, command, metadata).await?;
            print(&format!("position {}", done.position))?;
        }
        Ok(())
    }
}
