//! Begins a scenario.

use super::placement::{PlaceError, place_inbound};
use crate::network::faults::Faults;
use crate::network::scenario::Scenario;
use crate::network::switch::Switch;
use std::sync::Arc;

impl Scenario {
    /// Registers the parties, the faults and the summary, and places the call.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn begin(&self, net: &Arc<Switch>) -> Result<String, PlaceError> {
        {
            let mut state = net.state();
            state.directory.extend(self.parties.clone());
            if self.faults != Faults::default() {
                state.faults = self.faults.clone();
            }
        }
        let said = self.caller.steps.iter().filter_map(|step| step.say.as_deref());
        if !self.summary.is_empty() {
            net.options.models.add_script(said, &self.summary);
        }
        let sid = place_inbound(net, self)?;
        net.state().expectations.insert(sid.clone(), self.expect.clone());
        Ok(sid)
    }
}
