//! What an agent can be ordered to do.

use super::event::AgentSettings;
use crate::call::command::commands;
use crate::hours::WeekHours;

commands! {
    /// A command to an agent. All are people's, and are refused with an [`super::AgentError`] when they make no sense.
    AgentCommand
    whole {}
    spelled {
        /// Make the agent.
        Create {
            /// What it is made with; a name is required.
            settings: AgentSettings,
            /// Who.
            by: String,
        },
        /// Change the agent. What is absent stays as it was.
        Edit {
            /// What changes.
            settings: AgentSettings,
            /// Who.
            by: String,
        },
        /// Say when the agent answers.
        SetHours {
            /// The hours; always open, if absent.
            hours: Option<WeekHours>,
            /// Who.
            by: String,
        },
        /// Answer nobody until further notice.
        CloseForEmergency {
            /// Who.
            by: String,
        },
        /// Business as usual.
        LiftEmergency {
            /// Who.
            by: String,
        },
        /// Answer this number.
        AssignNumber {
            /// Our own number, E.164.
            number: String,
            /// Who.
            by: String,
        },
        /// No longer answer this number.
        UnassignNumber {
            /// Our own number, E.164.
            number: String,
            /// Who.
            by: String,
        },
        /// Propose rules drawn from corrections. The version is the next free one.
        ProposePersona {
            /// The rules, in words fit for a prompt.
            rules: Vec<String>,
            /// Positions of the corrections that they were drawn from.
            sources: Vec<i64>,
            /// Who.
            by: String,
        },
        /// Put a proposed persona in force.
        ApprovePersona {
            /// Which.
            version: u32,
            /// Who.
            by: String,
        },
        /// Turn a proposed persona down.
        RejectPersona {
            /// Which.
            version: u32,
            /// Who.
            by: String,
        },
        /// Put an earlier approved persona in force again.
        RollBackPersona {
            /// Which; 0 is the base prompt alone.
            to: u32,
            /// Who.
            by: String,
        },
        /// Use the agent no longer.
        Archive {
            /// Who.
            by: String,
        },
    }
}
