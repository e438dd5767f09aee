//! `cqrs_es::Aggregate` for [`Call`].

use super::{Call, CallCommand, CallError, CallEvent, decide, upcast};
use crate::Decide;
use crate::decide::aggregate;
use cqrs_es::persist::EventUpcaster;

aggregate!(Call, "call", CallCommand, CallEvent, CallError);

impl Decide for Call {
    fn decide(&self, command: &CallCommand) -> Result<Vec<CallEvent>, CallError> {
        decide::decide(self, command)
    }

    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        upcast::upcasters()
    }
}
