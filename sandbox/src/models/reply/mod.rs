//! The next turn of a conversation, decided from the system prompt and what was said.
//!
//! The caller hears sentences of the prompt that are about their words; otherwise the model says that it does not know
//! and offers to take a message. Then it asks for the requested values, one at a time, each once. It states nothing that
//! neither the prompt nor the caller has said.

mod facts;
mod phrases;

pub(super) use phrases::{is_hindi, is_question, says_goodbye, wants_person};
use phrases::{is_in_danger, wants_no_calls};

use super::conversation::{Conversation, Role};
use super::words;
use phrases::{Phrases, is_beginning, is_no, is_yes, says_thanks};

/// A value that the caller may give.
#[derive(Debug)]
pub(super) struct Requested {
    /// What to ask for. Absent if the value is noted without being asked for.
    pub description: Option<String>,
    pub value: Option<String>,
    /// The caller's last words gave the value.
    pub is_new: bool,
}

/// A turn of the model.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub say: String,
    pub wish: Wish,
}

/// What the caller wants of the call itself.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    #[default]
    None,
    /// The call ends after this turn.
    Goodbye,
    /// To speak to a person.
    Person,
    /// Not to be called again.
    OptOut,
    /// Help in danger.
    Emergency,
}

impl Wish {
    /// The words with which schemas name it.
    pub(super) const fn names(self) -> &'static [&'static str] {
        match self {
            Self::None => &["none", "other"],
            Self::Goodbye => &["goodbye", "bye", "end_call", "hang_up"],
            Self::Person => &["person", "human", "escalate", "transfer"],
            Self::OptOut => &["opt_out", "do_not_call", "unsubscribe"],
            Self::Emergency => &["emergency", "danger"],
        }
    }
}

impl Reply {
    /// The turn after the last words of the caller.
    pub(super) fn to(conversation: &Conversation, requested: &[Requested]) -> Self {
        let said = conversation.said_by(Role::User).last().unwrap_or_default().trim();
        let phrases = Phrases::of(&conversation.system, said);
        let with = |wish: Wish, say: &str| Self {
            say: say.to_owned(),
            wish,
        };
        let only = |say: &str| with(Wish::None, say);
        let goodbye = || with(Wish::Goodbye, phrases.goodbye);
        if is_beginning(said) {
            return only(phrases.greeting);
        }
        if is_in_danger(said) {
            return with(Wish::Emergency, phrases.danger);
        }
        if wants_no_calls(said) {
            return with(Wish::OptOut, phrases.no_calls);
        }
        if says_goodbye(said) && !is_question(said) {
            return goodbye();
        }
        if wants_person(said) {
            return with(Wish::Person, phrases.person);
        }
        let before: Vec<&str> = conversation.said_by(Role::Assistant).collect();
        let was_asked = |question: &str| before.last().is_some_and(|last| last.trim().ends_with(question));
        let given: Vec<&str> = requested
            .iter()
            .filter(|one| one.is_new)
            .filter_map(|one| one.value.as_deref())
            .collect();
        let mut parts: Vec<String> = vec![];
        if !given.is_empty() {
            parts.push(format!("{} {}.", phrases.noted_values, given.join(", ")));
        }
        if given.is_empty() || is_question(said) {
            parts.extend(facts::answering(&conversation.system, said));
        }
        if parts.is_empty() {
            let was_asked_for_value = requested
                .iter()
                .filter_map(|one| one.question(phrases))
                .any(|question| was_asked(&question));
            let has_offered = before.iter().any(|text| text.contains(phrases.unknown));
            if is_no(said) && was_asked(phrases.more) {
                return goodbye();
            } else if is_yes(said) && was_asked(phrases.unknown) {
                return only(phrases.ask_for_message);
            } else if is_no(said) || was_asked_for_value && !is_question(said) {
                parts.push(phrases.all_right.to_owned());
            } else if was_asked(phrases.ask_for_message) {
                parts.push(phrases.noted.to_owned());
            } else if words::subjects(said).is_empty() {
                if !says_thanks(said) {
                    return only(if before.is_empty() {
                        phrases.greeting
                    } else {
                        phrases.help
                    });
                }
                parts.push(phrases.welcome.to_owned());
            } else if has_offered && !is_question(said) {
                parts.push(phrases.noted.to_owned());
            } else {
                return only(phrases.unknown);
            }
        }
        let next = requested
            .iter()
            .filter(|one| one.value.is_none())
            .filter_map(|one| one.question(phrases))
            .find(|question| !before.iter().any(|text| text.contains(question)));
        parts.push(next.unwrap_or_else(|| phrases.more.to_owned()));
        only(&parts.join(" "))
    }
}

impl Requested {
    /// "The caller's name" becomes "Could you tell me your name?". A description that is a question is asked as it is.
    fn question(&self, phrases: &Phrases) -> Option<String> {
        let about = self.description.as_deref()?.trim().trim_end_matches(['.', '।']);
        if about.ends_with('?') {
            return Some(about.to_owned());
        }
        let about = about.replace("The caller's", "your").replace("the caller's", "your");
        let mut letters = about.chars();
        let first = letters.next()?;
        // "PIN" stays as it is.
        let about = if letters.as_str().starts_with(char::is_uppercase) {
            about
        } else {
            first.to_lowercase().chain(letters).collect()
        };
        Some(format!("{} {about}?", phrases.ask))
    }
}
