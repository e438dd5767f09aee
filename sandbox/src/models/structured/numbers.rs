//! Numbers in digits, and in words up to twenty.

use regex::Regex;
use std::sync::LazyLock;

const WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// A shorter sequence of digits is not a telephone number.
const MIN_PHONE_DIGITS: usize = 7;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(r"(?i)\b(?:\d+(?:[.,]\d+)?|{})\b", WORDS.join("|"));
    Regex::new(&pattern).expect("pattern is valid")
});

/// The first number in a text.
pub(super) fn first(text: &str) -> Option<f64> {
    NUMBER.find(text).and_then(|found| value(found.as_str()))
}

/// The number before a word, with at most one word between them: "three new laptops".
pub(super) fn before(text: &str, word: &str) -> Option<f64> {
    let pattern = format!(r"(?i)(?P<number>{})(?: \w+)? {}", NUMBER.as_str(), regex::escape(word));
    let found = Regex::new(&pattern).ok()?.captures(text)?;
    value(&found["number"])
}

/// A telephone number spoken digit by digit.
pub(super) fn spelled_out(text: &str) -> Option<String> {
    let mut digits = String::new();
    for word in super::concept::words(text) {
        let digit = WORDS[..10]
            .iter()
            .position(|name| *name == word)
            .or((word == "oh").then_some(0));
        match digit {
            Some(digit) => digits.push_str(&digit.to_string()),
            None if digits.len() >= MIN_PHONE_DIGITS => break,
            None => digits.clear(),
        }
    }
    (digits.len() >= MIN_PHONE_DIGITS).then_some(digits)
}

fn value(number: &str) -> Option<f64> {
    let word = WORDS.iter().position(|word| word.eq_ignore_ascii_case(number));
    match word {
        Some(value) => u32::try_from(value).ok().map(f64::from),
        None => number.replace(',', ".").parse().ok(),
    }
}
