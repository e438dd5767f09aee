//! A party that follows a script.

use super::{PartyAction, PartyEvent, Step, StepAction};
use crate::network::time_span::{millis, seconds};
use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;
use serde::Serialize;
use std::collections::VecDeque;

/// Default pause before an action, in milliseconds.
const REACTION_MS: u32 = 600;
/// Default time limit of a step, in seconds.
const STEP_TIMEOUT_S: f64 = 60.0;
/// Interval between two keys.
const KEY_INTERVAL: TimeDelta = TimeDelta::milliseconds(300);

/// The party at the end of a leg.
#[derive(Debug)]
pub struct Party {
    steps: VecDeque<(Step, StepAction, Option<Regex>)>,
    /// A typing party has no script and no time limits.
    live: bool,
    /// When the current step became current.
    ready: DateTime<Utc>,
    /// The party speaks or presses keys until this time.
    busy_until: DateTime<Utc>,
    /// Since when it is the party's turn to speak.
    turn: Option<DateTime<Utc>>,
    /// Speech heard since the last step.
    heard: Vec<Heard>,
    /// Events since the last step.
    events: Vec<(PartyEvent, DateTime<Utc>)>,
    keys: VecDeque<char>,
    all_heard: Vec<String>,
    /// When the party last began to speak or to press keys.
    acted: DateTime<Utc>,
    /// Start of speech that is still being decoded, and its index in `all_heard`.
    open_speech: Option<(DateTime<Utc>, usize)>,
    unmet: Vec<String>,
}

#[derive(Debug)]
struct Heard {
    text: String,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// What a party experienced in a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PartyReport {
    /// Expectations of the script that were not met.
    pub unmet: Vec<String>,
    /// All speech that it heard.
    pub heard: Vec<String>,
}

