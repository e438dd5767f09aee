//! Parses the model's answer: text, field values, and whether the call ends.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Maximum length of one spoken answer, in characters: more than a minute of speech, and less than Twilio's limit of
/// 4,096.
const MAX_SPEECH_CHARS: usize = 1_200;

/// The model's answer. The field names are those of the JSON schema.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// Text to speak.
    pub say: String,
    /// Collected values by field name.
    #[serde(default)]
    pub fields: BTreeMap<String, Option<serde_json::Value>>,
    /// Whether the call ends after the answer.
    #[serde(default)]
    pub goodbye: bool,
    /// Whether a team member is needed.
    #[serde(default)]
    pub person: bool,
}

impl Answer {
    /// Parses an answer. Small models wrap JSON in a code fence or answer in plain text; both are accepted. `None` if
    /// there is no text to speak.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let json = match (text.find('{'), text.rfind('}')) {
            (Some(begin), Some(end)) if begin < end => serde_json::from_str::<Self>(&text[begin..=end]).ok(),
            _ => None,
        };
        let mut answer = match json {
            Some(answer) => answer,
            // Malformed JSON must not be spoken.
            None if text.starts_with(['{', '[', '`']) => return None,
            None => Self {
                say: text.to_owned(),
                ..Self::default()
            },
        };
        answer.say = truncated(answer.say.trim());
        (!answer.say.is_empty()).then_some(answer)
    }

    /// The values that are present, as text.
    pub fn values(&self) -> impl Iterator<Item = (&str, String)> {
        self.fields.iter().filter_map(|(name, value)| {
            let value = match value.as_ref()? {
                serde_json::Value::String(text) => text.trim().to_owned(),
                serde_json::Value::Number(number) => number.to_string(),
                serde_json::Value::Bool(truth) => truth.to_string(),
                _ => return None,
            };
            (!value.is_empty()).then_some((name.as_str(), value))
        })
    }
}

/// Truncates text to [`MAX_SPEECH_CHARS`], at the end of a sentence if there is one.
fn truncated(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MAX_SPEECH_CHARS) else {
        return text.to_owned();
    };
    let head = &text[..end];
    let sentence = head.rfind(['.', '!', '?', '।']).map(|at| {
        let last = head[at..].chars().next().map_or(1, char::len_utf8);
        &head[..at + last]
    });
    sentence.unwrap_or(head).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_json_is_parsed() {
        let answer = Answer::parse(
            r#"{"say":" Hello. ","fields":{"email":"a@b.co","name":null,"age":7},"goodbye":true,"person":false}"#,
        )
        .expect("an answer");
        assert_eq!(
            (answer.say.as_str(), answer.goodbye, answer.person),
            ("Hello.", true, false)
        );
        assert_eq!(
            answer.values().collect::<Vec<_>>(),
            [("age", "7".to_owned()), ("email", "a@b.co".to_owned())]
        );
    }

    #[test]
    fn json_in_a_code_fence_is_parsed() {
        let answer = Answer::parse("```json\n{\"say\": \"Hello.\"}\n```").expect("an answer");
        assert_eq!(answer.say, "Hello.");
    }

    #[test]
    fn plain_text_is_spoken_unchanged() {
        assert_eq!(Answer::parse("Hello there.").expect("an answer").say, "Hello there.");
    }

    #[test]
    fn malformed_json_is_not_spoken() {
        for text in [
            r#"{"say": "Hel"#,
            "[1, 2]",
            "```json\n{\"say\"\n```",
            "",
            "  ",
            r#"{"say": "  "}"#,
            r#"{"words": "Hello"}"#,
        ] {
            assert_eq!(Answer::parse(text), None, "{text}");
        }
    }

    #[test]
    fn long_text_is_truncated_at_a_sentence() {
        let long = "This is a sentence. ".repeat(200);
        let answer = Answer::parse(&long).expect("an answer");
        assert!(
            answer.say.chars().count() <= MAX_SPEECH_CHARS && answer.say.ends_with("sentence."),
            "{}",
            answer.say
        );
        let hindi = "यह एक वाक्य है। ".repeat(200);
        assert!(Answer::parse(&hindi).expect("an answer").say.ends_with('।'));
    }
}
