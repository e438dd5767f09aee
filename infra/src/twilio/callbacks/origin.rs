//! What a callback tells in passing about its conversation.

use super::{Callback, NotUnderstood};
use domain::Personal;
use domain::call::command::Origin;
use domain::call::value::Direction;

impl Callback<'_> {
    /// What is known from this callback of the conversation as a whole.
    ///
    /// A child leg's `From` and `To` are not the conversation's, but for one case: what the browser dialled. Saying too
    /// much here would make the row depend on which callback came first.
    pub(super) fn origin(&self, is_conversation: bool) -> Result<Origin, NotUnderstood> {
        let parent = self.identifier("ParentCallSid")?;
        let has_parent = parent.is_some();
        let mut origin = Origin {
            call_sid: match parent {
                Some(parent) => Some(parent),
                None => self.identifier("CallSid")?,
            },
            ..Origin::default()
        };
        if !is_conversation {
            return Ok(origin);
        }
        let (from, to) = (self.form.get("From"), self.form.get("To"));
        match self.form.get("Direction") {
            Some("inbound") if from.is_some_and(is_client) => {
                origin.direction = Some(Direction::Outbound);
                origin.from = from.map(Personal::from);
                // Of a browser's leg, `To` is the application or what the page asked for; only a number counts.
                origin.to = to.filter(|to| to.starts_with('+')).map(Personal::from);
            }
            Some("inbound") => {
                origin.direction = Some(Direction::Inbound);
                origin.from = from.map(Personal::from);
                origin.to = to.map(Personal::from);
                origin.caller_name = self.form.get("CallerName").map(Personal::from);
                origin.number = to.filter(|to| to.starts_with('+')).map(str::to_owned);
            }
            Some("outbound-api" | "outbound-dial") => {
                origin.direction = Some(Direction::Outbound);
                // The child's `From` is the number we show; who called is the browser that its parent belongs to.
                origin.from = from.filter(|_| !has_parent).map(Personal::from);
                origin.to = to.map(Personal::from);
                origin.number = from.filter(|from| from.starts_with('+')).map(str::to_owned);
            }
            _ => {}
        }
        Ok(origin)
    }
}

/// Whether an address is a browser's: `client:<identity>`.
pub(super) fn is_client(address: &str) -> bool {
    address.starts_with("client:")
}
