//! Calls that a person of the business places from the browser: the browser's own leg asks for instructions, and
//! `<Dial>` makes a child leg, about which the callbacks are.

use super::script::{Ending, Script};
use crate::traffic::data::people::DESKS;
use crate::twilio::params::{CallStatus, Direction, Leg, Party};
use std::time::Duration;

impl Script<'_> {
    /// The browser calls; our instructions dial the person. Gives the child leg, dialled.
    pub fn dials_out(&mut self) -> Leg {
        let desk = Party::Client((*self.dice.pick(&DESKS)).to_owned());
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

    /// The other telephone rings for a while.
    pub fn rings(&mut self, leg: &mut Leg, for_millis: std::ops::RangeInclusive<u64>) {
        self.wait(600..=2_500);
        self.progresses(leg, CallStatus::Ringing);
        self.wait(for_millis);
    }

    /// A progress callback about a leg that is not the first.
    pub fn progresses(&mut self, leg: &mut Leg, status: CallStatus) {
        let params = leg.progress(status, self.at());
        self.post_for_call("/twilio/call-status", &[], params);
    }

    /// The last callback about a leg that is not the first.
    pub fn ends(&mut self, leg: &mut Leg, outcome: CallStatus, talked: Duration, sip: u16) -> Ending {
        let params = leg.ended(outcome, self.at(), talked, sip);
        self.post_for_call("/twilio/call-status", &[], params);
        Ending { outcome, talked }
    }

    /// The same for all calls of an account: the TwiML application that browsers call.
    fn application_sid(&self) -> String {
        crate::twilio::sid::Mint::new(self.day.account_sid.as_str()).sid("AP", "browser")
    }
}
