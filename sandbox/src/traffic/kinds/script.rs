//! Builder of a call: tracks the caller, the current time and the requests so far.

use crate::traffic::call::{Kind, PlannedCall, PlannedRequest};
use crate::traffic::data::people::{self, Person};
use crate::traffic::data::places;
use crate::traffic::data::words::{CONVERSATIONS, Conversation};
use crate::traffic::day::DayOptions;
use crate::traffic::rng::SeededRng;
use crate::twilio::params::{CallStatus, Direction, LegParams, Params, PartyAddress};
use crate::twilio::sid::Mint;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;
use std::time::Duration;
use url::form_urlencoded;

/// How a call ended, and for how long the parties were connected.
pub(super) struct Ending {
    pub outcome: CallStatus,
    pub talked: Duration,
}

/// A call under construction.
pub(super) struct Script<'a> {
    pub day: &'a DayOptions,
    pub rng: SeededRng,
    pub mint: Mint,
    /// The `CallSid` of the first leg.
    pub call_sid: String,
    pub person: Person,
    /// Current time, as an offset from midnight.
    pub now: Duration,
    conversation: usize,
    requests: Vec<PlannedRequest>,
}

impl<'a> Script<'a> {
    pub fn new(day: &'a DayOptions, mint: Mint, mut rng: SeededRng, start: Duration) -> Self {
        // Fewer people than calls, so some call more than once.
        let regulars = (day.calls * 2 / 3).clamp(1, people::POPULATION);
        let mut index = rng.below(regulars);
        if people::person(index).number == day.number {
            index += 1;
        }
        Self {
            day,
            call_sid: mint.sid("CA", "first leg"),
            person: people::person(index),
            now: start,
            conversation: rng.below(CONVERSATIONS.len()),
            requests: vec![],
            rng,
            mint,
        }
    }

    /// Advances the time by a random number of milliseconds in this range.
    pub fn wait(&mut self, millis: RangeInclusive<u64>) {
        self.now += self.rng.time(millis);
    }

    /// Time elapsed since `earlier`.
    pub fn since(&self, earlier: Duration) -> Duration {
        self.now.saturating_sub(earlier)
    }

    /// Current time.
    pub fn at(&self) -> DateTime<Utc> {
        self.day.midnight() + self.now
    }

    /// The conversation of this call.
    pub fn conversation(&self) -> &'static Conversation {
        &CONVERSATIONS[self.conversation]
    }

    /// Replaces `{name}` in a text by the person's name.
    pub fn say(&self, text: &str) -> String {
        text.replace("{name}", &self.person.name)
    }

    /// Adds a request about the first leg.
    pub fn post(&mut self, path: &'static str, params: Params) {
        self.request(path, String::new(), params);
    }

    /// Adds a callback whose URL contains the call and the parameters `about`. The service uses such URLs where
    /// Twilio's `CallSid` names another leg.
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

    /// The business as a party of a call.
    pub fn business(&self) -> PartyAddress {
        PartyAddress::Phone {
            number: self.day.number.clone(),
            place: places::of(&self.day.number),
        }
    }

    /// Creates a leg of this call; `label` must be unique within the call.
    pub fn leg(&self, label: &str, from: PartyAddress, to: PartyAddress, direction: Direction) -> LegParams {
        LegParams {
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

    /// Starts an inbound call: creates the first leg and posts the request for TwiML.
    pub fn rings_in(&mut self) -> LegParams {
        let mut leg = self.leg("first leg", self.person.party(), self.business(), Direction::Inbound);
        let attestation = *self
            .rng
            .pick(&["TN-Validation-Passed-A", "TN-Validation-Passed-B", "No-TN-Validation"]);
        leg.extras.push(("StirVerstat", attestation.to_owned()));
        if self.rng.chance(0.6) {
            leg.extras.push(("CallerName", self.person.name.to_uppercase()));
        }
        self.post("/twilio/inbound", leg.standard(CallStatus::Ringing));
        leg
    }

    /// Ends an inbound call.
    pub fn hangs_up(&mut self, leg: &mut LegParams, outcome: CallStatus, answered_at: Option<Duration>) -> Ending {
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
        // Requests were added in order of cause, so a late one (a transcript) may precede earlier ones.
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
