//! `cqrs_es::Aggregate` for [`Contact`].

use super::{Contact, ContactCommand, ContactError, ContactEvent, decide};
use crate::Decide;
use crate::decide::aggregate;
use cqrs_es::persist::EventUpcaster;

aggregate!(Contact, "contact", ContactCommand, ContactEvent, ContactError);

impl Decide for Contact {
    fn decide(&self, command: &ContactCommand) -> Result<Vec<ContactEvent>, ContactError> {
        decide::decide(self, command)
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}
