//! Extraction of values from the caller's sentences: addresses, numbers, names, dates. The last mention wins, because
//! callers correct themselves.

use super::concept::{self, Concept};
use super::dialogue::{Line, Side};
use super::{dates, numbers, summary};
use crate::models::reply::is_question;
use regex::Regex;
use std::sync::LazyLock;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("pattern is valid"));
    };
}

pattern!(EMAIL, r"(?i)[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+");
pattern!(
    SPOKEN_EMAIL,
    r"(?i)\b[a-z\d_+-]+(?: dot [a-z\d_+-]+)* at [a-z\d-]+(?: dot [a-z\d-]+)+\b"
);
pattern!(PHONE, r"\+?\(?\d(?:[\s().-]*\d){6,14}");
pattern!(
    NAME,
    r"(?:[Mm]y (?:full )?name(?: is|'s)|[Ii]t is|[Ii]t's|[Tt]his is|[Ii] am|[Ii]'m|[Cc]all me|[Nn]ame:) (?P<name>\p{Lu}(?:\.|[\p{L}\p{M}'’-]*)(?: \p{Lu}(?:\.|[\p{L}\p{M}'’-]*)){0,3})"
);
pattern!(HINDI_NAME, r"मेरा नाम (?P<name>[\p{L}\p{M}]+(?: [\p{L}\p{M}]+)?) है");
pattern!(
    BARE_NAME,
    r"^(?P<name>\p{Lu}[\p{L}\p{M}'’-]*(?: \p{Lu}[\p{L}\p{M}'’-]*){0,3})[.!]?$"
);
pattern!(
    COMPANY,
    r"(?i:work (?:at|for)|company is|company's called|calling from|on behalf of|company:) (?P<name>\p{Lu}[\p{L}\d&'-]*(?: \p{Lu}[\p{L}\d&'-]*)*)"
);
pattern!(
    ORDER,
    r"(?i)\border\b(?: number| no\.?| id)?(?: is|:)? ?#?(?P<name>[A-Z]{0,3}-?\d[\dA-Z-]{2,})"
);
pattern!(CODE, r"\b(?P<name>[A-Z]{1,3}-?\d[\dA-Z-]{2,}|\d{4,10})\b");
pattern!(POSTAL, r"\b(?P<name>\d{5,6}(?:-\d{4})?)\b");
pattern!(
    CITY,
    r"\b(?:live in|lives in|based in|located in|city is|move to|moved to|come from) (?P<name>\p{Lu}[\p{L}\p{M}-]*(?: \p{Lu}[\p{L}\p{M}-]*)*)"
);
pattern!(
    LEAD_IN,
    r"(?i)^(?:(?:yes|yeah|no|well|sure|okay|ok|um|uh|please)[,.]? )*(?:(?:it is|it's|that is|that's|they are|i want|i would like|i'd like|i need|make it) )?(?:please )?"
);

/// Words in questions that do not identify the requested property.
const STOP_WORDS: &[&str] = &[
    "what", "which", "your", "their", "caller", "customer", "text", "value", "known", "missing", "required",
    "optional", "string", "number", "this", "that", "with", "from", "does", "have", "name", "whether", "when", "many",
    "much", "about",
];

/// The value of a property. `None` if the caller did not state it.
pub(super) fn of(concept: Concept, lines: &[Line], hints: &Hints<'_>) -> Option<String> {
    match concept {
        Concept::Email => last(lines, email),
        Concept::Phone => last(lines, phone),
        Concept::Name => name(lines),
        Concept::FirstName => name(lines)?.split_whitespace().next().map(ToOwned::to_owned),
        Concept::LastName => {
            let name = name(lines)?;
            name.split_once(' ').map(|(_, last)| last.to_owned())
        }
        Concept::Company => last(lines, |text| captured(&COMPANY, text)),
        Concept::OrderNumber => last(lines, |text| captured(&ORDER, text)).or_else(|| {
            let answer = answer_to(lines, &["order".to_owned()])?;
            captured(&CODE, answer)
        }),
        Concept::PostalCode => last(lines, |text| captured(&POSTAL, text)),
        Concept::City => last(lines, |text| captured(&CITY, text)).or_else(|| free_text(lines, hints)),
        Concept::Date => last(lines, |text| dates::date(text, hints.today)),
        Concept::Time => last(lines, dates::time),
        Concept::Matter => summary::matter(lines).map(ToOwned::to_owned),
        Concept::Judgment => None,
        _ => free_text(lines, hints),
    }
}

