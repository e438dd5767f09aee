//! Free-text search, simple and honest: a call is found by any part of the names and numbers in it, and once it is over
//! by any part of what was said.
//!
//! It is a search for a part of a text, newest calls first, the same on both engines; it knows no stems, no ranks and no
//! spelling. It is bounded: a page looks at no more than [`super::queries::WINDOW`] calls of the selection, and then says
//! where to go on. A call that is still going on is found by names and numbers alone, so that a long conversation is
//! not written again with each turn.

use super::document::CallDocument;

/// What the call can be found by. Empty once it is erased.
pub(super) fn text_of(document: &CallDocument) -> String {
    let facts = &document.facts;
    if facts.erased {
        return String::new();
    }
    let mut text = String::new();
    let mut add = |part: &str| {
        if !part.is_empty() {
            text.push_str(&part.to_lowercase());
            text.push('\n');
        }
    };
    [
        facts.caller_name(),
        facts.caller_number(),
        facts.called_number(),
        facts.number(),
    ]
    .into_iter()
    .flatten()
    .for_each(&mut add);
    if facts.is_over() {
        facts
            .review
            .notes
            .iter()
            .filter_map(|notes| notes.text())
            .for_each(&mut add);
        document
            .summary
            .iter()
            .filter_map(|summary| summary.text.as_deref())
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

/// The pattern for `like ... escape '\'` that finds `q` anywhere. `None` when there is nothing to look for.
#[must_use]
pub fn pattern(q: &str) -> Option<String> {
    let q = q.trim().to_lowercase();
    let looks_like_a_number = q.chars().any(|c| c.is_ascii_digit())
        && q.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.'));
    let wanted: String = if looks_like_a_number {
        q.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    } else {
        q
    };
    if wanted.is_empty() {
        return None;
    }
    let mut pattern = String::with_capacity(wanted.len() + 2);
    pattern.push('%');
    for c in wanted.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_the_pattern_language_are_ordinary_characters() {
        assert_eq!(pattern("100%_a\\b").as_deref(), Some("%100\\%\\_a\\\\b%"));
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        assert_eq!(pattern("+1 (555) 010-1234").as_deref(), Some("%+15550101234%"));
    }

    #[test]
    fn blank_looks_for_nothing() {
        assert_eq!(pattern("  "), None);
    }
}
