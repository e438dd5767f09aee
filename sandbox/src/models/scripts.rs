//! Scripted summaries of the conversations that the sandbox plays itself, which it recognizes by the caller's words.

use super::words;
use serde_json::{Map, Value};
use std::sync::Mutex;

/// The words of a caller, and the summary of their call.
#[derive(Debug, Clone, PartialEq)]
struct Script {
    /// The caller's words, one entry per utterance.
    said: Vec<String>,
    /// Values by property name, such as `outcome` and `next_action`.
    summary: Map<String, Value>,
}

/// All scripts; a later one takes precedence over an earlier one with the same words.
#[derive(Debug, Default)]
pub(super) struct Scripts(Mutex<Vec<Script>>);

impl Scripts {
    pub(super) fn add<'a>(&self, said: impl IntoIterator<Item = &'a str>, summary: &Map<String, Value>) {
        let script = Script {
            said: said.into_iter().map(joined).filter(|words| words != " ").collect(),
            summary: summary.clone(),
        };
        let mut scripts = self.0.lock().expect("scripts lock is not poisoned");
        if !script.said.is_empty() {
            scripts.retain(|other| other.said != script.said);
            scripts.push(script);
        }
    }

    /// The summary of the longest script whose utterances were all said, in order.
    pub(super) fn summary_of(&self, said: &str) -> Option<Map<String, Value>> {
        let said = joined(said);
        let scripts = self.0.lock().expect("scripts lock is not poisoned");
        let all = scripts.iter().filter(|script| {
            let mut rest = said.as_str();
            script.said.iter().all(|words| match rest.find(words.as_str()) {
                // The space after an utterance is also the one before the next.
                Some(at) => {
                    rest = &rest[at + words.len() - 1..];
                    true
                }
                None => false,
            })
        });
        let longest = all.max_by_key(|script| script.said.iter().map(String::len).sum::<usize>());
        longest.map(|script| script.summary.clone())
    }
}

/// The words of a text, each between two spaces.
fn joined(text: &str) -> String {
    words::of(text).fold(" ".to_owned(), |all, word| all + &word + " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_script_with_all_utterances_in_order_is_found() {
        let scripts = Scripts::default();
        let summary = |text: &str| Map::from_iter([("summary".to_owned(), text.into())]);
        scripts.add(["Goodbye"], &summary("short"));
        scripts.add(["My heater is broken", "Goodbye!"], &summary("old"));
        scripts.add(["My heater is broken", "Goodbye"], &summary("long"));
        scripts.add(["", "?"], &summary("none"));
        let found = |said: &str| scripts.summary_of(said);
        assert_eq!(
            found("Hello\nMy heater is broken.\nYes\ngoodbye"),
            Some(summary("long"))
        );
        assert_eq!(found("my heater is broken goodbye"), Some(summary("long")));
        assert_eq!(found("Goodbye. My heater is broken."), Some(summary("short")));
        assert_eq!(found("My heater is brokenly goodbyes"), None);
    }
}
