//! The tables of `agents`. They contain no personal values: prompts and numbers belong to the tenant.

use crate::rows::Owner::{Agent, PhoneNumber};
use crate::rows::Role::OwnedBy;
use crate::rows::{Row, Table, table};

/// Every table of this read model.
pub const TABLES: &[Table] = &[
    AgentRow::TABLE,
    AgentNumberRow::TABLE,
    PersonaRow::TABLE,
    NumberOwnerRow::TABLE,
];

table! {
    /// An agent. Times are epoch microseconds.
    AgentRow in "agents", key 1, OwnedBy(Agent), personal []
    {
        agent_id: String,
        tenant: String,
        /// The display name.
        name: Option<String>,
        /// BCP 47.
        language: Option<String>,
        /// All settings: `domain::agent::AgentSettings` as JSON.
        settings: String,
        /// The opening hours: `domain::hours::WeekHours` as JSON. Absent if always open.
        hours: Option<String>,
        /// Whether an emergency closure is in force: all calls go to voicemail.
        emergency: bool,
        emergency_at: Option<i64>,
        /// The persona in force. 0 is the base prompt without a persona.
        persona_version: i64,
        created_at: i64,
        changed_at: i64,
        archived: bool,
    }
}

table! {
    /// A number that an agent answers.
    AgentNumberRow in "agent_numbers", key 2, OwnedBy(Agent), personal []
    {
        agent_id: String,
        /// E.164.
        number: String,
        tenant: String,
        /// Epoch microseconds. If two agents have the same number, the later assignment answers.
        assigned_at: i64,
    }
}

table! {
    /// A version of an agent's persona. Times are epoch microseconds.
    PersonaRow in "personas", key 2, OwnedBy(Agent), personal []
    {
        agent_id: String,
        /// From 1.
        version: i64,
        tenant: String,
        /// `proposed`, `approved`, `rejected`.
        state: String,
        /// Whether it is the agent's current persona.
        in_force: bool,
        /// JSON array of strings.
        rules: String,
        /// Log positions of the corrections that the rules were derived from: JSON array of numbers.
        sources: String,
        proposed_by: Option<String>,
        proposed_at: Option<i64>,
        /// The user who approved or rejected it.
        decided_by: Option<String>,
        decided_at: Option<i64>,
    }
}

table! {
    /// The tenant that a number belongs to.
    NumberOwnerRow in "number_owners", key 1, OwnedBy(PhoneNumber), personal []
    {
        /// E.164.
        number: String,
        tenant: String,
    }
}
