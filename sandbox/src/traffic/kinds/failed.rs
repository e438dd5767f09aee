//! Outbound call from the browser to an unreachable number.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;
use std::time::Duration;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    script.wait(800..=6_000);
    // Unknown number; temporarily unavailable; carrier error.
    let sip = *script.rng.pick(&[404, 480, 503]);
    script.ends(&mut leg, CallStatus::Failed, Duration::ZERO, sip)
}
