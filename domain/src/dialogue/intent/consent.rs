//! The caller's answer to a question of ours that asks them to confirm a wish.

use super::phrases::POLITENESS;
use super::{consists_of, normalized};

/// The answer to a confirming question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Yes,
    No,
}

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "yes sir",
    "yes ma'am",
    "sure",
    "sure thing",
    "correct",
    "that is correct",
    "that's correct",
    "right",
    "that is right",
    "that's right",
    "exactly",
    "absolutely",
    "definitely",
    "of course",
    "go ahead",
    "do it",
    "do so",
    "do that",
    "please do",
    "yes do",
    "you may",
    "you can",
    "i do",
    "ok",
    "okay",
    "alright",
    "all right",
    "fine",
    "हाँ",
    "हां",
    "जी",
    "जी हाँ",
    "जी हां",
    "ठीक है",
    "बिल्कुल",
    "सही है",
    "हाँ जी",
    "हां जी",
    "haan",
    "haan ji",
    "ji",
    "ji haan",
    "theek hai",
    "bilkul",
    "sí",
    "si",
    "claro",
    "claro que sí",
    "por supuesto",
    "vale",
    "de acuerdo",
    "correcto",
    "adelante",
    "exacto",
    "está bien",
    "oui",
    "ouais",
    "bien sûr",
    "d'accord",
    "tout à fait",
    "exactement",
    "allez y",
    "c'est ça",
    "volontiers",
    "c'est bon",
    "ja",
    "jawohl",
    "ja bitte",
    "gerne",
    "genau",
    "natürlich",
    "in ordnung",
    "richtig",
    "stimmt",
    "tun sie das",
    "einverstanden",
];

const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "not yet",
    "not now",
    "wait",
    "hold on",
    "one moment",
    "do not",
    "don't",
    "dont",
    "no i don't",
    "please don't",
    "not at all",
    "no way",
    "never mind",
    "nevermind",
    "cancel",
    "cancel that",
    "नहीं",
    "नही",
    "जी नहीं",
    "अभी नहीं",
    "रुकिए",
    "nahi",
    "nahin",
    "ji nahi",
    "todavía no",
    "aún no",
    "espere",
    "un momento",
    "ahora no",
    "para nada",
    "non",
    "pas encore",
    "attendez",
    "un instant",
    "pas maintenant",
    "surtout pas",
    "nein",
    "noch nicht",
    "warten sie",
    "moment",
    "einen moment",
    "auf keinen fall",
    "nicht jetzt",
];

/// The answer of an utterance that consists of nothing else. Both a yes and a no in one utterance are neither.
#[must_use]
pub fn consent(text: &str) -> Option<Consent> {
    let words = normalized(text);
    // A politeness that is also a yes, such as "ok", decides nothing beside a no.
    if consists_of(&words, NO, &[POLITENESS]) {
        Some(Consent::No)
    } else if consists_of(&words, YES, &[POLITENESS]) {
        Some(Consent::Yes)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_or_no_is_an_answer() {
        for text in [
            "Yes.",
            "Yes, please.",
            "Okay.",
            "Sí, por favor",
            "Oui, merci",
            "Ja, bitte.",
            "जी हाँ",
            "Sure, go ahead",
        ] {
            assert_eq!(consent(text), Some(Consent::Yes), "{text}");
        }
        for text in [
            "No.",
            "No, thank you.",
            "Not yet",
            "Nein danke",
            "Non merci",
            "नहीं",
            "Wait, no",
            "ok no",
        ] {
            assert_eq!(consent(text), Some(Consent::No), "{text}");
        }
        for text in [
            "Yes, but first I want to know the price",
            "No, yes",
            "Thanks",
            "Please",
            "Is it right",
            "You can call me tomorrow",
            "",
        ] {
            assert_eq!(consent(text), None, "{text}");
        }
    }
}
