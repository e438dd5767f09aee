//! Words of texts, for comparing what was said with a prompt or a script.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Words of one subject, which different speakers name differently.
const SUBJECTS: [(&str, &str); 3] = [
    (
        "price",
        "price prices pricing cost costs charge charges fee fees much expensive cheap pay euro euros dollar dollars pound \
         pounds rupee rupees € $ £ ₹ कीमत दाम कितना कितने रुपये",
    ),
    (
        "hours",
        // Not "hour": a price may be for one.
        "hours open opens opening close closes closed closing when time times clock कब समय बजे खुला खुले खुलता खुलते खुलती \
         बंद",
    ),
    ("place", "where address located location street find कहाँ कहां पता"),
];

/// Words that say nothing about a subject.
const STOP_WORDS: &str = "\
    a about actually again ai all alright also always am an and another any anybody anyone anything are around as ask \
    asking at back be because been before being but by bye call called calling can come could d day dear did do does \
    doesn don done evening ever every for from gentlemen get give go going good goodbye got had has have having he \
    hello help her here hey hi him his how i if in into is isn it its just kindly know let like little ll long look \
    looking m ma madam make many may maybe me mean mine more morning most mr mrs must my name need needs new next no \
    nope not nothing now of offer oh ok okay on once one or other our out over people perhaps please possible provide \
    question re really right s said say see shall she should sir so some someone something soon sorry still such sure \
    t take tell than thank thanks that the their them then there these they thing think this those though to today \
    tomorrow tonight too try u uh um up us use usually ve very want wanted was we well were what which while who whose \
    why will wish with would y yeah yep yes yesterday yet you your yours \
    अच्छा अब आज आप आपका आपकी आपके इस उस एक और कर करना करते करती करने कल का कि की कुछ के को कौन क्या क्यों जी तक तो था थी थे \
    धन्यवाद नमस्कार नमस्ते नहीं ने पर बस बहुत भी मुझे में मेरा मेरी मेरे मैं यह ये रहा रही रहे लिए वह शुक्रिया सकता सकती सकते से हम हमारा \
    हमारी हमारे हाँ हां ही हूँ है हैं हो होता होती";

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d+(?:[.,:]\d+)*|[\p{L}\p{M}]+|[€$£₹]").expect("pattern is valid"));

/// The subject of each word in [`SUBJECTS`].
static SUBJECT_OF: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let pairs = |(subject, words): (_, &'static str)| words.split_whitespace().map(move |word| (word, subject));
    SUBJECTS.into_iter().flat_map(pairs).collect()
});

static STOPPED: LazyLock<BTreeSet<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());

/// The words of a text, in lower case.
pub(super) fn of(text: &str) -> impl Iterator<Item = String> {
    WORD.find_iter(text).map(|word| word.as_str().to_lowercase())
}

/// What a text is about: the stems of its words, or the subject that a word belongs to, without stop words.
pub(super) fn subjects(text: &str) -> BTreeSet<String> {
    let significant = of(text).filter(|word| !STOPPED.contains(word.as_str()));
    significant
        .map(|word| {
            let subject = SUBJECT_OF.get(word.as_str()).copied();
            subject.unwrap_or_else(|| stem(&word)).to_owned()
        })
        .collect()
}

/// A word without the endings that English adds to nouns and verbs: `cleaning` and `cleans` have the stem of `clean`.
fn stem(word: &str) -> &str {
    const MIN_STEM_CHARACTERS: usize = 3;
    let strip = |endings: &[&str]| {
        let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending));
        stems.max_by_key(|stem| {
            (
                stem.chars().count() >= MIN_STEM_CHARACTERS,
                std::cmp::Reverse(stem.len()),
            )
        })
    };
    strip(&["ies", "ings", "ing", "ied", "ed", "es", "s", "y", "e"])
        .filter(|stem| stem.chars().count() >= MIN_STEM_CHARACTERS)
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (one, other) in [
            ("prices", "price"),
            ("cleaning", "cleaned"),
            ("parking", "park"),
            ("deliveries", "delivery"),
            ("closed", "close"),
            ("repairs", "repaired"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!(stem("bus"), "bus");
    }

    #[test]
    fn subject_has_one_name_however_it_is_worded() {
        let price = BTreeSet::from(["price".to_owned(), "repair".to_owned()]);
        for text in ["How much is a repair?", "What would repairs cost", "Repair price"] {
            assert_eq!(subjects(text), price, "{text}");
        }
        assert_eq!(subjects("कब खुलते हैं?"), BTreeSet::from(["hours".to_owned()]));
        assert_eq!(subjects("Hello, can you help me please?"), BTreeSet::new());
    }
}
