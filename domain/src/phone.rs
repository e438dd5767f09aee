//! Parsing of phone numbers into E.164.
//!
//! A number is a personal value: no error repeats it, and `Debug` masks it.

use phonenumber::country;
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// A phone number in E.164 form: `+` and up to 15 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

/// Why a text is not a phone number. The message never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error("is not a phone number")]
    NotANumber,
    /// There is no country code and no default region.
    #[error("has no country code")]
    NoCountryCode,
    /// The country code does not exist, or the number is not valid in the country.
    #[error("is not a number of its country")]
    NotOfItsCountry,
    /// The default region is not an ISO 3166 country code.
    #[error("cannot be read: the default region is not an ISO 3166 country code")]
    UnknownRegion,
}

impl E164 {
    /// The number, such as `+12025550143`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// See [`masked`].
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for E164 {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        if is_e164(&text) {
            Ok(Self(text))
        } else {
            Err(PhoneError::NotANumber)
        }
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

/// The result of STIR/SHAKEN that vouches for the number: the caller's provider knows the caller, and their right to the number.
/// B and C do not vouch for it. <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir#stirverstat>
const ATTESTATION_A: &str = "TN-Validation-Passed-A";

/// Whether this result of STIR/SHAKEN, Twilio's `StirVerstat`, verifies the caller's number.
#[must_use]
pub fn is_verified(attestation: Option<&str>) -> bool {
    attestation == Some(ATTESTATION_A)
}

/// Numbers that Twilio gives in place of a withheld caller id; they identify no caller.
/// <https://help.twilio.com/articles/223179988>
const WITHHELD: [&str; 8] = [
    "+266696687",
    "+86282452253",
    "+7378742833",
    "+17378742833",
    "+2562533",
    "+8566",
    "+8656696",
    "+464",
];

/// Whether the number identifies a caller: it has the form of E.164 and is not a placeholder for a withheld caller id.
#[must_use]
pub fn identifies_caller(number: &str) -> bool {
    is_e164(number) && !WITHHELD.contains(&number)
}

/// Whether the text has the form of E.164: `+`, then 7 to 15 digits of which the first is not 0. The number need not be in
/// use.
#[must_use]
pub fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// The country of a number in E.164, an ISO 3166 code such as `US`. `None` if it is not known.
#[must_use]
pub fn country_of(number: &str) -> Option<String> {
    let number = phonenumber::parse(None, number).ok()?;
    number.country().id().map(|id| id.as_ref().to_owned())
}

/// The longest text that is parsed as a number, in characters.
const MAX_NUMBER_CHARS: usize = 64;
/// The longest address that is kept, in characters.
pub const MAX_ADDRESS_CHARS: usize = 255;

/// Parses a number as people type it and as telephone networks send it: with separators, invisible characters, digits of
/// other scripts, a trunk prefix in parentheses, an extension (which is dropped), or as the user part of a SIP address.
///
/// Without a leading `+` it is read as a number of `default_region`, an ISO 3166 country code such as `US`, and must be
/// valid there.
///
/// # Errors
/// When the text is not a phone number.
pub fn parse(text: &str, default_region: Option<&str>) -> Result<E164, PhoneError> {
    if text.chars().count() > MAX_ADDRESS_CHARS {
        return Err(PhoneError::NotANumber);
    }
    let text = visible(user_part(text));
    // Bounds the input of the parser.
    if text.is_empty() || text.len() > MAX_NUMBER_CHARS {
        return Err(PhoneError::NotANumber);
    }
    let region = default_region
        .map(|region| {
            region
                .to_ascii_uppercase()
                .parse::<country::Id>()
                .map_err(|_| PhoneError::UnknownRegion)
        })
        .transpose()?;
    let international = text.starts_with('+');
    if !international && region.is_none() {
        return Err(PhoneError::NoCountryCode);
    }
    // A trunk prefix after the country code, for those who dial within the country.
    let text = if international {
        text.replacen("(0)", "", 1)
    } else {
        text
    };
    let number = phonenumber::parse(region, &text).map_err(|error| match error {
        phonenumber::ParseError::InvalidCountryCode => PhoneError::NotOfItsCountry,
        _ => PhoneError::NotANumber,
    })?;
    let is_valid = phonenumber::is_valid(&number);
    if international && !is_valid {
        // A number with a country code is not checked against the table: numbering plans grow faster than the table. What
        // the parser takes for a prefix is then a part of the number.
        let is_separator = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
        let typed: String = text.chars().filter(|c| !is_separator(*c)).collect();
        if let Ok(number) = E164::try_from(typed) {
            return Ok(number);
        }
    }
    if !international && !is_valid {
        return Err(PhoneError::NotOfItsCountry);
    }
    E164::try_from(number.format().mode(phonenumber::Mode::E164).to_string())
}

/// The address of a party as it is recorded: a number in E.164 if it contains one with its country code, else the text
/// itself without invisible characters, of [`MAX_ADDRESS_CHARS`] at most.
#[must_use]
pub fn address(text: &str) -> String {
    let text: String = text.chars().take(MAX_ADDRESS_CHARS).collect();
    let text: String = visible(&text).chars().take(MAX_ADDRESS_CHARS).collect();
    let text = text.trim_end();
    parse(text, None).map_or_else(|_| text.to_owned(), E164::into_string)
}

/// The user part of a SIP address or a `tel:` URI: `+15005550006` in `"Ada" <sip:+15005550006@pbx;transport=tcp>`. Another
/// text is returned as it is.
fn user_part(text: &str) -> &str {
    let text = text.trim();
    let inner = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or(text, |(inner, _)| inner);
    let Some((scheme, rest)) = inner.split_once(':') else {
        return text;
    };
    if !["sip", "sips", "tel", "whatsapp"]
        .iter()
        .any(|known| scheme.trim().eq_ignore_ascii_case(known))
    {
        return text;
    }
    let user = rest.split(['@', ';', '?']).next().unwrap_or_default();
    // A password may follow the user.
    user.split(':').next().unwrap_or_default()
}

/// The text in compatibility form (NFKC), without invisible characters, with the digits of every script as 0 to 9.
fn visible(text: &str) -> String {
    // Before and after: what stands beside each other without them may be composed, and a compatibility form may be one.
    let seen = text.chars().filter(|c| !is_invisible(*c));
    let text: String = seen.nfkc().filter(|c| !is_invisible(*c)).map(western_digit).collect();
    text.replace("%2B", "+").replace("%2b", "+").trim().to_owned()
}

/// Control characters, and format characters: direction marks, joiners, the byte order mark, the soft hyphen.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        )
}

/// The first digits of scripts in which people write telephone numbers.
const ZEROS: [char; 8] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{c66}', '\u{e50}',
];

