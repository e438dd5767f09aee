//! The built-in scenarios.

use super::{Scenario, ScenarioError};

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// Name and TOML text of every built-in scenario.
        pub const LIBRARY: &[(&str, &str)] = &[
            $(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/", $name, ".toml")))),*
        ];
    };
}

library![
    "agent-absent",
    "agent-declines",
    "angry-caller",
    "answer-lost",
    "asks-for-a-person",
    "browser-answered",
    "browser-busy",
    "browser-failed",
    "browser-no-answer",
    "callbacks-late",
    "callbacks-out-of-order",
    "callbacks-twice",
    "closed-hours",
    "corrects-themselves",
    "emergency",
    "goodbye-at-once",
    "goodbye-hindi",
    "hang-up",
    "hang-up-after-question",
    "hang-up-during-take-over",
    "hang-up-on-hold",
    "hang-up-while-ringing",
    "held-and-resumed",
    "interruption",
    "keypad",
    "long-talk",
    "low-confidence",
    "model-down",
    "model-slow",
    "network-busy",
    "network-down",
    "profanity",
    "prompt-injection",
    "recording-late",
    "recording-never",
    "silence",
    "support",
    "taken-over",
    "transfer-answered",
    "transfer-busy",
    "transfer-failed",
    "transfer-no-answer",
    "two-sentences",
    "voicemail",
    "voicemail-silent",
    "withheld-number",
];

/// A built-in scenario by name; `None` if it does not exist.
///
/// # Errors
/// If it does not parse, which a test excludes.
pub fn named(name: &str) -> Result<Option<Scenario>, ScenarioError> {
    let text = LIBRARY.iter().find(|(known, _)| *known == name);
    text.map(|(_, text)| Scenario::from_toml(text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_parses() {
        for (name, text) in LIBRARY {
            let scenario = Scenario::from_toml(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!scenario.description.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_scenario_file_is_in_the_library() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut files: Vec<String> = std::fs::read_dir(directory)
            .expect("the scenarios directory exists")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort();
        let mut known: Vec<&str> = LIBRARY.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        assert_eq!(files, known);
    }
}
