//! A person who follows a script.

use super::{Act, Action, Occasion, Step};
use crate::network::sound::{millis, seconds};
use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;
use serde::Serialize;
use std::collections::VecDeque;

/// How long somebody thinks before they speak, in milliseconds.
const REACTION_MS: u32 = 600;
/// How long somebody waits for what they expect, in seconds.
const PATIENCE_S: f64 = 60.0;
/// The time between two keys.
const BETWEEN_KEYS: TimeDelta = TimeDelta::milliseconds(300);

/// Somebody at the end of a leg.
#[derive(Debug)]
pub struct Person {
    steps: VecDeque<(Step, Action, Option<Regex>)>,
    /// Somebody who types acts by themselves and never loses patience.
    live: bool,
    /// Since when the first step is the current one.
    ready: DateTime<Utc>,
    /// Until then they speak or press keys.
    busy_until: DateTime<Utc>,
    /// Since when it is their turn to speak.
    turn: Option<DateTime<Utc>>,
    /// What they heard since the last step.
    heard: Vec<Heard>,
    /// What happened since the last step.
    occasions: Vec<(Occasion, DateTime<Utc>)>,
    keys: VecDeque<char>,
    everything: Vec<String>,
    /// When they last began to speak or to press keys.
    acted: DateTime<Utc>,
    /// Since when somebody speaks whose words come bit by bit, and their place in everything that was heard.
    listens: Option<(DateTime<Utc>, usize)>,
    disappointments: Vec<String>,
}

#[derive(Debug)]
struct Heard {
    text: String,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// How a person liked a call, once it is over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What they expected and did not get.
    pub disappointments: Vec<String>,
    /// Everything that they heard.
    pub heard: Vec<String>,
}

impl Person {
    /// Somebody with a script. Steps that cannot be read are left out: they were checked when the script came in.
    #[must_use]
    pub fn with_script(steps: &[Step], now: DateTime<Utc>) -> Self {
        let steps = steps
            .iter()
            .filter_map(|step| {
                let (action, expression) = step.read().ok()?;
                Some((step.clone(), action, expression))
            })
            .collect();
        Self {
            steps,
            live: false,
            ready: now,
            busy_until: now,
            turn: None,
            heard: vec![],
            occasions: vec![],
            keys: VecDeque::new(),
            everything: vec![],
            acted: now,
            listens: None,
            disappointments: vec![],
        }
    }

    /// Somebody who types.
    #[must_use]
    pub fn live(now: DateTime<Utc>) -> Self {
        Self {
            live: true,
            ..Self::with_script(&[], now)
        }
    }

    /// Somebody speaks to them.
    pub fn hears(&mut self, text: &str, at: DateTime<Utc>, until: DateTime<Utc>) {
        self.everything.push(text.to_owned());
        self.heard.push(Heard {
            text: text.to_owned(),
            at,
            until,
        });
    }

    /// Somebody begins to speak to them, whose words come bit by bit: [`Person::understands`]. It is their turn when those
    /// have ended, unless they interrupt.
    pub fn notices_speech(&mut self, text: &str, at: DateTime<Utc>, until: DateTime<Utc>) {
        self.listens = Some((at, self.everything.len()));
        self.hears(text, at, until);
        self.is_asked_after(at, until);
    }

    fn is_asked_after(&mut self, began: DateTime<Utc>, until: DateTime<Utc>) {
        if began >= self.acted {
            self.is_asked(until);
        }
    }

    /// More of those words came: all of them until now, and until when they last.
    pub fn understands(&mut self, text: &str, until: DateTime<Utc>) {
        let Some((at, place)) = self.listens else { return };
        text.clone_into(&mut self.everything[place]);
        // It is gone if it counts for no step any more.
        if let Some(heard) = self.heard.iter_mut().rev().find(|heard| heard.at == at) {
            text.clone_into(&mut heard.text);
            heard.until = until;
        }
        self.is_asked_after(at, until);
    }

    /// What they were hearing ended early.
    pub fn hears_no_more(&mut self, at: DateTime<Utc>) {
        if let Some(heard) = self.heard.last_mut() {
            heard.until = heard.until.min(at);
        }
    }

    /// Somebody waits for them to speak, from now on.
    pub fn is_asked(&mut self, at: DateTime<Utc>) {
        self.turn = Some(at);
    }

    /// Nobody waits for them any more.
    pub fn is_asked_no_more(&mut self) {
        self.turn = None;
    }

    /// Something happens around them.
    pub fn notices(&mut self, occasion: Occasion, at: DateTime<Utc>) {
        self.occasions.push((occasion, at));
    }

    /// They begin, at the beginning of the call.
    pub fn begins(&mut self, at: DateTime<Utc>) {
        self.ready = at;
        self.busy_until = at;
    }