/// Details of a property that help to find its value.
pub(super) struct Hints<'a> {
    /// Significant words of the name and description.
    pub words: Vec<String>,
    /// The schema's `pattern`.
    pub pattern: Option<Regex>,
    /// Current date as `YYYY-MM-DD`, if the prompt gives it.
    pub today: Option<&'a str>,
}

impl Hints<'_> {
    /// Significant words of a name and a description.
    pub(super) fn words_of(name: &str, description: &str) -> Vec<String> {
        let mut words = concept::words(name);
        words.extend(concept::words(description));
        words.retain(|word| word.chars().count() > 3 && !STOP_WORDS.contains(&word.as_str()));
        words.dedup();
        words
    }
}

/// Whether the caller answered yes to the question about the property. `None` if it was not asked or the answer was
/// neither yes nor no.
pub(super) fn agreed(lines: &[Line], hints: &Hints<'_>) -> Option<bool> {
    pattern!(YES, r"(?i)^(yes|yeah|yep|sure|okay|ok|of course|please|हाँ|जी)\b");
    pattern!(NO, r"(?i)^(no|nope|not|never|नहीं)\b");
    let answer = answer_to(lines, &hints.words)?;
    if YES.is_match(answer) {
        Some(true)
    } else {
        NO.is_match(answer).then_some(false)
    }
}

/// The number for a property: the one before the counted noun, or the answer to the question about the property.
pub(super) fn number(lines: &[Line], hints: &Hints<'_>) -> Option<f64> {
    let counted = |text: &str| {
        hints.words.iter().find_map(|word| {
            let stem = word.strip_suffix('s').unwrap_or(word);
            numbers::before(text, stem)
        })
    };
    last(lines, counted).or_else(|| numbers::first(answer_to(lines, &hints.words)?))
}

fn callers(lines: &[Line]) -> impl DoubleEndedIterator<Item = &str> {
    lines
        .iter()
        .filter(|line| line.side == Side::Caller)
        .map(|line| line.text.as_str())
}

/// Applies `find` to the caller's lines, last first, and returns the first result.
fn last<T>(lines: &[Line], find: impl Fn(&str) -> Option<T>) -> Option<T> {
    callers(lines).rev().find_map(find)
}

fn captured(pattern: &Regex, text: &str) -> Option<String> {
    let found = pattern.captures_iter(text).last()?;
    Some(found["name"].trim_end_matches(['.', ',', '-']).to_owned())
}

fn email(text: &str) -> Option<String> {
    let written = EMAIL.find_iter(text).last().map(|found| found.as_str().to_lowercase());
    written.or_else(|| {
        let spoken = SPOKEN_EMAIL.find_iter(text).last()?.as_str().to_lowercase();
        Some(spoken.replacen(" at ", "@", 1).replace(" dot ", "."))
    })
}

fn phone(text: &str) -> Option<String> {
    let written = PHONE.find_iter(text).last().map(|found| found.as_str().to_owned());
    let number = written.or_else(|| numbers::spelled_out(text))?;
    // A date also consists of digits and dashes.
    if dates::date(&number, None).is_some() {
        return None;
    }
    let plus = if number.starts_with('+') { "+" } else { "" };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Some(format!("{plus}{digits}"))
}

fn name(lines: &[Line]) -> Option<String> {
    // "It is Monday" is not a name.
    let introduction = |text: &str| captured(&NAME, text).filter(|name| dates::date(name, None).is_none());
    last(lines, |text| introduction(text).or_else(|| captured(&HINDI_NAME, text)))
        .or_else(|| captured(&BARE_NAME, answer_to(lines, &["name".to_owned(), "नाम".to_owned()])?))
}

/// The caller's answer to the last question that contains one of these words.
fn answer_to<'a>(lines: &'a [Line], words: &[String]) -> Option<&'a str> {
    let asks = |line: &Line| {
        let sentences = line.text.split_inclusive(['.', '?', '!', '।']);
        let mut questions = sentences.filter(|sentence| sentence.ends_with('?')).map(concept::words);
        line.side == Side::Agent && questions.any(|asked| words.iter().any(|word| asked.contains(word)))
    };
    lines
        .windows(2)
        .rev()
        .find(|pair| asks(&pair[0]) && pair[1].side == Side::Caller && !is_question(&pair[1].text))
        .map(|pair| pair[1].text.as_str())
}

