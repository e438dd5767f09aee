//! [`Contact`] as an aggregate of cqrs-es.

use super::{Contact, ContactCommand, ContactError, ContactEvent, decide};
use crate::Decide;
use crate::decide::aggregate;
use cqrs_es::persist::EventUpcaster;

aggregate!(Contact, "contact", ContactCommand, ContactEvent, ContactError);

impl Decide for Contact {
    fn decide(&self, command: &ContactCommand) -> Result<Vec<ContactEvent>, ContactError> {
        decide::decide(self, command)
    }

    /// None yet: every event is still in its first shape. See `call/upcast.rs` for how one is made.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}