impl Party {
    /// A party with a script. Unparsable steps are skipped; scripts are validated when they are submitted.
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
            events: vec![],
            keys: VecDeque::new(),
            all_heard: vec![],
            acted: now,
            open_speech: None,
            unmet: vec![],
        }
    }

    /// A typing party.
    #[must_use]
    pub fn live(now: DateTime<Utc>) -> Self {
        Self {
            live: true,
            ..Self::with_script(&[], now)
        }
    }

    /// The party hears speech.
    pub fn hear(&mut self, text: &str, at: DateTime<Utc>, until: DateTime<Utc>) {
        self.all_heard.push(text.to_owned());
        self.heard.push(Heard {
            text: text.to_owned(),
            at,
            until,
        });
    }

    /// The party begins to hear speech that is decoded piece by piece; see [`Party::speech_updated`]. Its turn begins
    /// when that speech ends, unless it interrupts.
    pub fn speech_started(&mut self, text: &str, at: DateTime<Utc>, until: DateTime<Utc>) {
        self.open_speech = Some((at, self.all_heard.len()));
        self.hear(text, at, until);
        self.give_turn_after(at, until);
    }

    fn give_turn_after(&mut self, began: DateTime<Utc>, until: DateTime<Utc>) {
        if began >= self.acted {
            self.give_turn(until);
        }
    }

    /// The speech decoded so far, and its current end.
    pub fn speech_updated(&mut self, text: &str, until: DateTime<Utc>) {
        let Some((at, place)) = self.open_speech else { return };
        text.clone_into(&mut self.all_heard[place]);
        // Absent if the current step no longer considers it.
        if let Some(heard) = self.heard.iter_mut().rev().find(|heard| heard.at == at) {
            text.clone_into(&mut heard.text);
            heard.until = until;
        }
        self.give_turn_after(at, until);
    }

    /// The speech being heard ended early.
    pub fn cut_heard(&mut self, at: DateTime<Utc>) {
        if let Some(heard) = self.heard.last_mut() {
            heard.until = heard.until.min(at);
        }
    }

    /// It is the party's turn to speak from `at`.
    pub fn give_turn(&mut self, at: DateTime<Utc>) {
        self.turn = Some(at);
    }

    /// The party no longer has the turn.
    pub fn end_turn(&mut self) {
        self.turn = None;
    }

    /// An event around the party.
    pub fn observe(&mut self, event: PartyEvent, at: DateTime<Utc>) {
        self.events.push((event, at));
    }

    /// The call begins for this party.
    pub fn start(&mut self, at: DateTime<Utc>) {
        self.ready = at;
        self.busy_until = at;
    }

    /// Time of the next action, if nothing else happens before.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        if !self.keys.is_empty() {
            return Some(self.busy_until);
        }
        let Some((step, action, expression)) = self.steps.front() else {
            let heard = self.heard.last().map_or(self.ready, |heard| heard.until);
            let last = self.ready.max(self.busy_until).max(heard);
            return (!self.live).then(|| last + seconds(2.0 * STEP_TIMEOUT_S));
        };
        let deadline = self.deadline(step, action);
        let due = self
            .earliest(step, action, expression.as_ref())
            .map(|base| base.max(self.busy_until));
        Some(due.map_or(deadline, |due| due.min(deadline.max(due))))
    }

    /// Executes the action that is due. `None` if it has no effect outside the party.
    pub fn act(&mut self, at: DateTime<Utc>) -> Option<PartyAction> {
        if let Some(key) = self.keys.pop_front() {
            self.busy_until = at + KEY_INTERVAL;
            return Some(PartyAction::Press(key));
        }
        let Some((step, action, expression)) = self.steps.front() else {
            return Some(PartyAction::HangUp);
        };
        let base = self.earliest(step, action, expression.as_ref());
        let Some(base) = base else {
            let unmet = format!("timed out waiting {}", step.waits_for());
            self.unmet.push(unmet);
            self.steps.clear();
            return Some(PartyAction::HangUp);
        };
        let (_, action, _) = self.steps.pop_front()?;
        // Listening takes no time: events right after it count for the next step.
        self.ready = if action == StepAction::Listen { base } else { at };
        let since = self.ready;
        self.heard.retain(|heard| heard.at >= since);
        self.events.retain(|(_, when)| *when >= since);
        match action {
            StepAction::Listen | StepAction::Wait(_) => None,
            StepAction::Silent(_) => {
                self.turn = self.turn.map(|_| at);
                None
            }
            StepAction::Say(words, confidence) => {
                self.turn = None;
                self.acted = at;
                Some(PartyAction::Say { words, confidence })
            }
            StepAction::Press(keys) => {
                self.turn = None;
                self.acted = at;
                self.keys = keys.chars().collect();
                let key = self.keys.pop_front()?;
                self.busy_until = at + KEY_INTERVAL;
                Some(PartyAction::Press(key))
            }
            StepAction::HangUp => Some(PartyAction::HangUp),
        }
    }

    /// The party speaks until `at`.
    pub fn speaking_until(&mut self, at: DateTime<Utc>) {
        self.busy_until = self.busy_until.max(at);
        self.ready = self.ready.max(at);
    }

    /// The report so far. Remaining steps count as unmet, except for waiting and hanging up.
    #[must_use]
    pub fn report(&self) -> PartyReport {
        let mut unmet = self.unmet.clone();
        let unreached = self.steps.iter().filter(|(_, action, _)| {
            !matches!(action, StepAction::HangUp | StepAction::Wait(_) | StepAction::Silent(_))
        });
        unmet.extend(unreached.map(|(step, action, _)| match action {
            StepAction::Say(..) => "the call ended before the party had said everything".to_owned(),
            StepAction::Press(_) => "the call ended before the party had pressed every key".to_owned(),
            _ => format!("the call ended while the party waited {}", step.waits_for()),
        }));
        PartyReport {
            unmet,
            // Sounds without words are not speech.
            heard: self.all_heard.iter().filter(|text| !text.is_empty()).cloned().collect(),
        }
    }

    /// Time limit of a step.
    fn deadline(&self, step: &Step, action: &StepAction) -> DateTime<Utc> {
        let own = match action {
            StepAction::Wait(time) | StepAction::Silent(time) => *time,
            _ => 0.0,
        };
        self.ready + seconds(step.within_s.unwrap_or(STEP_TIMEOUT_S) + own)
    }

    /// Earliest time of a step; `None` while its condition is not met.
    fn earliest(&self, step: &Step, action: &StepAction, expression: Option<&Regex>) -> Option<DateTime<Utc>> {
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
        if let Some(event) = step.on {
            let (_, at) = self.events.iter().find(|(happened, _)| *happened == event)?;
            since = since.max(*at);
        }
        let interrupts = step.interrupt_after_ms.is_some();
        let wants_turn = matches!(
            action,
            StepAction::Say(..) | StepAction::Press(_) | StepAction::Silent(_)
        ) && !(step.anytime || interrupts || step.on.is_some());
        if wants_turn {
            since = since.max(self.turn?);
        }
        Some(match action {
            StepAction::Listen => since,
            StepAction::Wait(time) | StepAction::Silent(time) => since + seconds(*time),
            _ if interrupts => since + millis(step.after_ms.unwrap_or(0)),
            _ => since + millis(step.after_ms.unwrap_or(REACTION_MS)),
        })
    }

    /// The speech that completes a match; all speech since the last step is matched together.
    fn matching(&self, expression: &Regex) -> Option<&Heard> {
        let mut all = String::new();
        self.heard.iter().find(|heard| {
            all.push_str(&heard.text);
            all.push(' ');
            expression.is_match(&all)
        })
    }
}
