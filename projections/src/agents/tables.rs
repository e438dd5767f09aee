//! The tables of `agents`. Nothing in them is about a person: prompts and numbers are our own.

use crate::rows::Owner::Agent;
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[AgentRow::TABLE, AgentNumberRow::TABLE, PersonaRow::TABLE];

table! {
    /// An agent. Moments are epoch microseconds.
    AgentRow in "agents", key 1, OwnedBy(Agent), personal []
    {
        /// Its identifier.
        agent_id: String,
        /// Whose data it is.
        tenant: String,
        /// For people.
        name: Option<String>,
        /// BCP 47.
        language: Option<String>,
        /// All that is set, as `domain::agent::AgentSettings` in JSON.
        settings: String,
        /// When it answers, as `domain::hours::WeekHours` in JSON; always, if absent.
        hours: Option<String>,
        /// Whether nobody is answered until further notice.
        emergency: bool,
        /// Since when.
        emergency_at: Option<i64>,
        /// The persona in force; 0 is the base prompt alone.
        persona_version: i64,
        /// When it was made.
        created_at: i64,
        /// When it was last changed.
        changed_at: i64,
        /// Whether it is no longer used.
        archived: bool,
    }
}

table! {
    /// A number that an agent answers.
    AgentNumberRow in "agent_numbers", key 2, OwnedBy(Agent), personal []
    {
        /// The agent.
        agent_id: String,
        /// Our own number, E.164.
        number: String,
        /// Whose data it is.
        tenant: String,
        /// Since when, in epoch microseconds. Of two agents with one number the later answers.
        assigned_at: i64,
    }
}

table! {
    /// A version of an agent's persona. Moments are epoch microseconds.
    PersonaRow in "personas", key 2, OwnedBy(Agent), personal []
    {
        /// The agent.
        agent_id: String,
        /// From 1.
        version: i64,
        /// Whose data it is.
        tenant: String,
        /// `proposed`, `approved`, `rejected`.
        state: String,
        /// Whether it speaks now.
        in_force: bool,
        /// The rules: a JSON list of texts.
        rules: String,
        /// Positions of the corrections that they were drawn from: a JSON list of numbers.
        sources: String,
        /// Who proposed it.
        proposed_by: Option<String>,
        /// When it was proposed.
        proposed_at: Option<i64>,
        /// Who approved or rejected it.
        decided_by: Option<String>,
        /// When it was decided.
        decided_at: Option<i64>,
    }
}
