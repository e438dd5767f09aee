//! The pen with which a call is told: who is calling, what time it is by now, what was posted so far.

use crate::traffic::data::people::{self, Person};
use crate::traffic::data::places;
use crate::traffic::data::words::{CONVERSATIONS, Conversation};
use crate::traffic::dice::Dice;
use crate::traffic::kinds::Kind;
use crate::traffic::plan::{DayOptions, PlannedCall, PlannedRequest};
use crate::twilio::params::{CallStatus, Direction, Leg, Params, Party};
use crate::twilio::sid::Mint;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;
use std::time::Duration;
use url::form_urlencoded;

/// How a call ended, and for how long its two ends were connected.
pub(super) struct Ending {
    pub outcome: CallStatus,
    pub talked: Duration,
}

/// One call while it is being told.
pub(super) struct Script<'a> {
    pub day: &'a DayOptions,
    pub dice: Dice,
    pub mint: Mint,
    /// The `CallSid` of the first leg.
    pub call_sid: String,
    pub person: Person,
    /// From midnight.
    pub now: Duration,
    conversation: usize,
    requests: Vec<PlannedRequest>,
}

impl<'a> Script<'a> {
    pub fn new(day: &'a DayOptions, mint: Mint, mut dice: Dice, start: Duration) -> Self {
        // Fewer people than calls: some call twice.
        let regulars = (day.calls * 2 / 3).clamp(1, people::POPULATION);
        let mut index = dice.below(regulars);
        if people::person(index).number == day.number {
            index += 1;
        }
        Self {
            day,
            call_sid: mint.sid("CA", "first leg"),
            person: people::person(index),
            now: start,
            conversation: dice.below(CONVERSATIONS.len()),
            requests: vec![],
            dice,
            mint,
        }
    }

    /// Lets time pass: anything in this range of milliseconds.
    pub fn wait(&mut self, millis: RangeInclusive<u64>) {
        self.now += self.dice.time(millis);
    }

    /// How long ago that was.
    pub fn since(&self, earlier: Duration) -> Duration {
        self.now.saturating_sub(earlier)
    }

    /// The time by now.
    pub fn at(&self) -> DateTime<Utc> {
        self.day.midnight() + self.now
    }

    /// What they talk about.
    pub fn conversation(&self) -> &'static Conversation {
        &CONVERSATIONS[self.conversation]
    }

    /// A text in which the person's name stands.
    pub fn say(&self, text: &str) -> String {
        text.replace("{name}", &self.person.name)
    }

    /// Posts a request about the first leg.
    pub fn post(&mut self, path: &'static str, params: Params) {
        self.request(path, String::new(), params);
    }

    /// Posts a callback to a URL that names the call, as ours do where Twilio's `CallSid` would be another leg's, and
    /// what else this callback is about.
    pub fn post_for_call(&mut self, path: &'static str, about: &[(&str, &str)], params: Params) {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("call_id", &self.call_sid)
            .extend_pairs(about)
            .finish();
        self.request(path, query, params);
    }

    fn request(&mut self, path: &'static str, query: String, params: Params) {
        self.requests.push(PlannedRequest {
            call_sid: self.call_sid.clone(),
            path,
            query,
            params: params.into_pairs(),
            idempotency_token: self.mint.token(&format!("request {}", self.requests.len())),
            offset: self.now,
        });
    }

    /// The business, as one end of a call.
    pub fn business(&self) -> Party {
        Party::Phone {
            number: self.day.number.clone(),
            place: places::of(&self.day.number),
        }
    }

    /// A leg of this call; `label` tells it from the others.
    pub fn leg(&self, label: &str, from: Party, to: Party, direction: Direction) -> Leg {
        Leg {
            account_sid: self.day.account_sid.clone(),
            sid: self.mint.sid("CA", label),
            parent_sid: None,
            from,
            to,
            direction,
            extras: vec![],
            next_sequence: 0,
        }
    }

    /// The person's telephone calling our number: the first leg of an inbound call. Posts the request for instructions.
    pub fn rings_in(&mut self) -> Leg {
        let mut leg = self.leg("first leg", self.person.party(), self.business(), Direction::Inbound);
        let attestation = *self
            .dice
            .pick(&["TN-Validation-Passed-A", "TN-Validation-Passed-B", "No-TN-Validation"]);
        leg.extras.push(("StirVerstat", attestation.to_owned()));
        if self.dice.chance(0.6) {
            leg.extras.push(("CallerName", self.person.name.to_uppercase()));
        }
        self.post("/twilio/inbound", leg.standard(CallStatus::Ringing));
        leg
    }

    /// The end of an inbound call.
    pub fn hangs_up(&mut self, leg: &mut Leg, outcome: CallStatus, answered_at: Option<Duration>) -> Ending {
        let talked = answered_at.map_or(Duration::ZERO, |answered| self.since(answered));
        let sip = match outcome {
            CallStatus::Completed => 200,
            CallStatus::NoAnswer => 480,
            _ => 487,
        };
        let params = leg.ended(outcome, self.at(), talked, sip);
        self.post("/twilio/inbound-status", params);
        Ending { outcome, talked }
    }

    pub fn close(mut self, kind: Kind, ending: &Ending) -> PlannedCall {
        // Told in order of cause; what takes its time (a transcript) may be told before what happens meanwhile.
        self.requests.sort_by_key(|request| request.offset);
        PlannedCall {
            kind,
            call_sid: self.call_sid,
            person: self.person,
            outcome: ending.outcome,
            talked: Duration::from_secs(ending.talked.as_secs()),
            conversation: self.conversation,
            requests: self.requests,
        }
    }
}
