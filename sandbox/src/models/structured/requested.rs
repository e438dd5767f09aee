//! The values that a request asks the caller for: the list in the prompt, otherwise the properties of a nested object in
//! the schema.

use super::concept::{self, Concept};
use super::dialogue::{Line, Side};
use super::today;
use super::values::{self, Hints};
use crate::models::conversation::Conversation;
use crate::models::reply::Requested;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// `- name (kind): description [state]`
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s*[-*•] (?P<name>\w+) \(\w+\): (?P<about>.*?)(?: \[[^\]]*\])?$").expect("pattern is valid")
});

/// Details that are noted when the caller gives them, even if they are not requested.
const NOTED: [&str; 3] = ["name", "phone", "email"];

/// The requested values, with what the caller has said of them.
pub(super) fn of(schema: Option<&Value>, conversation: &Conversation, lines: &[Line]) -> Vec<Requested> {
    let listed = LISTED.captures_iter(&conversation.system);
    let mut asked: Vec<(String, String)> = listed
        .map(|found| (found["name"].to_owned(), found["about"].to_owned()))
        .collect();
    if asked.is_empty() {
        let properties = schema.and_then(|schema| schema["properties"].as_object());
        let nested = properties.and_then(|all| all.values().find_map(|one| one["properties"].as_object()));
        asked.extend(nested.into_iter().flatten().map(|(name, schema)| {
            let about = schema["description"].as_str().unwrap_or(name);
            (name.clone(), about.to_owned())
        }));
    }
    let before = lines
        .iter()
        .rposition(|line| line.side == Side::Agent)
        .map_or(0, |at| at + 1);
    let value = |name: &str, about: &str, lines: &[Line]| {
        let hints = Hints {
            words: Hints::words_of(name, about),
            pattern: None,
            today: today(conversation),
        };
        values::of(concept::of_value(name, about), lines, &hints)
    };
    let requested = |name: &str, about: Option<&str>| {
        let known = value(name, about.unwrap_or_default(), lines);
        Requested {
            description: about.map(ToOwned::to_owned),
            is_new: known.is_some() && known != value(name, about.unwrap_or_default(), &lines[..before]),
            value: known,
        }
    };
    let of_name = |expected: Concept| {
        asked
            .iter()
            .any(|(name, about)| concept::of_value(name, about) == expected)
    };
    let noted = NOTED.iter().filter(|name| !of_name(concept::of_value(name, "")));
    asked
        .iter()
        .map(|(name, about)| requested(name, Some(about)))
        .chain(noted.map(|name| requested(name, None)))
        .collect()
}
