//! What the engine needs of the process's interfaces, which import the engine and implement this.

use domain::agent::AgentSettings;
use infra::accounts::Role;

/// The interfaces of this process.
pub trait Interfaces: Send + Sync {
    /// The TwiML that puts the caller into the call's conference.
    fn join_conference(&self, call_id: &str) -> String;

    /// The TwiML that says these words in the agent's voice and hangs up.
    fn farewell(&self, settings: &AgentSettings, words: &str) -> String;

    /// Whether users with this role may listen in, take over, transfer, hold and end calls.
    fn may_handle_calls(&self, role: Role) -> bool;

    /// Called when personal values were erased: drops every copy that the interfaces hold.
    fn forget_erased(&self);
}
