//! What a model answered: words, values, and whether the call goes on.

use serde::Deserialize;
use std::collections::BTreeMap;

/// As much as is said at once, in characters: more than a minute of speech, and less than Twilio's limit of 4,096.
const LONGEST: usize = 1_200;

/// What a model answered.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The words.
    pub say: String,
    /// Values by field.
    #[serde(default)]
    pub fields: BTreeMap<String, Option<serde_json::Value>>,
    /// Whether the call ends after them.
    #[serde(default)]
    pub goodbye: bool,
    /// Whether a person is needed.
    #[serde(default)]
    pub person: bool,
}

impl Answer {
    /// Reads an answer. Small models wrap JSON in a code fence, or answer in plain words: both are taken for what they are.
    /// `None`: there is nothing to be said.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let json = match (text.find('{'), text.rfind('}')) {
            (Some(begin), Some(end)) if begin < end => serde_json::from_str::<Self>(&text[begin..=end]).ok(),
            _ => None,
        };
        let mut answer = match json {
            Some(answer) => answer,
            // A broken document is not to be read aloud.
            None if text.starts_with(['{', '[', '`']) => return None,
            None => Self {
                say: text.to_owned(),
                ..Self::default()
            },
        };
        answer.say = shortened(answer.say.trim());
        (!answer.say.is_empty()).then_some(answer)
    }

    /// The values that were given, as text.
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

/// At most as much as is said at once, ending with a sentence where there is one.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
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
    fn an_answer_in_its_shape_is_read() {
        let answer = Answer::read(
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
    fn a_code_fence_around_it_is_no_hindrance() {
        let answer = Answer::read("```json\n{\"say\": \"Hello.\"}\n```").expect("an answer");
        assert_eq!(answer.say, "Hello.");
    }

    #[test]
    fn plain_words_are_said_as_they_are() {
        assert_eq!(Answer::read("Hello there.").expect("an answer").say, "Hello there.");
    }

    #[test]
    fn a_broken_document_is_not_read_aloud() {
        for text in [
            r#"{"say": "Hel"#,
            "[1, 2]",
            "```json\n{\"say\"\n```",
            "",
            "  ",
            r#"{"say": "  "}"#,
            r#"{"words": "Hello"}"#,
        ] {
            assert_eq!(Answer::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_too_long_ends_with_a_sentence() {
        let long = "This is a sentence. ".repeat(200);
        let answer = Answer::read(&long).expect("an answer");
        assert!(
            answer.say.chars().count() <= LONGEST && answer.say.ends_with("sentence."),
            "{}",
            answer.say
        );
        let hindi = "यह एक वाक्य है। ".repeat(200);
        assert!(Answer::read(&hindi).expect("an answer").say.ends_with('।'));
    }
}