    /// When they will do something next, if nothing else happens before.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        if !self.keys.is_empty() {
            return Some(self.busy_until);
        }
        let Some((step, action, expression)) = self.steps.front() else {
            let heard = self.heard.last().map_or(self.ready, |heard| heard.until);
            let last = self.ready.max(self.busy_until).max(heard);
            return (!self.live).then(|| last + seconds(2.0 * PATIENCE_S));
        };
        let patience = self.gives_up(step, action);
        let due = self
            .base(step, action, expression.as_ref())
            .map(|base| base.max(self.busy_until));
        Some(due.map_or(patience, |due| due.min(patience.max(due))))
    }

    /// Does what is due. `None` if that is nothing that anybody else notices.
    pub fn act(&mut self, at: DateTime<Utc>) -> Option<Act> {
        if let Some(key) = self.keys.pop_front() {
            self.busy_until = at + BETWEEN_KEYS;
            return Some(Act::Press(key));
        }
        let Some((step, action, expression)) = self.steps.front() else {
            return Some(Act::HangUp);
        };
        let base = self.base(step, action, expression.as_ref());
        let Some(base) = base else {
            let why = format!("waited in vain {}", step.waits_for());
            self.disappointments.push(why);
            self.steps.clear();
            return Some(Act::HangUp);
        };
        let (_, action, _) = self.steps.pop_front()?;
        // To have heard something takes no time: what happened right after it counts for the next step.
        self.ready = if action == Action::Listen { base } else { at };
        let since = self.ready;
        self.heard.retain(|heard| heard.at >= since);
        self.occasions.retain(|(_, when)| *when >= since);
        match action {
            Action::Listen | Action::Wait(_) => None,
            Action::Silent(_) => {
                self.turn = self.turn.map(|_| at);
                None
            }
            Action::Say(words, confidence) => {
                self.turn = None;
                self.acted = at;
                Some(Act::Say { words, confidence })
            }
            Action::Press(keys) => {
                self.turn = None;
                self.acted = at;
                self.keys = keys.chars().collect();
                let key = self.keys.pop_front()?;
                self.busy_until = at + BETWEEN_KEYS;
                Some(Act::Press(key))
            }
            Action::HangUp => Some(Act::HangUp),
        }
    }

    /// They speak until then.
    pub fn speaks_until(&mut self, at: DateTime<Utc>) {
        self.busy_until = self.busy_until.max(at);
        self.ready = self.ready.max(at);
    }

    /// How they liked it. What is left of the script was not reached; hanging up at the end is no wish.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let mut disappointments = self.disappointments.clone();
        let unreached = self
            .steps
            .iter()
            .filter(|(_, action, _)| !matches!(action, Action::HangUp | Action::Wait(_) | Action::Silent(_)));
        disappointments.extend(unreached.map(|(step, action, _)| match action {
            Action::Say(..) => "the call ended before they had said everything".to_owned(),
            Action::Press(_) => "the call ended before they had pressed every key".to_owned(),
            _ => format!("the call ended while they waited {}", step.waits_for()),
        }));
        Verdict {
            disappointments,
            // A sound in which there were no words is nothing that was said.
            heard: self
                .everything
                .iter()
                .filter(|text| !text.is_empty())
                .cloned()
                .collect(),
        }
    }

    /// When they give up on a step.
    fn gives_up(&self, step: &Step, action: &Action) -> DateTime<Utc> {
        let own = match action {
            Action::Wait(time) | Action::Silent(time) => *time,
            _ => 0.0,
        };
        self.ready + seconds(step.within_s.unwrap_or(PATIENCE_S) + own)
    }

    /// When the step may be done, if what it waits for has happened.
    fn base(&self, step: &Step, action: &Action, expression: Option<&Regex>) -> Option<DateTime<Utc>> {
        let mut since = self.ready;
        if let Some(expression) = expression {
            let heard = self.matching(expression)?;
            since = since.max(match step.interrupt_after_ms {
                Some(after) => heard.at + millis(after),
                None => heard.until,
            });
        } else if let Some(after) = step.interrupt_after_ms {
            since = since.max(self.heard.first()?.at + millis(after));
        }
        if let Some(occasion) = step.on {
            let (_, at) = self.occasions.iter().find(|(happened, _)| *happened == occasion)?;
            since = since.max(*at);
        }
        let interrupts = step.interrupt_after_ms.is_some();
        let wants_turn = matches!(action, Action::Say(..) | Action::Press(_) | Action::Silent(_))
            && !(step.anytime || interrupts || step.on.is_some());
        if wants_turn {
            since = since.max(self.turn?);
        }
        Some(match action {
            Action::Listen => since,
            Action::Wait(time) | Action::Silent(time) => since + seconds(*time),
            _ if interrupts => since + millis(step.after_ms.unwrap_or(0)),
            _ => since + millis(step.after_ms.unwrap_or(REACTION_MS)),
        })
    }

    /// The utterance with which the expression is complete: all that was heard since the last step counts together.
    fn matching(&self, expression: &Regex) -> Option<&Heard> {
        let mut all = String::new();
        self.heard.iter().find(|heard| {
            all.push_str(&heard.text);
            all.push(' ');
            expression.is_match(&all)
        })
    }
}
