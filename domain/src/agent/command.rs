//! Commands to an agent.

use super::event::AgentSettings;
use crate::call::command::commands;
use crate::hours::WeekHours;

commands! {
    /// A command to an agent. It can be refused with an [`super::AgentError`].
    AgentCommand
    whole {}
    spelled {
        Create {
            /// A name is required.
            settings: AgentSettings,
            by: String,
        },
        /// Changes settings. An absent setting keeps its value.
        Edit {
            settings: AgentSettings,
            by: String,
        },
        SetHours {
            /// Always open if absent.
            hours: Option<WeekHours>,
            by: String,
        },
        /// Routes every caller to voicemail until the emergency is lifted.
        CloseForEmergency {
            by: String,
        },
        LiftEmergency {
            by: String,
        },
        AssignNumber {
            /// A number of the tenant, E.164.
            number: String,
            by: String,
        },
        UnassignNumber {
            /// A number of the tenant, E.164.
            number: String,
            by: String,
        },
        /// Proposes rules drawn from corrections as the next version of the persona.
        ProposePersona {
            /// Sentences for the system prompt.
            rules: Vec<String>,
            /// Log positions of the corrections that the rules were drawn from.
            sources: Vec<i64>,
            by: String,
        },
        /// Puts a proposed persona in force.
        ApprovePersona {
            version: u32,
            by: String,
        },
        RejectPersona {
            version: u32,
            by: String,
        },
        /// Puts an approved persona in force again.
        RollBackPersona {
            /// The version; 0 is the base prompt alone.
            to: u32,
            by: String,
        },
        Archive {
            by: String,
        },
    }
}
