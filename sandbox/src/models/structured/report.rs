//! Analysis of a whole conversation: summary, sentiment, outcome, next action. It is derived from the rules that match
//! the caller's sentences.

use super::dialogue::{Line, Side};
use crate::models::rules::{Mark, Rules};
use std::collections::BTreeSet;

const MAX_QUOTE_CHARACTERS: usize = 120;

/// Analysis of a conversation.
#[derive(Debug, Default)]
pub(super) struct Report {
    marks: BTreeSet<Mark>,
    /// Marks of the caller's last line only.
    last_marks: BTreeSet<Mark>,
    /// Subjects, deduplicated, in order of first mention.
    abouts: Vec<String>,
    intents: Vec<String>,
    next_action: Option<String>,
    first_words: Option<String>,
    is_hindi: bool,
    words: usize,
    has_contact: bool,
}

impl Report {
    pub(super) fn of(lines: &[Line], system: &str, rules: &Rules) -> Self {
        let mut report = Self {
            words: lines.iter().map(|line| line.text.split_whitespace().count()).sum(),
            ..Self::default()
        };
        for line in lines.iter().filter(|line| line.side == Side::Caller) {
            report.last_marks.clear();
            for rule in rules.matching(system, &line.text) {
                report.last_marks.extend(&rule.marks);
                report.abouts.extend(rule.about.clone());
                report.next_action = rule.next_action.clone().or(report.next_action);
            }
            report
                .intents
                .extend(rules.answering(system, &line.text).map(|rule| rule.intent.clone()));
            report.marks.extend(&report.last_marks);
            report.is_hindi |= line.text.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c));
            report.has_contact |=
                line.text.contains('@') || line.text.chars().filter(char::is_ascii_digit).count() >= 7;
            report.first_words.get_or_insert_with(|| line.text.clone());
        }
        let mut seen = BTreeSet::new();
        report.abouts.retain(|about| seen.insert(about.clone()));
        report
    }

    /// Whether the mark was set anywhere in the conversation or, with `just_now`, in the caller's last line.
    pub(super) fn has(&self, mark: Mark, just_now: bool) -> bool {
        if just_now { &self.last_marks } else { &self.marks }.contains(&mark)
    }

    fn is(&self, mark: Mark) -> bool {
        self.has(mark, false)
    }

    pub(super) fn is_negative(&self) -> bool {
        self.is(Mark::Angry)
    }

    pub(super) fn goal_achieved(&self) -> bool {
        (self.is(Mark::Resolved) || self.is(Mark::Interested)) && !self.is_negative() && !self.is(Mark::WantsPerson)
    }

    pub(super) fn is_interested(&self) -> bool {
        self.is(Mark::Interested) && !self.is(Mark::NotInterested)
    }

    /// Candidate words, best first; the first one that the schema's choices contain is used.
    pub(super) fn sentiment(&self) -> &'static [&'static str] {
        if self.is_negative() {
            &["negative", "angry", "frustrated", "upset", "unhappy", "bad"]
        } else if self.is(Mark::Pleased) || self.is(Mark::Interested) {
            &["positive", "happy", "satisfied", "good"]
        } else {
            &["neutral", "mixed", "calm"]
        }
    }

    pub(super) fn outcome(&self) -> &'static [&'static str] {
        if self.is(Mark::WantsPerson) {
            &[
                "escalated",
                "transferred",
                "human",
                "person",
                "handoff",
                "follow",
                "unresolved",
            ]
        } else if self.is(Mark::NotInterested) {
            &[
                "declined",
                "not_interested",
                "rejected",
                "refused",
                "lost",
                "unsuccessful",
                "completed",
            ]
        } else if self.is(Mark::Callback) {
            &["callback", "call_back", "follow_up", "follow", "pending"]
        } else if self.is_interested() {
            &[
                "interested",
                "qualified",
                "sale",
                "won",
                "success",
                "successful",
                "completed",
            ]
        } else if self.is(Mark::Resolved) && !self.is_negative() {
            &[
                "resolved",
                "answered",
                "solved",
                "completed",
                "success",
                "successful",
                "done",
            ]
        } else if self.abouts.is_empty() {
            &[
                "no_outcome",
                "incomplete",
                "abandoned",
                "unknown",
                "other",
                "none",
                "unresolved",
                "completed",
            ]
        } else {
            &[
                "unresolved",
                "open",
                "follow_up",
                "follow",
                "pending",
                "in_progress",
                "other",
                "unknown",
            ]
        }
    }

    pub(super) fn interest(&self) -> &'static [&'static str] {
        if self.is(Mark::NotInterested) {
            &["none", "no", "not_interested", "low", "cold"]
        } else if self.is(Mark::Interested) {
            &["high", "yes", "interested", "hot", "strong"]
        } else if self.is_negative() {
            &["low", "none", "cold"]
        } else {
            &["medium", "moderate", "neutral", "warm", "unknown", "low", "none"]
        }
    }

    pub(super) fn language(&self) -> &'static [&'static str] {
        if self.is_hindi {
            &["hi", "hi-in", "hindi"]
        } else {
            &["en", "en-us", "english"]
        }
    }

    /// 0 to 100.
    pub(super) fn lead_score(&self) -> f64 {
        let mut score = 40.0;
        for (counts, points) in [
            (self.is(Mark::Interested), 35.0),
            (self.has_contact, 15.0),
            (self.is(Mark::Pleased), 5.0),
            (self.is(Mark::Angry), -20.0),
            (self.is(Mark::NotInterested), -40.0),
        ] {
            if counts {
                score += points;
            }
        }
        score
    }

    pub(super) fn next_action(&self) -> Option<&str> {
        self.next_action.as_deref()
    }

    pub(super) fn intents(&self) -> &[String] {
        &self.intents
    }

    pub(super) fn topics(&self) -> &[String] {
        &self.abouts
    }

    pub(super) fn word_count(&self) -> usize {
        self.words
    }

    /// The caller's request in their own words.
    pub(super) fn matter(&self) -> Option<&str> {
        self.first_words.as_deref()
    }

    /// One to three sentences.
    pub(super) fn summary(&self) -> String {
        let Some(first) = &self.first_words else {
            return "The caller said nothing.".to_owned();
        };
        let mut summary = match self.abouts.as_slice() {
            [] => {
                let quote: String = first.chars().take(MAX_QUOTE_CHARACTERS).collect();
                format!("The caller said: \"{quote}\".")
            }
            [one] => format!("The caller spoke about {one}."),
            [most @ .., last] => format!("The caller spoke about {} and {last}.", most.join(", ")),
        };
        for (is_so, sentence) in [
            (self.is(Mark::Angry), " The caller was angry."),
            (self.is(Mark::WantsPerson), " The caller asked for a person."),
            (
                self.is(Mark::Resolved) && !self.is_negative(),
                " The matter was settled.",
            ),
            (self.is(Mark::Goodbye), " The caller said goodbye."),
        ] {
            if is_so {
                summary.push_str(sentence);
            }
        }
        summary
    }
}
