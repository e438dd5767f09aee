//! From the browser to a person who is on the phone already.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;
use std::time::Duration;

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    // Many networks signal busy without ringing first.
    if script.dice.chance(0.4) {
        script.rings(&mut leg, 500..=2_000);
    } else {
        script.wait(1_000..=3_000);
    }
    script.ends(&mut leg, CallStatus::Busy, Duration::ZERO, 486)
}
