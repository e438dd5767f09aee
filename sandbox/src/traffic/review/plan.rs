//! Plan of the review: which calls are reviewed, and how. Pure: it depends only on the calls and the seed.

use crate::traffic::call::{Kind, PlannedCall};
use crate::traffic::data::words::{CONVERSATIONS, FOLLOW_UPS};
use crate::traffic::rng::SeededRng;
use crate::twilio::sid::Mint;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A request to the service's API.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Name in the report.
    pub name: &'static str,
    /// `PUT` or `POST`.
    pub method: &'static str,
    /// Path from `/api/`.
    pub path: String,
    pub body: Value,
    /// `Idempotency-Key`, the same for the same seed.
    pub idempotency_key: String,
}

/// Plans the actions of each reviewed call, in order of the calls' start times.
#[must_use]
pub fn plan_review(calls: &[PlannedCall], seed: u64) -> Vec<Vec<Action>> {
    let mut known = HashSet::new();
    let mut reviews = Vec::new();
    for call in calls {
        let mint = Mint::new(format!("{seed}/review/{}", call.call_sid));
        let mut review = CallReview {
            call,
            rng: SeededRng::new(mint.seed("dice")),
            mint,
            actions: vec![],
        };
        match call.kind {
            Kind::Answered | Kind::Recorded | Kind::TakenOver => review.grade_a_conversation(),
            Kind::Voicemail | Kind::Missed => review.follow_up(),
            Kind::Outbound | Kind::MachineDetected | Kind::Busy | Kind::Failed => {}
        }
        if review.rng.chance(0.15) && known.insert(&call.person.number) {
            review.add_contact();
        }
        if !review.actions.is_empty() {
            reviews.push(review.actions);
        }
    }
    reviews
}

struct CallReview<'a> {
    call: &'a PlannedCall,
    mint: Mint,
    rng: SeededRng,
    actions: Vec<Action>,
}

impl CallReview<'_> {
    fn grade_a_conversation(&mut self) {
        let conversation = &CONVERSATIONS[self.call.conversation];
        if self.rng.chance(0.4) {
            let good = self.rng.chance(0.7);
            let grade = if good { "good" } else { "needs_improvement" };
            self.add_action("graded", "PUT", self.about_call("grade"), json!({ "grade": grade }));
            if !good && self.rng.chance(0.75) {
                let note = json!({ "note": conversation.correction, "turn": null });
                self.add_action("corrections noted", "POST", self.about_call("corrections"), note);
            }
        }
        if self.rng.chance(0.25) {
            self.resolve(conversation.topic);
        }
    }

    fn follow_up(&mut self) {
        if self.rng.chance(0.4) {
            let label = *self.rng.pick(&FOLLOW_UPS);
            self.resolve(label);
        }
    }

    fn resolve(&mut self, label: &str) {
        let body = json!({ "disposition": "resolved", "label": label });
        self.add_action("resolved", "PUT", self.about_call("resolution"), body);
    }

    fn add_contact(&mut self) {
        let person = &self.call.person;
        let body = json!({ "name": person.name, "phone": person.number });
        self.add_action("contacts added", "POST", "/api/contacts".to_owned(), body);
    }

    fn about_call(&self, what: &str) -> String {
        format!("/api/call-logs/{}/{what}", self.call.call_sid)
    }

    fn add_action(&mut self, name: &'static str, method: &'static str, path: String, body: Value) {
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
