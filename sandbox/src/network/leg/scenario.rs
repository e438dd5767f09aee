//! Begins a scenario.

use super::placement::{PlaceError, place_inbound};
use crate::models::Fault;
use crate::network::faults::Faults;
use crate::network::scenario::Scenario;
use crate::network::switch::Switch;
use crate::network::time_span::seconds;
use std::sync::Arc;

/// How long after the end of a call its callbacks and requests still meet the scenario's faults, beyond their own delay.
const FAULTS_LAST_S: f64 = 20.0;

impl Scenario {
    /// Registers the parties, the faults and the summary, and places the call. The faults end with the call.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn begin(&self, net: &Arc<Switch>) -> Result<String, PlaceError> {
        let has_faults = self.faults != Faults::default();
        {
            let mut state = net.state();
            state.directory.extend(self.parties.clone());
            if has_faults {
                state.faults = self.faults.clone();
            }
        }
        for fault in &self.model_faults {
            net.options.models.add_fault(for_the_call(fault));
        }
        let said = self.caller.steps.iter().filter_map(|step| step.say.as_deref());
        if !self.summary.is_empty() {
            net.options.models.add_script(said, &self.summary);
        }
        let placed = place_inbound(net, self);
        let Ok(sid) = placed else {
            remove_model_faults(net, &self.model_faults);
            return placed;
        };
        {
            let mut state = net.state();
            state.expectations.insert(sid.clone(), self.expect.clone());
            if has_faults {
                state.faults_of = Some(sid.clone());
            }
        }
        if has_faults || !self.model_faults.is_empty() {
            let ending = end_faults(net.clone(), sid.clone(), self.clone());
            net.tasks.spawn(ending);
        }
        Ok(sid)
    }
}

/// Removes the faults of a scenario when its call is over. Those of a later scenario stay.
async fn end_faults(net: Arc<Switch>, sid: String, scenario: Scenario) {
    let ended = async {
        let mut changes = net.changes.subscribe();
        loop {
            changes.borrow_and_update();
            let is_over = net.state().call(&sid).is_none_or(|call| call.ended.is_some());
            if is_over || changes.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = ended => {}
        () = net.stop.cancelled() => return,
    }
    remove_model_faults(&net, &scenario.model_faults);
    let last = seconds(FAULTS_LAST_S + 4.0 * scenario.faults.callbacks.delay_s);
    tokio::select! {
        () = net.clock.sleep(last) => {}
        () = net.stop.cancelled() => return,
    }
    let mut state = net.state();
    if state.faults_of.as_ref() == Some(&sid) {
        state.faults = Faults::default();
        state.faults_of = None;
    }
}

fn remove_model_faults(net: &Switch, faults: &[Fault]) {
    for fault in faults {
        net.options.models.remove_fault(&for_the_call(fault));
    }
}

/// The fault, for every request of the call.
fn for_the_call(fault: &Fault) -> Fault {
    Fault {
        times: None,
        ..fault.clone()
    }
}
