//! Free-text search: finds calls by any part of their names and numbers, and ended calls by any part of the transcript.
//!
//! It is a substring search, newest calls first, the same on both engines, without stemming, ranking or spelling
//! correction. It is bounded: a page scans at most [`super::queries::SEARCH_WINDOW`] calls of the selection and returns
//! a cursor. A call in progress is found by names and numbers only, so that its search text is not rewritten with each
//! turn.

use super::document::CallDocument;

/// The search text of a call. Empty once the call is erased.
pub(super) fn text_of(document: &CallDocument) -> String {
    let view = &document.view;
    if view.erased {
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

/// The pattern for `like ... escape '\'` that finds `q` anywhere. `None` if `q` is blank.
#[must_use]
pub fn pattern(q: &str) -> Option<String> {
    let q = q.trim().to_lowercase();
    let looks_like_a_number = q.chars().any(|c| c.is_ascii_digit())
        && q.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.'));
    let needle: String = if looks_like_a_number {
        q.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    } else {
        q
    };
    if needle.is_empty() {
        return None;
    }
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for c in needle.chars() {
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
    fn pattern_wildcards_in_the_query_are_escaped() {
        assert_eq!(pattern("100%_a\\b").as_deref(), Some("%100\\%\\_a\\\\b%"));
    }

    #[test]
    fn phone_number_query_is_normalized() {
        assert_eq!(pattern("+1 (555) 010-1234").as_deref(), Some("%+15550101234%"));
    }

    #[test]
    fn blank_query_has_no_pattern() {
        assert_eq!(pattern("  "), None);
    }
}
