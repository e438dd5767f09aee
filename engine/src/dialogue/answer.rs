//! Parses the model's answer: text, field values, and what the caller wants of the call itself.
//!
//! Models answer with the JSON that they were asked for, with JSON among other words or cut off in the middle, or with words
//! alone. All of that is an answer. What a model thinks is none: it is neither spoken nor recorded.

use super::speakable::speakable;
use domain::call::value::CallerIntent;
use infra::models::{objects, without_thoughts};
use serde_json::Value;

/// Maximum length of one spoken answer, in characters: more than a minute of speech, and less than Twilio's limit of
/// 4,096.
const MAX_SPEECH_CHARS: usize = 1_200;

/// The model's answer. The field names are those of the JSON schema.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    /// Text to speak.
    pub say: String,
    /// Collected values by field name.
    pub fields: serde_json::Map<String, Value>,
    /// What the caller wants of the call itself.
    pub intent: Option<CallerIntent>,
}

impl Answer {
    /// Parses an answer of a model. `None` if there is no text to speak.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('\u{feff}');
        let mut answer = match objects(text).find_map(Self::of_object) {
            Some(answer) => answer,
            None if looks_like_json(text) => Self {
                say: cut_off(text)?,
                ..Self::default()
            },
            None => Self {
                say: text.to_owned(),
                ..Self::default()
            },
        };
        answer.say = truncated(&speakable(&without_thoughts(&answer.say)));
        says_something(&answer.say).then_some(answer)
    }

    /// What an object says. Only the words are needed; the rest counts as absent if it is something else.
    fn of_object(mut object: serde_json::Map<String, Value>) -> Option<Self> {
        let say = object.get("say")?.as_str()?.to_owned();
        Some(Self {
            say,
            intent: object.get("intent").and_then(Value::as_str).and_then(intent),
            fields: match object.remove("fields") {
                Some(Value::Object(fields)) => fields,
                _ => serde_json::Map::new(),
            },
        })
    }

    /// The values that are present, as text.
    pub fn values(&self) -> impl Iterator<Item = (&str, String)> {
        self.fields.iter().filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) => text.trim().to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => return None,
            };
            (!value.is_empty()).then_some((name.as_str(), value))
        })
    }
}

/// Whether there is something to hear: a letter or a digit, and not the word for nothing of a programming language.
fn says_something(say: &str) -> bool {
    let words = say.trim_matches(|c: char| !c.is_alphanumeric());
    let is_nothing = ["null", "nil", "undefined"]
        .iter()
        .any(|word| words.eq_ignore_ascii_case(word));
    !words.is_empty() && !is_nothing
}

/// An intent as models write it: `opt_out`, `Opt-out`. Anything else is none.
fn intent(word: &str) -> Option<CallerIntent> {
    let word: String = word.trim().to_lowercase().replace(['-', ' '], "_");
    word.parse().ok()
}

/// Malformed JSON must not be spoken.
fn looks_like_json(text: &str) -> bool {
    let start = text.trim_start_matches('`').trim_start_matches("json").trim_start();
    start.starts_with(['{', '[']) || start.is_empty()
}

/// The words of an object that was cut off while they were written, up to the last sentence that is whole.
fn cut_off(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("\"say\"")?;
    let words = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let mut end = 0;
    let mut is_escaped = false;
    for (at, c) in words.char_indices() {
        match c {
            '"' if !is_escaped => break,
            '.' | '!' | '?' | '।' => end = at + c.len_utf8(),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    serde_json::from_str(&format!("\"{}\"", &words[..end])).ok()
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
        let answer =
            Answer::parse(r#"{"say":" Hello. ","fields":{"email":"a@b.co","name":null,"age":7},"intent":"goodbye"}"#)
                .expect("an answer");
        assert_eq!(
            (answer.say.as_str(), answer.intent),
            ("Hello.", Some(CallerIntent::Goodbye))
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
            "```",
            "",
            "  ",
            r#"{"say": "  "}"#,
            r#"{"words": "Hello"}"#,
            "<think>They greet me.",
            "null",
            r#"{"say": "null"}"#,
            r#"{"say": " Undefined. "}"#,
            r#"{"say": "\u200b\u200b"}"#,
            "\u{200b}\u{feff}\u{2060}",
            "...",
            r#"{"say": "—"}"#,
            "<think>They greet me.</think>",
        ] {
            assert_eq!(Answer::parse(text), None, "{text}");
        }
    }

    #[test]
    fn answers_of_real_models_are_understood() {
        for text in [
            r#"Sure! {"say":"Hello."}"#,
            r#"{"note": 1} {"say":"Hello."} Anything else?"#,
            r#"{"answer": {"say":"Hello.","intent":"none"}}"#,
            "Hello.",
            "\u{feff}{\"say\":\"Hello.\"}",
            "\u{200b}Hello.\u{2060}",
            r#"{"say":"Hello.\u200b"}"#,
            r#"{"say":"Hello.","fields":null}"#,
            r#"{"say":"Hello.","fields":[],"intent":null}"#,
            r#"{"say":"Hello.","intent":"none"}"#,
            r#"{"say":"Hello.","intent":["goodbye"]}"#,
            r#"{"say":"Hello.","intent":"to end the world"}"#,
            r#"{"say":"<think>x</think>Hello."}"#,
            r#"{"say":"They greet me. </think>Hello."}"#,
            r#"{"say":"\u003cthink>x<\/think>Hello."}"#,
            r#"{"say":"**Hello.**"}"#,
            "```json\n{\"say\":\"Hello.\"}\n```\nDone.",
            r#"{"say":"Hello. How are y"#,
            r#"{"say":"Hello.","fields":{"name":"#,
        ] {
            let answer = Answer::parse(text).unwrap_or_else(|| panic!("not understood: {text}"));
            assert_eq!((answer.say.as_str(), answer.intent), ("Hello.", None), "{text}");
        }
        for text in [
            r#"{"say":"Sorry.","intent":" Opt-Out"}"#,
            r#"{"say":"Sorry.","intent":"OPT_OUT"}"#,
            r#"{"say":"Sorry.","intent":"opt out"}"#,
        ] {
            let answer = Answer::parse(text).expect("an answer");
            assert_eq!(answer.intent, Some(CallerIntent::OptOut), "{text}");
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
