//! Which calls are reviewed, and how. Pure: it follows from the calls and the seed.

use crate::traffic::data::words::{CONVERSATIONS, FOLLOW_UPS};
use crate::traffic::dice::Dice;
use crate::traffic::kinds::Kind;
use crate::traffic::plan::PlannedCall;
use crate::twilio::sid::Mint;
use serde_json::{Value, json};
use std::collections::HashSet;

/// One request to the service's API.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// For the report.
    pub name: &'static str,
    /// `PUT` or `POST`.
    pub method: &'static str,
    /// Under the service's URL, from `/api/`.
    pub path: String,
    /// As JSON.
    pub body: Value,
    /// `Idempotency-Key`: the same when the same seed is sent again.
    pub idempotency_key: String,
}

/// What is done about each call, in the order in which the calls began. Calls about which nothing is done are left out.
#[must_use]
pub fn plan_review(calls: &[PlannedCall], seed: u64) -> Vec<Vec<Action>> {
    let mut known = HashSet::new();
    let mut reviews = Vec::new();
    for call in calls {
        let mint = Mint::new(format!("{seed}/review/{}", call.call_sid));
        let mut desk = Desk {
            call,
            dice: Dice::new(mint.seed("dice")),
            mint,
            actions: vec![],
        };
        match call.kind {
            Kind::Answered | Kind::Recorded | Kind::TakenOver => desk.grade_a_conversation(),
            Kind::Voicemail | Kind::Missed => desk.follow_up(),
            Kind::Outbound | Kind::MachineDetected | Kind::Busy | Kind::Failed => {}
        }
        if desk.dice.chance(0.15) && known.insert(&call.person.number) {
            desk.add_contact();
        }
        if !desk.actions.is_empty() {
            reviews.push(desk.actions);
        }
    }
    reviews
}

struct Desk<'a> {
    call: &'a PlannedCall,
    mint: Mint,
    dice: Dice,
    actions: Vec<Action>,
}

impl Desk<'_> {
    fn grade_a_conversation(&mut self) {
        let conversation = &CONVERSATIONS[self.call.conversation];
        if self.dice.chance(0.4) {
            let good = self.dice.chance(0.7);
            let grade = if good { "good" } else { "needs_improvement" };
            self.act("graded", "PUT", self.about_call("grade"), json!({ "grade": grade }));
            if !good && self.dice.chance(0.75) {
                let note = json!({ "note": conversation.correction, "turn": null });
                self.act("corrections noted", "POST", self.about_call("corrections"), note);
            }
        }
        if self.dice.chance(0.25) {
            self.resolve(conversation.topic);
        }
    }

    fn follow_up(&mut self) {
        if self.dice.chance(0.4) {
            let label = *self.dice.pick(&FOLLOW_UPS);
            self.resolve(label);
        }
    }

    fn resolve(&mut self, label: &str) {
        let body = json!({ "disposition": "resolved", "label": label });
        self.act("resolved", "PUT", self.about_call("resolution"), body);
    }

    fn add_contact(&mut self) {
        let person = &self.call.person;
        let body = json!({ "name": person.name, "phone": person.number });
        self.act("contacts added", "POST", "/api/contacts".to_owned(), body);
    }

    fn about_call(&self, what: &str) -> String {
        format!("/api/call-logs/{}/{what}", self.call.call_sid)
    }

    fn act(&mut self, name: &'static str, method: &'static str, path: String, body: Value) {
        let idempotency_key = self.mint.token(name);
        self.actions.push(Action {
            name,
            method,
            path,
            body,
            idempotency_key,
        });
    }
}
