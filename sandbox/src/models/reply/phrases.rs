//! Fixed phrases of the models, and the fixed phrases of callers that they recognize, in English and Hindi.

use regex::Regex;
use std::sync::LazyLock;

/// Phrases in one language. None of them states anything about the business.
pub(super) struct Phrases {
    pub greeting: &'static str,
    pub help: &'static str,
    /// No sentence of the prompt answers the caller; ends with the offer to take a message.
    pub unknown: &'static str,
    pub ask_for_message: &'static str,
    pub noted: &'static str,
    /// Before the values that the caller has just given.
    pub noted_values: &'static str,
    /// Before the description of a requested value.
    pub ask: &'static str,
    pub all_right: &'static str,
    pub welcome: &'static str,
    pub more: &'static str,
    pub person: &'static str,
    pub goodbye: &'static str,
    /// To a caller who does not want to be called again.
    pub no_calls: &'static str,
    /// To a caller in danger.
    pub danger: &'static str,
}

const ENGLISH: Phrases = Phrases {
    greeting: "Hello, how can I help you?",
    help: "How can I help you?",
    unknown: "I am sorry, I do not know about that. May I take a message?",
    ask_for_message: "What is your message?",
    noted: "Thank you, I have noted that.",
    noted_values: "Thank you, I have noted:",
    ask: "Could you tell me",
    all_right: "All right.",
    welcome: "You are welcome.",
    more: "Is there anything else?",
    person: "Of course. I will connect you to a colleague.",
    goodbye: "Thank you for calling. Goodbye.",
    no_calls: "I am sorry for the disturbance.",
    danger: "I am so sorry. I am with you.",
};

const HINDI: Phrases = Phrases {
    greeting: "नमस्ते, मैं आपकी क्या मदद कर सकती हूँ?",
    help: "मैं आपकी क्या मदद कर सकती हूँ?",
    unknown: "माफ़ कीजिए, मुझे यह पता नहीं है। क्या मैं आपका संदेश लिख लूँ?",
    ask_for_message: "आपका संदेश क्या है?",
    noted: "धन्यवाद, मैंने यह लिख लिया है।",
    noted_values: "धन्यवाद, मैंने लिख लिया है:",
    ask: "कृपया बताइए,",
    all_right: "ठीक है।",
    welcome: "आपका स्वागत है।",
    more: "क्या मैं और कुछ मदद कर सकती हूँ?",
    person: "ज़रूर, मैं आपको एक सहकर्मी से जोड़ रही हूँ।",
    goodbye: "धन्यवाद, आपका दिन शुभ हो। अलविदा।",
    no_calls: "असुविधा के लिए खेद है।",
    danger: "मुझे बहुत खेद है। मैं आपके साथ हूँ।",
};

macro_rules! said {
    ($($(#[$about:meta])* $function:ident: $pattern:expr;)*) => {$(
        $(#[$about])*
        pub(in crate::models) fn $function(text: &str) -> bool {
            static PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("pattern is valid"));
            PATTERN.is_match(text)
        }
    )*};
}

said! {
    is_hindi: r"\p{Devanagari}";
    /// The caller has said nothing: "(The call begins.)" is a stage direction.
    is_beginning: r"^\s*$|^\([^)]*\)$";
    is_question: r"(?i)\?|^(?:(?:and|so|but|hello|hi|ok|okay|well|yes|no|thanks|thank you)\b\W*)*(?:what|when|where|which|who|why|how|do|does|did|is|are|can|could|will|would|may|have|has)\b|क्या|कब|कहाँ|कितन|कौन|कैसे|क्यों";
    is_yes: r"(?i)^(?:\W*\b(?:yes|yeah|yep|sure|okay|ok|please|do|of course|हाँ|हां|जी|ठीक है)\b)+\W*$";
    is_no: r"(?i)^\W*(?:no|nope|not now|जी नहीं|नहीं)\b\W*(?:thanks|thank you|धन्यवाद)?\W*$";
    says_thanks: r"(?i)\b(?:thank you|thanks)\b|धन्यवाद|शुक्रिया";
    says_goodbye: r"(?i)\b(?:good ?bye|bye|see you|have a (?:nice|good|great) (?:day|evening|one)|hang up|(?:that is|that.s|that was) (?:all|it|everything)|nothing (?:else|more))\b|अलविदा|नमस्कार, बस|फिर मिलेंगे|बस इतना ही|और कुछ नहीं|रखता हूँ|रखती हूँ";
    /// The caller does not want to be called again.
    wants_no_calls: r"(?i)\b(?:stop|quit) (?:calling|ringing|phoning)(?: me| us| here| this number)?\W*$|\b(?:do not|don.t|never) (?:call|ring|phone)(?: me| us| here| this number)? (?:again|any ?more)\b|\b(?:take|remove) (?:me|my number|us) (?:off|from) (?:your|the) .{0,20}list\b|(?:दोबारा|फिर से) (?:कॉल|फ़ोन) मत";
    /// The caller is in danger, now.
    is_in_danger: r"(?i)\b(?:kill myself|end my life|want to die|call an ambulance|having a heart attack|can.?t breathe)\b|मरना चाहत|एम्बुलेंस बुला";
    /// The caller wants to speak to a person.
    wants_person: r"(?i)\b(?:speak|talk|connect|transfer|put)\b.{0,30}\b(?:human|person|some(?:one|body)|representative|manager|supervisor|operator|colleague|real)\b|\b(?:real|live) (?:person|human)\b|^(?:human|operator|representative)[.!]?$|(?:इंसान|आदमी|व्यक्ति|मैनेजर|अधिकारी|एजेंट).*(?:बात|कनेक्ट|जोड़)";
}

impl Phrases {
    /// The phrases of the language that the prompt asks for, otherwise of the caller's language.
    pub(super) fn of(prompt: &str, said: &str) -> &'static Self {
        if prompt.contains("Answer in Hindi") || is_hindi(said) {
            &HINDI
        } else {
            &ENGLISH
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_callers_are_recognized() {
        type Said = fn(&str) -> bool;
        let cases: [(Said, &[&str], &[&str]); 6] = [
            (
                is_question,
                &["And when do you open", "It works?", "आप कब खुलते हैं"],
                &["Thanks, it works"],
            ),
            (
                is_yes,
                &["Yes, please.", "ok", "जी हाँ"],
                &["Yes, my heater is broken", ""],
            ),
            (
                is_no,
                &["No, thanks!", "नहीं"],
                &["No, Fontaine with an i", "Not now, Ada"],
            ),
            (
                says_goodbye,
                &["Okay, bye!", "No thanks, that's all.", "ठीक है, अलविदा"],
                &["The bytes", "Good day"],
            ),
            (
                wants_person,
                &[
                    "I want to talk to a human being",
                    "Can you put me through to your manager?",
                    "मुझे किसी इंसान से बात करनी है",
                ],
                &["My manager called"],
            ),
            (is_beginning, &["", " ", "(The call begins.)"], &["Hello"]),
        ];
        for (is_said, matching, other) in cases {
            for text in matching {
                assert!(is_said(text), "{text}");
            }
            for text in other {
                assert!(!is_said(text), "{text}");
            }
        }
    }
}
