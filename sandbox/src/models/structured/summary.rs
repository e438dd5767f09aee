//! Summary of a conversation without a script: what the caller said, in their words.

use super::dialogue::{Line, Side};
use crate::models::reply::is_hindi;
use crate::models::words;

const MAX_QUOTE_CHARACTERS: usize = 240;

/// The caller's words, one utterance per line.
pub(super) fn said(lines: &[Line]) -> String {
    let callers = lines.iter().filter(|line| line.side == Side::Caller);
    callers.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The caller's request in their own words: their first utterance that is not only a courtesy.
pub(super) fn matter(lines: &[Line]) -> Option<&str> {
    let mut callers = lines.iter().filter(|line| line.side == Side::Caller);
    callers
        .find(|line| !words::subjects(&line.text).is_empty())
        .map(|line| line.text.as_str())
}

/// One sentence.
pub(super) fn of(lines: &[Line]) -> String {
    let all = said(lines);
    if all.is_empty() {
        return "The caller said nothing.".to_owned();
    }
    let significant = all.lines().filter(|text| !words::subjects(text).is_empty());
    let mut quote = significant.collect::<Vec<_>>().join(" ");
    if quote.is_empty() {
        quote = all.replace('\n', " ");
    }
    if let Some((end, _)) = quote.char_indices().nth(MAX_QUOTE_CHARACTERS) {
        quote.truncate(quote[..end].rfind(' ').unwrap_or(end));
        quote.push_str(" ...");
    }
    format!("The caller said: \"{quote}\"")
}

/// Names of the caller's language, as schemas list them.
pub(super) fn language(lines: &[Line]) -> &'static [&'static str] {
    if is_hindi(&said(lines)) {
        &["hi", "hi-in", "hindi"]
    } else {
        &["en", "en-us", "english"]
    }
}
