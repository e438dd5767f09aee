//! The language of a transcription request: from a BCP 47 tag to the code that a provider accepts.
//!
//! A code that a server does not know makes it refuse the whole request, so only codes that are known to be accepted are
//! sent. Without a code the model detects the language.

/// Primary subtags that providers know by another code: macrolanguages, deprecated codes, and ISO 639-3 codes of languages
/// with an ISO 639-1 code (<https://www.iana.org/assignments/language-subtag-registry>).
const ALIASES: &[(&str, &str)] = &[
    ("nb", "no"),
    ("cmn", "zh"),
    ("iw", "he"),
    ("in", "id"),
    ("ji", "yi"),
    ("fil", "tl"),
    ("mo", "ro"),
    ("sh", "sr"),
    ("arb", "ar"),
    ("pes", "fa"),
    ("zsm", "ms"),
    ("swh", "sw"),
    ("npi", "ne"),
    ("hin", "hi"),
    ("eng", "en"),
    ("spa", "es"),
    ("fra", "fr"),
    ("deu", "de"),
];

/// OpenAI: <https://platform.openai.com/docs/guides/speech-to-text#supported-languages>.
const OPENAI: &[&str] = &[
    "af", "ar", "hy", "az", "be", "bs", "bg", "ca", "zh", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "gl", "de",
    "el", "he", "hi", "hu", "is", "id", "it", "ja", "kn", "kk", "ko", "lv", "lt", "mk", "ms", "mr", "mi", "ne", "no",
    "fa", "pl", "pt", "ro", "ru", "sr", "sk", "sl", "es", "sw", "sv", "tl", "ta", "th", "tr", "uk", "ur", "vi", "cy",
];

/// Further languages of Whisper, for servers that run it: <https://github.com/openai/whisper/blob/main/whisper/tokenizer.py>.
const WHISPER: &[&str] = &[
    "am", "as", "ba", "bn", "bo", "br", "eu", "fo", "gu", "ha", "haw", "ht", "jw", "ka", "km", "la", "lb", "ln", "lo",
    "mg", "ml", "mn", "mt", "my", "nn", "oc", "pa", "ps", "sa", "sd", "si", "sn", "so", "sq", "su", "te", "tg", "tk",
    "tt", "uz", "yi", "yo", "yue",
];

/// The code for a tag such as `nb-NO`. `None` if the provider is not known to accept one.
pub(super) fn code(tag: &str, is_openai: bool) -> Option<&'static str> {
    let language = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(from, _)| *from == language);
    let language = alias.map_or(language.as_str(), |(_, to)| to);
    let further = if is_openai { &[] } else { WHISPER };
    OPENAI.iter().chain(further).copied().find(|code| *code == language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_becomes_a_code_that_the_provider_accepts() {
        for (tag, openai, whisper) in [
            ("en-US", Some("en"), Some("en")),
            ("hi-IN", Some("hi"), Some("hi")),
            ("nb-NO", Some("no"), Some("no")),
            ("nn_NO", None, Some("nn")),
            ("te-IN", None, Some("te")),
            ("cmn-Hans-CN", Some("zh"), Some("zh")),
            ("fil-PH", Some("tl"), Some("tl")),
            ("es-419", Some("es"), Some("es")),
            ("DE", Some("de"), Some("de")),
            ("tlh", None, None),
            ("", None, None),
        ] {
            assert_eq!((code(tag, true), code(tag, false)), (openai, whisper), "{tag}");
        }
    }
}
