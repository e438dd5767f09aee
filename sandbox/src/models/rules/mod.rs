//! Answer rules of the models. The first rule that matches the caller's last sentence gives the answer.
//!
//! A rule is a regular expression with a list of answers. Answers are deterministic: the same conversation gets the
//! same answer. The built-in rules are the `.toml` files in this directory; a scenario's rules take precedence over
//! them.

use super::conversation::{Conversation, Role};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use thiserror::Error;

const BUILT_IN: [&str; 5] = [
    include_str!("hindi.toml"),
    include_str!("courtesies.toml"),
    include_str!("support.toml"),
    include_str!("sales.toml"),
    include_str!("last.toml"),
];

/// A fact about the caller that a matching rule establishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Goodbye,
    /// The caller wants to speak to a person.
    WantsPerson,
    Angry,
    Pleased,
    Interested,
    NotInterested,
    /// The caller's request is settled.
    Resolved,
    /// The caller wants to be called back.
    Callback,
}

/// A rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    /// Pattern that the caller's sentence must match.
    #[serde(with = "pattern")]
    said: Regex,
    /// Pattern that the system prompt must also match, if given.
    #[serde(default, with = "maybe_pattern")]
    system: Option<Regex>,
    /// The caller's intent, in one word.
    pub intent: String,
    /// Subject for summaries, as in "The caller spoke about ...".
    pub about: Option<String>,
    /// Follow-up action after the call.
    pub next_action: Option<String>,
    #[serde(default)]
    pub marks: BTreeSet<Mark>,
    /// Answers for the first match in a conversation, the second and so on; the last one is repeated. `$name` expands
    /// to the capture group of that name. A rule without answers only adds its marks.
    #[serde(default)]
    answers: Vec<String>,
}

/// Rules in order of precedence.
#[derive(Debug, Clone)]
pub struct Rules(Vec<Rule>);

/// A rules document is not valid TOML, or contains an invalid regular expression.
#[derive(Debug, Error)]
#[error("rules cannot be read: {0}")]
pub struct RulesError(#[from] toml::de::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

impl Default for Rules {
    /// The built-in rules.
    fn default() -> Self {
        let built_in = |text| Self::parse(text).expect("built-in rules are valid").0;
        Self(BUILT_IN.into_iter().flat_map(built_in).collect())
    }
}

impl Rules {
    /// Parses rules from a TOML document: an array of tables named `rule`.
    ///
    /// # Errors
    /// When the document or a regular expression in it is invalid.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        Ok(Self(toml::from_str::<File>(text)?.rule))
    }

    /// Concatenates two rule sets; `self` takes precedence over `others`.
    #[must_use]
    pub fn before(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// All rules that match a sentence.
    pub(super) fn matching<'a>(&'a self, system: &'a str, said: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.0.iter().filter(move |rule| rule.matches(system, said))
    }

    /// The rule that answers a sentence: the first match that has answers.
    pub(super) fn answering<'a>(&'a self, system: &'a str, said: &'a str) -> Option<&'a Rule> {
        self.matching(system, said).find(|rule| !rule.answers.is_empty())
    }

    /// Answers the last user turn.
    pub(super) fn answer(&self, conversation: &Conversation) -> String {
        let said: Vec<&str> = conversation.said_by(Role::User).collect();
        let (last, before) = said
            .split_last()
            .map_or(("", [].as_slice()), |(last, before)| (*last, before));
        let system = conversation.system.as_str();
        let Some(rule) = self.answering(system, last) else {
            return String::new();
        };
        let same = |text: &&&str| {
            self.answering(system, text)
                .is_some_and(|other| other.name == rule.name)
        };
        let times = before.iter().filter(same).count();
        rule.answer(last, times)
    }
}

impl Rule {
    fn matches(&self, system: &str, said: &str) -> bool {
        self.said.is_match(said) && self.system.as_ref().is_none_or(|pattern| pattern.is_match(system))
    }

    fn answer(&self, said: &str, times: usize) -> String {
        let Some(template) = self.answers.get(times).or(self.answers.last()) else {
            return String::new();
        };
        let mut answer = String::new();
        if let Some(captures) = self.said.captures(said) {
            captures.expand(template, &mut answer);
        }
        answer
    }
}

