//! Inbound, and nobody answered (`no-answer`) or the caller gave up while it rang (`canceled`).

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    if script.dice.chance(0.3) {
        script.wait(2_000..=12_000);
        script.hangs_up(&mut leg, CallStatus::Canceled, None)
    } else {
        script.wait(20_000..=60_000);
        script.hangs_up(&mut leg, CallStatus::NoAnswer, None)
    }
}
