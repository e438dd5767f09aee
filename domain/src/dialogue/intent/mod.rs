//! What a caller wants of the call itself, read from their words by fixed phrases, without a model: [`CallerIntent`].
//!
//! A phrase counts only in an utterance that consists of nothing else: a sentence with more in it may be about something
//! else, and is for the model to read. Only when no model answers are phrases looked for within longer sentences
//! ([`mentioned`]). In either case nothing that cannot be undone follows before the caller has confirmed it
//! ([`super::next_step`]).

mod consent;
mod phrases;

pub use consent::{Consent, consent};

use crate::call::value::CallerIntent;
use phrases::{INJECTIONS, LISTS, List, OPENINGS};

/// The wish of an utterance that consists of nothing else. Politeness does not count as something else.
#[must_use]
pub fn stated(text: &str) -> Option<CallerIntent> {
    let words = normalized(text);
    let is_stated = |list: &&List| consists_of(&words, list.phrases, list.fillers);
    LISTS.iter().find(is_stated).map(|list| list.intent)
}

/// A wish that is mentioned anywhere in an utterance, for a call whose model does not answer. A goodbye is not among them:
/// a caller who is asked to repeat can hang up.
#[must_use]
pub fn mentioned(text: &str) -> Option<CallerIntent> {
    let words = normalized(text);
    let mentions = |list: &&List| list.phrases.iter().any(|phrase| contains(&words, phrase));
    let mut lists = LISTS.iter().filter(|list| list.intent != CallerIntent::Goodbye);
    lists.find(mentions).map(|list| list.intent)
}

/// Whether a sentence of the utterance begins with an order to the model to drop its instructions (prompt injection). The
/// same words later in a sentence are part of what the caller reports.
#[must_use]
pub fn is_injection(text: &str) -> bool {
    text.split(['.', '!', '?', ';', '।', '\n']).any(|sentence| {
        let words = normalized(sentence);
        let mut rest = words.as_str();
        while let Some(after) = OPENINGS.iter().find_map(|opening| strip(rest, opening)) {
            rest = after;
        }
        INJECTIONS.iter().any(|order| strip(rest, order).is_some())
    })
}

/// Every phrase with the wish that it states.
pub fn all_phrases() -> impl Iterator<Item = (CallerIntent, &'static str)> {
    let of = |list: &'static List| list.phrases.iter().map(|phrase| (list.intent, *phrase));
    LISTS.iter().flat_map(of)
}

/// Every order that [`is_injection`] knows.
pub fn all_injections() -> impl Iterator<Item = &'static str> {
    INJECTIONS.iter().copied()
}

/// Lower case, one space between words, no punctuation except the apostrophe.
fn normalized(text: &str) -> String {
    let text: String = text
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '’' | '‘' | '`' => '\'',
            '.' | ',' | ';' | ':' | '!' | '?' | '"' | '(' | ')' | '-' | '–' | '—' | '…' | '¡' | '¿' | '।' | '«'
            | '»' => ' ',
            c => c,
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the phrase at the beginning of the words, without the space.
fn strip<'a>(words: &'a str, phrase: &str) -> Option<&'a str> {
    let rest = words.strip_prefix(phrase)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(' ')
    }
}

/// Whether the words contain the phrase as whole words.
fn contains(words: &str, phrase: &str) -> bool {
    words.match_indices(phrase).any(|(start, _)| {
        let is_start_of_word = start == 0 || words[..start].ends_with(' ');
        is_start_of_word && strip(&words[start..], phrase).is_some()
    })
}

/// Whether the words consist of phrases and fillers alone, with a phrase among them.
fn consists_of(words: &str, phrases: &[&str], fillers: &[&[&str]]) -> bool {
    if words.is_empty() || words.len() > MAX_LENGTH {
        return false;
    }
    // For each byte at which a word may begin: whether it is reached by fillers alone, and with a phrase.
    let mut reached = vec![(false, false); words.len() + 2];
    reached[0] = (true, false);
    for start in 0..words.len() {
        let (by_fillers, with_phrase) = reached[start];
        if !by_fillers && !with_phrase {
            continue;
        }
        let rest = &words[start..];
        // A byte after the space; after the last word, a byte behind the end.
        let next = |phrase: &&str| strip(rest, phrase).map(|_| start + phrase.len() + 1);
        for next in phrases.iter().filter_map(next) {
            reached[next].1 = true;
        }
        for next in fillers.iter().copied().flatten().filter_map(next) {
            reached[next].0 |= by_fillers;
            reached[next].1 |= with_phrase;
        }
    }
    reached[words.len() + 1].1
}

/// Maximum length of an utterance that consists of a wish alone, in bytes.
const MAX_LENGTH: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utterance_of_a_wish_alone_states_it_in_any_language() {
        use CallerIntent as I;
        for (text, intent) in [
            ("Goodbye!", I::Goodbye),
            ("OK, thank you very much, bye bye.", I::Goodbye),
            ("No, that’s all, thanks. Bye!", I::Goodbye),
            ("ठीक है, धन्यवाद, अलविदा।", I::Goodbye),
            ("Gracias, adiós", I::Goodbye),
            ("Merci beaucoup, au revoir.", I::Goodbye),
            ("Vielen Dank, auf Wiederhören!", I::Goodbye),
            ("Please stop calling.", I::OptOut),
            ("Please don't call me again. Goodbye.", I::OptOut),
            ("Can I talk to a real person, please?", I::Person),
            ("I don't know, I just want to die", I::Emergency),
        ] {
            assert_eq!(stated(text), Some(intent), "{text}");
        }
    }

    #[test]
    fn sentence_with_more_in_it_states_nothing() {
        for text in [
            "My wife said goodbye to her laptop yesterday and I need help with it",
            "When can I see you?",
            "Can I see you?",
            "Is that all?",
            "My bank will not stop calling me, can you help?",
            "Thank you very much",
            "We sell humanoid robots to a humanities faculty",
            "",
        ] {
            assert_eq!(stated(text), None, "{text}");
        }
    }

    #[test]
    fn long_utterance_is_read_in_bounded_time() {
        let text = "thank you very much thanks ok ".repeat(2_000);
        let started = std::time::Instant::now();
        assert_eq!((stated(&text), mentioned(&text), consent(&text)), (None, None, None));
        assert!(started.elapsed().as_secs() < 1);
    }
}
