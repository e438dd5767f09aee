//! Inbound call, answered by the AI, not recorded.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    let answered = script.now;
    script.wait(15_000..=420_000);
    script.hangs_up(&mut leg, CallStatus::Completed, Some(answered))
}
