//! What the engine needs of the process's interfaces, which import the engine and implement this.

/// The interfaces of this process.
pub trait Interfaces: Send + Sync {
    /// The TwiML that puts the caller into the call's conference.
    fn join_conference(&self, call_id: &str) -> String;

    /// Called when personal values were erased: drops every copy that the interfaces hold.
    fn forget_erased(&self);
}
