//! `call-ledger agents list`, `agents get <id>`, `agents set <id>`.

use super::opened::{for_appending, for_reading};
use super::{Configuration, operator, print};
use crate::agents::{fold, is_created};
use crate::web::opened::opened as open_values;
use clap::Subcommand;
use domain::agent::event::AgentSettings;
use domain::agent::{Agent, AgentCommand};
use infra::clock::new_id;
use infra::event_store::{Actor, Metadata, StreamId};

/// Look at agents and change them.
#[derive(clap::Args)]
pub(super) struct Agents {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Every agent
    List(List),
    /// One agent, in JSON
    Get(Get),
    /// Change an agent; on SQLite the service must be stopped
    Set(Box<Set>),
}

#[derive(clap::Args)]
struct List {
    /// Whose agents
    #[arg(long, default_value = "default")]
    tenant: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Get {
    /// The agent
    id: String,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

#[derive(clap::Args)]
struct Set {
    /// The agent
    id: String,
    /// For people
    #[arg(long)]
    name: Option<String>,
    /// The system prompt
    #[arg(long)]
    prompt: Option<String>,
    /// The first thing the caller hears
    #[arg(long)]
    greeting: Option<String>,
    /// What a caller hears before leaving a message
    #[arg(long)]
    voicemail_greeting: Option<String>,
    /// Twilio's name of the voice
    #[arg(long)]
    voice: Option<String>,
    /// BCP 47: en-US
    #[arg(long)]
    language: Option<String>,
    /// The language model
    #[arg(long)]
    model: Option<String>,
    /// Answer nobody until further notice, or as usual again
    #[arg(long)]
    emergency_closed: Option<bool>,
    #[command(flatten, next_help_heading = "Configuration")]
    configuration: Configuration,
}

impl Agents {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Get(get) => get.run().await,
            Verb::Set(set) => set.run().await,
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
            anyhow::bail!("there is no agent {}", self.id);
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
            anyhow::bail!("there is no agent {}", self.id)
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
