//! Free-text search: finds calls by any part of their names and numbers, and ended calls by any part of the transcript.
//!
//! It is a substring search that ignores case and accents, newest calls first, the same on both engines, without stemming, ranking or spelling
//! correction. It is bounded: a page scans at most [`super::queries::SEARCH_WINDOW`] calls of the selection and returns
//! a cursor. A call in progress is found by names and numbers only, so that its search text is not rewritten with each
//! turn.

use super::document::CallDocument;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The search text of a call. Empty once the call is erased.
pub(super) fn text_of(document: &CallDocument) -> String {
    let view = &document.view;
    if view.erased {
        return String::new();
    }
    let mut text = String::new();
    let mut add = |part: &str| {
        if !part.is_empty() {
            text.push_str(&folded(part));
            text.push('\n');
        }
    };
    [
        view.caller_name(),
        view.caller_number(),
        view.called_number(),
        view.number(),
    ]
    .into_iter()
    .flatten()
    .for_each(&mut add);
    if view.is_over() {
        view.review
            .notes
            .iter()
            .filter_map(|notes| notes.text())
            .for_each(&mut add);
        view.summary
            .iter()
            .filter_map(|summary| summary.text.text())
            .for_each(&mut add);
        document
            .turns
            .values()
            .filter_map(|turn| turn.text.as_deref())
            .for_each(&mut add);
        document
            .transcripts
            .values()
            .flatten()
            .for_each(|segment| add(&segment.text));
    }
    text
}

/// The text as it is compared: in compatibility form, in lower case, without accents.
#[must_use]
pub fn folded(text: &str) -> String {
    let lower: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    // Lower case may have brought new accents.
    lower.nfkd().filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// Patterns for `like ... escape '\'`: of the text, and of the number that it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns {
    pub text: String,
    /// The same as `text` unless that looks like a telephone number with separators.
    pub number: String,
}

/// The patterns that find `q` anywhere. `None` if `q` is blank.
#[must_use]
pub fn patterns(q: &str) -> Option<Patterns> {
    let text = folded(q.trim());
    if text.is_empty() {
        return None;
    }
    let is_separator = |c: char| matches!(c, '-' | ' ' | '(' | ')' | '.' | '/');
    let looks_like_a_number = text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '+' || is_separator(c));
    let number = domain::phone::parse(q, None).map(domain::phone::E164::into_string);
    let number = match number {
        Ok(number) => number,
        Err(_) if looks_like_a_number => text.chars().filter(|c| !is_separator(*c)).collect(),
        Err(_) => text.clone(),
    };
    Some(Patterns {
        text: anywhere(&text),
        number: anywhere(&number),
    })
}

fn anywhere(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{folded, patterns};
    use proptest::prelude::*;

    fn both(q: &str) -> (String, String) {
        let patterns = patterns(q).expect("is not blank");
        (patterns.text, patterns.number)
    }

    #[test]
    fn pattern_wildcards_in_the_query_are_escaped() {
        assert_eq!(both("100%_a\\b").0, "%100\\%\\_a\\\\b%");
    }

    #[test]
    fn query_with_separators_is_searched_as_written_and_as_a_number() {
        assert_eq!(both("+1 (555) 010-1234").1, "%+15550101234%");
        assert_eq!(both("10-12"), ("%10-12%".to_owned(), "%1012%".to_owned()));
        assert_eq!(both("+44 (0)20 7946 0018").1, "%+442079460018%");
        assert_eq!(both("Ada"), ("%ada%".to_owned(), "%ada%".to_owned()));
    }

    #[test]
    fn blank_query_has_no_pattern() {
        assert_eq!(patterns("  "), None);
    }

    #[test]
    fn accents_and_compatibility_forms_are_folded() {
        for (text, wanted) in [
            ("Jos\u{e9}", "jose"),
            ("Jose\u{301}", "jose"),
            ("\u{c5}NGSTR\u{d6}M", "angstrom"),
            ("\u{130}stanbul", "istanbul"),
            ("\u{fb01}ne", "fine"),
            ("\u{ff21}da", "ada"),
        ] {
            assert_eq!(folded(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
