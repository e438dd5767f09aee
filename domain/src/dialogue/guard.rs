//! What the AI must not say: severe obscenities and slurs, as whole words in the language of the agent.
//!
//! The lists are short on purpose. A word that is also a name, an animal or a place in its language is not in them, and what
//! is not a word cannot be one of them: a token with a digit, and an e-mail or web address.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The severe words by language subtag, in lower case, with their usual forms.
const SEVERE: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "fuck",
            "fucks",
            "fucked",
            "fucker",
            "fuckers",
            "fucking",
            "motherfucker",
            "motherfuckers",
            "motherfucking",
            "shit",
            "shits",
            "shitty",
            "bullshit",
            "asshole",
            "assholes",
            "cunt",
            "cunts",
            "cocksucker",
            "cocksuckers",
            "nigger",
            "niggers",
            "nigga",
            "niggas",
            "faggot",
            "faggots",
            "kike",
            "kikes",
            "whore",
            "whores",
        ],
    ),
    (
        "es",
        &[
            "puta",
            "putas",
            "puto",
            "putos",
            "hijoputa",
            "hijueputa",
            "coño",
            "mierda",
            "cabrón",
            "cabrones",
            "cabrona",
            "gilipollas",
            "joder",
            "jodido",
            "jodida",
            "maricón",
            "maricones",
            "chingar",
            "chingada",
            "chingado",
            "pendejo",
            "pendejos",
            "pendeja",
        ],
    ),
    (
        "fr",
        &[
            "putain", "pute", "putes", "enculé", "enculés", "enculer", "connard", "connards", "connasse", "salope",
            "salopes", "merde", "niquer", "couilles", "nègre", "nègres",
        ],
    ),
    (
        "de",
        &[
            "fotze",
            "fotzen",
            "hurensohn",
            "hurensöhne",
            "arschloch",
            "arschlöcher",
            "scheiße",
            "scheisse",
            "ficken",
            "fick",
            "gefickt",
            "wichser",
            "schlampe",
            "schlampen",
            "nutte",
            "nutten",
            "neger",
            "schwuchtel",
            "schwuchteln",
        ],
    ),
    (
        "pt",
        &[
            "caralho",
            "puta",
            "putas",
            "porra",
            "merda",
            "foder",
            "fodido",
            "fodida",
            "fodase",
            "buceta",
            "viado",
            "viados",
            "arrombado",
        ],
    ),
    (
        "it",
        &[
            "cazzo",
            "cazzi",
            "vaffanculo",
            "puttana",
            "puttane",
            "merda",
            "stronzo",
            "stronzi",
            "stronza",
            "coglione",
            "coglioni",
            "frocio",
            "froci",
        ],
    ),
    (
        "nl",
        &["kut", "hoer", "hoeren", "klootzak", "klootzakken", "flikker", "neger"],
    ),
    (
        "pl",
        &[
            "kurwa",
            "kurwy",
            "chuj",
            "jebać",
            "jebany",
            "pierdolić",
            "pierdolony",
            "skurwysyn",
        ],
    ),
    ("tr", &["siktir", "orospu", "piç", "amcık"]),
    (
        "hi",
        &[
            "चूतिया",
            "चूतिये",
            "मादरचोद",
            "बहनचोद",
            "भोसड़ी",
            "भोसड़ीके",
            "रंडी",
            "लंड",
            "गांडू",
            "chutiya",
            "madarchod",
            "bhenchod",
            "behenchod",
            "bhosdike",
            "gaandu",
        ],
    ),
];

static FOLDED: LazyLock<Vec<(&str, HashSet<String>)>> = LazyLock::new(|| {
    let folded = |words: &[&str]| words.iter().map(|word| folded(word)).collect();
    SEVERE
        .iter()
        .map(|(language, words)| (*language, folded(words)))
        .collect()
});

