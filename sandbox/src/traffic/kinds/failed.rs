//! From the browser to a number that cannot be reached.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;
use std::time::Duration;

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    script.wait(800..=6_000);
    // No such number; temporarily unavailable; the carrier's own trouble.
    let sip = *script.dice.pick(&[404, 480, 503]);
    script.ends(&mut leg, CallStatus::Failed, Duration::ZERO, sip)
}