mod pattern {
    use regex::Regex;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Regex, D::Error> {
        Regex::new(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

mod maybe_pattern {
    use regex::Regex;
    use serde::Deserializer;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Regex>, D::Error> {
        super::pattern::deserialize(from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(system: &str, said: &[&str]) -> Vec<String> {
        let rules = Rules::default();
        (1..=said.len())
            .map(|count| {
                let mut conversation = Conversation::default();
                conversation.add_system(system);
                for text in &said[..count] {
                    conversation.add(Role::User, text);
                }
                rules.answer(&conversation)
            })
            .collect()
    }

    fn rule_of(said: &str) -> String {
        let rules = Rules::default();
        rules
            .answering("", said)
            .map_or_else(String::new, |rule| rule.name.clone())
    }

    #[test]
    fn sentences_match_the_expected_rule() {
        for (said, rule) in [
            ("Hello, my laptop does not start.", "computer-does-not-start"),
            ("My laptop won't turn on", "computer-does-not-start"),
            ("Where is my order A-10234?", "order-status"),
            ("Where is my parcel?", "order-without-number"),
            ("When do you open on Saturday?", "opening-hours"),
            ("Thanks, and when are you closed?", "opening-hours"),
            ("How much does it cost?", "price"),
            ("I am interested in two of them", "wants-to-buy"),
            ("No, I am not interested.", "not-interested"),
            ("I want to talk to a human being", "person"),
            ("Can you put me through to your manager?", "person"),
            ("This is ridiculous, I am furious!", "angry"),
            ("No thanks, that's all.", "nothing-else"),
            ("Okay, bye!", "goodbye"),
            ("My name is Ada", "introduction"),
            ("Ada Lovelace", "fallback"),
            ("ada@example.com", "contact-details"),
            ("", "beginning"),
            ("(The call begins.)", "beginning"),
            ("Hello?", "greeting"),
            ("मेरा लैपटॉप चालू नहीं हो रहा है", "hindi-computer"),
            ("मुझे किसी इंसान से बात करनी है", "hindi-person"),
            ("ठीक है, अलविदा", "hindi-goodbye"),
            ("मेरा नाम आशा है", "hindi-name"),
        ] {
            assert_eq!(rule_of(said), rule, "{said}");
        }
    }

    #[test]
    fn repeated_match_advances_to_the_last_answer_and_stays() {
        let said = ["Hello?", "Hello?", "Hello?"];
        let answers = answers("", &said);
        assert_ne!(answers[0], answers[1]);
        assert_eq!(answers[1], answers[2]);
    }

    #[test]
    fn answer_expands_capture_groups() {
        assert!(answers("", &["My order number is A-10234."])[0].starts_with("Order A-10234 was sent"));
        assert!(answers("", &["मेरा नाम आशा है"])[0].contains("आशा जी"));
    }

    #[test]
    fn system_prompt_pattern_selects_the_rule() {
        assert_ne!(answers("You sell cars", &["Hm."]), answers("You help", &["Hm."]));
    }

    #[test]
    fn prepended_rule_takes_precedence_over_built_in_rules() {
        let own = "[[rule]]\nname = 'own'\nsaid = '(?i)hello'\nintent = 'greeting'\nanswers = ['Ahoy']\n";
        let rules = Rules::parse(own).expect("rules are valid").before(Rules::default());
        let mut conversation = Conversation::default();
        conversation.add(Role::User, "Hello");
        assert_eq!(rules.answer(&conversation), "Ahoy");
    }

    #[test]
    fn invalid_rule_is_rejected_with_a_reason() {
        for (text, reason) in [
            ("[[rule]]\nname = 'a'\nsaid = '('\nintent = 'x'\n", "unclosed group"),
            (
                "[[rule]]\nname = 'a'\nsaid = ''\nintent = 'x'\ncolour = 1\n",
                "unknown field",
            ),
        ] {
            let error = Rules::parse(text).expect_err("rule is invalid").to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