fn western_digit(c: char) -> char {
    let digit = ZEROS.iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(*zero))?;
        if value < 10 { char::from_digit(value, 10) } else { None }
    });
    digit.unwrap_or(c)
}

/// The number with all but its first two and last two characters masked. A text of fewer than 7 characters is masked
/// completely.
#[must_use]
pub fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    if characters.len() < 7 {
        return "•".repeat(characters.len());
    }
    let (shown, hidden) = (2, characters.len() - 4);
    let first = characters[..shown].iter();
    let last = &characters[shown + hidden..];
    first
        .copied()
        .chain(std::iter::repeat_n('•', hidden))
        .chain(last.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, region: Option<&str>) -> Result<String, PhoneError> {
        parse(text, region).map(E164::into_string)
    }

    #[test]
    fn national_number_gets_the_code_of_the_default_region() {
        assert_eq!(read("(202) 555-0143", Some("US")), Ok("+12025550143".into()));
        assert_eq!(read("020 7946 0018", Some("gb")), Ok("+442079460018".into()));
        assert_eq!(read("098765 43210", Some("IN")), Ok("+919876543210".into()));
    }

    #[test]
    fn international_number_needs_no_default_region() {
        assert_eq!(read("+1 202-555-0143", None), Ok("+12025550143".into()));
        assert_eq!(read("+44 20 7946 0018", Some("US")), Ok("+442079460018".into()));
    }

    #[test]
    fn only_attestation_a_verifies_a_number() {
        assert!(is_verified(Some("TN-Validation-Passed-A")));
        for other in [
            None,
            Some(""),
            Some("TN-Validation-Passed-B"),
            Some("TN-Validation-Passed-A-Diverted"),
            Some("TN-Validation-Failed-A"),
            Some("No-TN-Validation"),
        ] {
            assert!(!is_verified(other), "{other:?}");
        }
    }

    #[test]
    fn country_of_a_number_is_known_by_its_code() {
        for (number, country) in [
            ("+12025550143", Some("US")),
            ("+442079460018", Some("GB")),
            ("+919812345678", Some("IN")),
            ("+4930123456", Some("DE")),
            ("garbage", None),
        ] {
            assert_eq!(country_of(number).as_deref(), country, "{number}");
        }
    }

    #[test]
    fn national_number_without_a_default_region_is_refused() {
        assert_eq!(read("202 555 0143", None), Err(PhoneError::NoCountryCode));
    }

    /// What the two libraries read differently: another version of the metadata, and a trunk prefix of two digits of which
    /// one is in parentheses.
    const OTHER_METADATA: [(&str, &str, Option<&str>); 2] = [
        ("", "+36 (0)6 20 123 4567", Some("+366201234567")),
        ("RW", "250 123 456", None),
    ];

    /// Numbers as people and networks write them, read by another implementation: `phonenumbers` on `PyPI`, which follows
    /// Google's library. `domain/tests/phone_numbers/phone_numbers.py` makes the table.
    #[test]
    fn numbers_are_read_as_by_another_implementation() {
        let table = include_str!("../tests/phone_numbers/phone_numbers.tsv");
        let mut wrong = Vec::new();
        let mut rows = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<_> = line.split('\t').collect();
            let [region, text, wanted] = cells[..] else {
                panic!("three cells: {line}")
            };
            let text: String = serde_json::from_str(text).expect("a JSON string");
            let region = Some(region).filter(|region| !region.is_empty());
            let number = read(&text, region).ok();
            rows += 1;
            if let Some((_, _, ours)) = OTHER_METADATA
                .iter()
                .find(|(of, it, _)| region.unwrap_or("") == *of && *it == text)
            {
                assert_eq!(number.as_deref(), *ours, "{text:?}");
                continue;
            }
            if number.as_deref() != Some(wanted) {
                wrong.push(format!("{region:?} {text:?}: {number:?}, not {wanted}"));
            }
        }
        assert!(rows > 1_000, "{rows}");
        assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn number_in_an_address_is_read_and_other_addresses_are_kept() {
        for (text, wanted) in [
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("\u{202a}+15005550006\u{202c}", "+15005550006"),
            ("+1\u{a0}500\u{a0}555\u{a0}0006", "+15005550006"),
            ("sip:+15005550006@pbx;transport=tcp", "+15005550006"),
            ("\"Ada\" <sips:%2B15005550006:secret@pbx.example>", "+15005550006"),
            ("tel:+1-500-555-0006;phone-context=example.com", "+15005550006"),
            ("+1 500 555 0006 ext. 12", "+15005550006"),
            ("\u{ff0b}\u{ff11}5005550006", "+15005550006"),
            ("+\u{661}5005550006", "+15005550006"),
            ("+266696687", "+266696687"),
            ("sip:ada@pbx.example", "sip:ada@pbx.example"),
            ("client:user_1", "client:user_1"),
            (" anonymous ", "anonymous"),
            ("", ""),
        ] {
            assert_eq!(address(text), wanted, "{text:?}");
        }
        let long = address(&format!("sip:{}@pbx", "a".repeat(6_000)));
        assert_eq!(long.chars().count(), MAX_ADDRESS_CHARS);
    }

    #[test]
    fn invalid_number_is_refused_without_repeating_it() {
        for text in [
            "",
            "   ",
            "hello",
            "+",
            "+0000000000",
            "client:anna",
            "12",
            &"9".repeat(70),
        ] {
            let error = parse(text, Some("US")).expect_err("is refused").to_string();
            assert!(text.trim().is_empty() || !error.contains(text), "{error}");
        }
        assert_eq!(read("123", Some("Atlantis")), Err(PhoneError::UnknownRegion));
    }

    #[test]
    fn mask_and_debug_hide_the_middle() {
        let number = parse("+12025550143", None).expect("is a number");
        assert_eq!(number.masked(), "+1••••••••43");
        assert_eq!(format!("{number:?}"), "+1••••••••43");
        assert_eq!(masked("911"), "•••");
    }

    proptest! {
        #[test]
        fn parser_never_panics_and_returns_e164(text in "\\PC{0,70}", plus in any::<bool>()) {
            let text = if plus { format!("+{text}") } else { text };
            if let Ok(number) = parse(&text, Some("US")) {
                prop_assert!(is_e164(number.as_str()));
            }
        }

        #[test]
        fn address_is_bounded_and_reading_it_again_changes_nothing(text in "\\PC{0,300}") {
            let once = address(&text);
            prop_assert!(once.chars().count() <= MAX_ADDRESS_CHARS);
            prop_assert_eq!(address(&once), once);
        }

        #[test]
        fn e164_number_parses_to_itself(digits in "[2-9][0-9]{9}") {
            let number = format!("+1{digits}");
            if let Ok(read) = parse(&number, None) {
                prop_assert_eq!(read.into_string(), number);
            }
        }
    }

    #[test]
    fn withheld_number_does_not_identify_the_caller() {
        assert!(identifies_caller("+15045550142"));
        for number in ["+266696687", "anonymous", "", "client:ada", "+464"] {
            assert!(!identifies_caller(number), "{number}");
        }
    }
}
