//! Call details contained in a callback.

use super::{Callback, read};
use domain::Personal;
use domain::call::command::Origin;
use domain::call::value::Direction;

impl Callback<'_> {
    /// Details of the whole call that this callback contains.
    ///
    /// A child leg's `From` and `To` are not those of the call, except for the number that a browser dialed. Including
    /// more would make the result depend on the order of callbacks.
    pub(super) fn origin(&self, is_conversation: bool) -> Origin {
        let parent = self.identifier("ParentCallSid");
        let has_parent = parent.is_some();
        let mut origin = Origin {
            call_sid: parent.or_else(|| self.identifier("CallSid")),
            ..Origin::default()
        };
        if !is_conversation {
            return origin;
        }
        let (from, to) = (self.address("From"), self.address("To"));
        let direction = self.form.get("Direction").map(str::to_ascii_lowercase);
        match direction.as_deref() {
            Some("inbound") if from.is_some_and(is_client) => {
                origin.direction = Some(Direction::Outbound);
                origin.from = from.map(read::address);
                // The `To` of a browser's leg is the application or the dialed number; only a number is used.
                origin.to = to.and_then(read::e164).map(Personal::from);
            }
            Some("inbound") => {
                origin.direction = Some(Direction::Inbound);
                origin.from = from.map(read::address);
                origin.to = to.map(read::address);
                origin.caller_name = self.form.get("CallerName").map(read::name);
                origin.number = to.and_then(read::e164);
            }
            Some("outbound-api" | "outbound-dial") => {
                origin.direction = Some(Direction::Outbound);
                // The child's `From` is our caller ID; the call was placed by the browser of its parent leg.
                origin.from = from.filter(|_| !has_parent).map(Personal::from);
                origin.to = to.map(read::address);
                origin.number = from.and_then(read::e164);
            }
            _ => {}
        }
        origin
    }
}

/// Whether an address is that of a browser: `client:<identity>`.
pub(super) fn is_client(address: &str) -> bool {
    address.starts_with("client:")
}
