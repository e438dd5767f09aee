//! What the models say: the first rule that fits what was said last.
//!
//! A rule is a regular expression and answers to it. The same conversation gets the same answer, every time: nothing is
//! drawn by lot. The built-in rules are the `.toml` files beside this one; a scenario puts its own before them.

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

/// What a rule tells about whoever said what it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// They have said goodbye.
    Goodbye,
    /// They want to speak to a person.
    WantsPerson,
    /// They are angry.
    Angry,
    /// They are content.
    Pleased,
    /// They might buy.
    Interested,
    /// They will not buy.
    NotInterested,
    /// They have got what they wanted.
    Resolved,
    /// They want to be called back.
    Callback,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called, in the log of a test.
    pub name: String,
    /// Fits what was said, as a regular expression of the `regex` crate.
    #[serde(with = "pattern")]
    said: Regex,
    /// Fits the system prompt, too. Without it, any prompt will do.
    #[serde(default, with = "maybe_pattern")]
    system: Option<Regex>,
    /// What was wanted, in a word.
    pub intent: String,
    /// What was spoken about, as in "The caller asked about ...".
    pub about: Option<String>,
    /// What is to be done after the call.
    pub next_action: Option<String>,
    /// What else it tells.
    #[serde(default)]
    pub marks: BTreeSet<Mark>,
    /// What is answered the first time that it fits in a conversation, the second, and from then on the last. `$name` is
    /// what the group of that name caught. Without answers it only leaves its marks.
    #[serde(default)]
    answers: Vec<String>,
}

/// Rules, in the order in which they are tried.
#[derive(Debug, Clone)]
pub struct Rules(Vec<Rule>);

/// Why a text holds no rules: what TOML, or a regular expression in it, says.
#[derive(Debug, Error)]
#[error("rules cannot be read: {0}")]
pub struct RulesError(#[from] toml::de::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

impl Default for Rules {
    /// The built-in ones.
    fn default() -> Self {
        let built_in = |text| Self::parse(text).expect("the built-in rules are read in a test").0;
        Self(BUILT_IN.into_iter().flat_map(built_in).collect())
    }
}

impl Rules {
    /// Rules from a TOML document: an array of tables named `rule`.
    ///
    /// # Errors
    /// When it is no such document, or an expression is wrong.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        Ok(Self(toml::from_str::<File>(text)?.rule))
    }

    /// These rules before those of a document.
    #[must_use]
    pub fn before(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Every rule that fits what somebody said.
    pub(super) fn fitting<'a>(&'a self, system: &'a str, said: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.0.iter().filter(move |rule| rule.fits(system, said))
    }

    /// The rule that answers.
    pub(super) fn answering<'a>(&'a self, system: &'a str, said: &'a str) -> Option<&'a Rule> {
        self.fitting(system, said).find(|rule| !rule.answers.is_empty())
    }

    /// What is answered to the last thing that the user said.
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
    fn fits(&self, system: &str, said: &str) -> bool {
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
    fn what_people_say_finds_its_rule() {
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
    fn the_second_time_something_else_is_answered_and_then_the_last_answer_stays() {
        let said = ["Hello?", "Hello?", "Hello?"];
        let answers = answers("", &said);
        assert_ne!(answers[0], answers[1]);
        assert_eq!(answers[1], answers[2]);
    }

    #[test]
    fn an_answer_repeats_what_it_heard() {
        assert!(answers("", &["My order number is A-10234."])[0].starts_with("Order A-10234 was sent"));
        assert!(answers("", &["मेरा नाम आशा है"])[0].contains("आशा जी"));
    }

    #[test]
    fn the_system_prompt_may_decide() {
        assert_ne!(answers("You sell cars", &["Hm."]), answers("You help", &["Hm."]));
    }

    #[test]
    fn a_scenario_has_the_first_word() {
        let own = "[[rule]]\nname = 'own'\nsaid = '(?i)hello'\nintent = 'greeting'\nanswers = ['Ahoy']\n";
        let rules = Rules::parse(own).expect("it is well-formed").before(Rules::default());
        let mut conversation = Conversation::default();
        conversation.add(Role::User, "Hello");
        assert_eq!(rules.answer(&conversation), "Ahoy");
    }

    #[test]
    fn what_is_no_rule_is_refused_with_the_reason() {
        for (text, reason) in [
            ("[[rule]]\nname = 'a'\nsaid = '('\nintent = 'x'\n", "unclosed group"),
            (
                "[[rule]]\nname = 'a'\nsaid = ''\nintent = 'x'\ncolour = 1\n",
                "unknown field",
            ),
        ] {
            let error = Rules::parse(text).expect_err("it is no rule").to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
