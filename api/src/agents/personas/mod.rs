//! Personas: learned rules of an agent. A user writes rules from the corrections of its calls and proposes them as a
//! version; an admin approves or rejects the version, and can roll back to any version that was ever approved, or to
//! the prompt alone.
//!
//! Everything is read from the agent's stream, including rollbacks. The corrections that a version is based on are read
//! from the log at the positions that the version names; a correction of an erased call has no text.
//!
//! Rules are not personal values: they are stored in plain text and sent to the model in every call. Telephone numbers
//! and e-mail addresses in them are refused by the domain (`domain::agent::rules`); names must be found by the
//! approver. No endpoint here changes a prompt automatically: a draft (`draft`) is text for a user to edit, and becomes
//! a rule only by being proposed and approved.

pub mod approve;
pub mod draft;
mod history;
pub mod list;
pub mod propose;
pub mod reject;
pub mod roll_back;
mod sources;
pub mod view;

use super::AgentResource;
use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::composed_of_parts;
use crate::web::CommandKey;
use domain::agent::AgentCommand;
use history::PersonaLog;
use infra::event_store::Position;
use projections::persona_feedback::queries::Feedback;
use view::Personas;

/// Maximum number of versions per page.
const MAX_PAGE: usize = 20;

/// What endpoints of personas use.
pub struct PersonaResource {
    agents: AgentResource,
    feedback: Feedback,
}

composed_of_parts!(PersonaResource { agents, feedback });

impl PersonaResource {
    /// A page of an agent's versions: the latest, or those before one.
    async fn personas(&self, signed_in: &SignedIn, agent_id: &str, before: Option<u32>) -> Result<Personas, ApiError> {
        let log = PersonaLog::of(&self.agents.load_history(signed_in, agent_id).await?);
        let page: Vec<u32> = log.before(before).take(MAX_PAGE).collect();
        let positions = page.iter().flat_map(|version| log.sources(*version)).copied();
        let sources = sources::load(&self.agents.ledger, &self.feedback, signed_in, positions.collect()).await?;
        Ok(Personas::of(agent_id.to_owned(), &log, &page, &sources))
    }

    /// Executes a command on an agent's personas, and returns the personas after it.
    async fn change(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        endpoint: &'static str,
        agent_id: &str,
        command: AgentCommand,
    ) -> Result<(Position, Personas), ApiError> {
        let position = self.agents.execute(signed_in, key, endpoint, agent_id, command).await?;
        Ok((position, self.personas(signed_in, agent_id, None).await?))
    }
}
