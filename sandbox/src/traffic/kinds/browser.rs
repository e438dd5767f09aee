//! Outbound calls from the browser: the browser's leg requests TwiML, and `<Dial>` creates a child leg, which the
//! callbacks report on.

use super::script::{Ending, Script};
use crate::traffic::data::people::DESKS;
use crate::twilio::params::{CallStatus, Direction, LegParams, PartyAddress};
use std::time::Duration;

impl Script<'_> {
    /// Starts a call from the browser and dials the person. Returns the dialed child leg.
    pub fn dials_out(&mut self) -> LegParams {
        let desk = PartyAddress::Client((*self.rng.pick(&DESKS)).to_owned());
        let mut browser = self.leg("first leg", desk, self.person.party(), Direction::Inbound);
        browser.extras.push(("ApplicationSid", self.application_sid()));
        self.post("/twilio/voice", browser.standard(CallStatus::Ringing));

        let mut child = self.leg(
            "dialled leg",
            self.business(),
            self.person.party(),
            Direction::OutboundDial,
        );
        child.parent_sid = Some(browser.sid);
        self.wait(200..=900);
        self.progresses(&mut child, CallStatus::Initiated);
        child
    }

    /// The other telephone rings for `for_millis` milliseconds.
    pub fn rings(&mut self, leg: &mut LegParams, for_millis: std::ops::RangeInclusive<u64>) {
        self.wait(600..=2_500);
        self.progresses(leg, CallStatus::Ringing);
        self.wait(for_millis);
    }

    /// Posts a progress callback of a leg other than the first.
    pub fn progresses(&mut self, leg: &mut LegParams, status: CallStatus) {
        let params = leg.progress(status, self.at());
        self.post_for_call("/twilio/call-status", &[], params);
    }

    /// Posts the final callback of a leg other than the first.
    pub fn ends(&mut self, leg: &mut LegParams, outcome: CallStatus, talked: Duration, sip: u16) -> Ending {
        let params = leg.ended(outcome, self.at(), talked, sip);
        self.post_for_call("/twilio/call-status", &[], params);
        Ending { outcome, talked }
    }

    /// SID of the TwiML application that browsers call, the same for all calls of an account.
    fn application_sid(&self) -> String {
        crate::twilio::sid::Mint::new(self.day.account_sid.as_str()).sid("AP", "browser")
    }
}