/// The first severe word in a text, in the language of this tag. English without a tag. A language without a list has none.
#[must_use]
pub fn severe_word(text: &str, language: Option<&str>) -> Option<Range<usize>> {
    let subtag = language.unwrap_or("en").split(['-', '_']).next().unwrap_or_default();
    let (_, severe) = FOLDED
        .iter()
        .find(|(language, _)| language.eq_ignore_ascii_case(subtag))?;
    tokens(text)
        .filter(|token| is_text(&text[token.clone()]))
        .flat_map(|token| words(text, token))
        .find(|word| severe.contains(&folded(&text[word.clone()])))
}

/// A text without its severe words. Empty when nothing else was said.
#[must_use]
pub fn without_severe_words(text: &str, language: Option<&str>) -> String {
    let mut text = text.to_owned();
    while let Some(word) = severe_word(&text, language) {
        text.replace_range(word, "");
    }
    let rest: Vec<&str> = text.split_whitespace().collect();
    let rest = rest
        .join(" ")
        .replace(" ,", ",")
        .replace(" .", ".")
        .replace(" !", "!")
        .replace(" ?", "?");
    if rest.chars().any(char::is_alphanumeric) {
        rest
    } else {
        String::new()
    }
}

/// In lower case. The nukta of Devanagari may stand alone or with its letter.
fn folded(word: &str) -> String {
    let lower = word.to_lowercase();
    lower
        .replace('\u{95c}', "\u{921}\u{93c}")
        .replace('\u{95b}', "\u{91c}\u{93c}")
}

/// What stands between spaces.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    ranges(text, 0..text.len(), |c| !c.is_whitespace())
}

/// The words of a token: letters with their marks.
fn words(text: &str, token: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    ranges(text, token, |c| c.is_alphabetic() || is_mark(c))
}

/// Vowel signs and accents that stand alone, such as those of Devanagari.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

/// The longest ranges of a part of the text whose characters all match.
fn ranges(text: &str, part: Range<usize>, matches: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, c) in text[part.clone()].char_indices().filter(|(_, c)| matches(*c)) {
        let at = part.start + at;
        match ranges.last_mut() {
            Some(last) if last.end == at => last.end += c.len_utf8(),
            _ => ranges.push(at..at + c.len_utf8()),
        }
    }
    ranges.into_iter()
}

/// Whether a token is text: no number or code, no e-mail or web address.
fn is_text(token: &str) -> bool {
    let inner = token.trim_matches(|c: char| !c.is_alphanumeric());
    !token
        .chars()
        .any(|c| c.is_numeric() || matches!(c, '@' | '/' | '_' | '\\'))
        && !inner.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(text: &str, language: &str) -> bool {
        severe_word(text, Some(language)).is_some()
    }

    #[test]
    fn severe_word_is_found_in_the_agents_language_only() {
        assert!(is_refused("What the FUCK is that?", "en-US"));
        assert!(is_refused("Eso es una mierda.", "es-MX"));
        assert!(is_refused("\"Schei\u{df}e\", sagt er", "de"));
        assert!(is_refused("तुम चूतिया हो", "hi-IN"));
        assert!(is_refused("Hijo-de-puta", "es"));
        assert!(!is_refused("Der Kut ist voll", "de"));
        assert!(!is_refused("Fuck", "fi"), "there is no list");
    }

    #[test]
    fn part_of_a_word_is_no_word() {
        for text in [
            "Scunthorpe, Penistone and Essex",
            "Please hold, shiitake mushrooms are sold out.",
            "The breast screening is on Tuesday at nine.",
            "Mr. Dick Cockburn and Mrs. Fanny Hancock",
            "Your code is FUCK7 and the address is fuck@example.com, www.shit.example",
        ] {
            assert!(!is_refused(text, "en"), "{text}");
        }
    }

    #[test]
    fn rest_of_the_text_remains() {
        let spoken = without_severe_words("Your fucking order, shit, is at 5 Main St.", Some("en"));
        assert_eq!(spoken, "Your order,, is at 5 Main St.");
        assert_eq!(without_severe_words("Fuck!", None), "");
        assert_eq!(without_severe_words("All is well.", None), "All is well.");
    }
}