/// A value of unknown kind: a match of its pattern, the text after "my ... is", or the answer to the question about it.
fn free_text(lines: &[Line], hints: &Hints<'_>) -> Option<String> {
    if let Some(pattern) = &hints.pattern {
        return last(lines, |text| pattern.find(text).map(|found| found.as_str().to_owned()));
    }
    let statement = |text: &str| {
        hints.words.iter().find_map(|word| {
            let pattern = format!(
                r"(?i)\b{}\b(?: \w+)? (?:is|are) (?:an? |the )?(?P<name>[^.,;!?]+)",
                regex::escape(word)
            );
            captured(&Regex::new(&pattern).ok()?, text)
        })
    };
    last(lines, statement).or_else(|| {
        let answer = answer_to(lines, &hints.words)?;
        let answer = LEAD_IN.replace(answer.trim(), "");
        let answer = answer.trim_end_matches(['.', '!', '?', '।']).trim();
        (!answer.is_empty()).then(|| answer.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    fn lines(said: &[&str]) -> Vec<Line> {
        said.iter()
            .map(|said| {
                let (side, text) = match said.strip_prefix("> ") {
                    Some(text) => (Side::Agent, text),
                    None => (Side::Caller, *said),
                };
                Line {
                    side,
                    label: None,
                    text: text.to_owned(),
                    source: Map::new(),
                }
            })
            .collect()
    }

    fn value(name: &str, said: &[&str]) -> Option<String> {
        let hints = Hints {
            words: Hints::words_of(name, ""),
            pattern: None,
            today: Some("2026-03-11"),
        };
        of(concept::of(name, ""), &lines(said), &hints)
    }

    #[test]
    fn values_are_extracted_from_sentences() {
        for (name, said, expected) in [
            (
                "email",
                "Write to Ada.Lovelace@example.com, please.",
                "ada.lovelace@example.com",
            ),
            (
                "email",
                "it is ada dot lovelace at example dot co dot uk",
                "ada.lovelace@example.co.uk",
            ),
            ("phone", "Call me on +1 (504) 555-0123.", "+15045550123"),
            (
                "phone",
                "five zero four, five five five, zero one two three",
                "5045550123",
            ),
            (
                "name",
                "Hello, my name is Ada Lovelace and my laptop is broken",
                "Ada Lovelace",
            ),
            ("first_name", "This is Ada Lovelace.", "Ada"),
            ("last_name", "This is Ada King Lovelace.", "King Lovelace"),
            ("name", "मेरा नाम आशा वर्मा है", "आशा वर्मा"),
            ("company", "I work for Analytical Engines.", "Analytical Engines"),
            ("order_number", "It is about order number A-10234.", "A-10234"),
            ("city", "I live in New Orleans.", "New Orleans"),
            ("date", "On 12 March 2026 at 3 pm", "2026-03-12"),
            ("date", "tomorrow would be fine", "2026-03-12"),
            ("time", "On 12 March 2026 at 3 pm", "15:00"),
            ("colour", "The colour is a dark green.", "dark green"),
        ] {
            assert_eq!(value(name, &[said]).as_deref(), Some(expected), "{said}");
        }
    }

    #[test]
    fn unstated_value_is_none() {
        for name in [
            "email",
            "phone",
            "name",
            "company",
            "order_number",
            "city",
            "date",
            "time",
            "colour",
        ] {
            assert_eq!(value(name, &["I am sorry, my laptop does not start."]), None, "{name}");
        }
        assert_eq!(value("phone", &["It was on 2026-03-12."]), None);
    }

    #[test]
    fn answer_to_a_question_is_the_value() {
        assert_eq!(
            value("name", &["> What is your name?", "Ada Lovelace."]).as_deref(),
            Some("Ada Lovelace")
        );
        assert_eq!(
            value("colour", &["> Which colour?", "Well, it's dark green."]).as_deref(),
            Some("dark green")
        );
        assert_eq!(
            value("order_number", &["> What is your order number?", "10234"]).as_deref(),
            Some("10234")
        );
    }

    #[test]
    fn last_mention_wins() {
        let said = ["a@example.com", "no, sorry, b@example.com"];
        assert_eq!(value("email", &said).as_deref(), Some("b@example.com"));
    }

    #[test]
    fn number_is_read_before_the_counted_noun() {
        let hints = Hints {
            words: Hints::words_of("number_of_laptops", ""),
            pattern: None,
            today: None,
        };
        for (said, number) in [("I need 12 laptops", 12.0), ("three new laptops", 3.0)] {
            assert_eq!(super::number(&lines(&[said]), &hints), Some(number), "{said}");
        }
        assert_eq!(
            super::number(&lines(&["> How many laptops?", "About 40."]), &hints),
            Some(40.0)
        );
        assert_eq!(super::number(&lines(&["It is 3 o'clock"]), &hints), None);
    }
}
