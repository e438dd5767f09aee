//! Inbound call that is not answered (`no-answer`) or that the caller cancels while it rings (`canceled`).

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    if script.rng.chance(0.3) {
        script.wait(2_000..=12_000);
        script.hangs_up(&mut leg, CallStatus::Canceled, None)
    } else {
        script.wait(20_000..=60_000);
        script.hangs_up(&mut leg, CallStatus::NoAnswer, None)
    }
}
