//! Outbound call from the browser to a busy number.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;
use std::time::Duration;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    // Many networks report busy without ringing first.
    if script.rng.chance(0.4) {
        script.rings(&mut leg, 500..=2_000);
    } else {
        script.wait(1_000..=3_000);
    }
    script.ends(&mut leg, CallStatus::Busy, Duration::ZERO, 486)
}
