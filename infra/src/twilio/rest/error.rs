//! What can go wrong between us and Twilio.

use std::time::Duration;

/// Why Twilio did not do what it was asked. Neither its `Debug` nor its text holds a number, a name or a secret: what
/// Twilio writes is kept only as far as it is plain words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwilioError {
    /// Twilio refused.
    #[error("Twilio answered {status}{}: {message}", code.map(|code| format!(", error {code}")).unwrap_or_default())]
    Api {
        /// HTTP's status, 400 to 499.
        status: u16,
        /// Twilio's own code, explained at `https://www.twilio.com/docs/api/errors/<code>`.
        code: Option<u32>,
        /// Twilio's words, without what may be personal.
        message: String,
    },
    /// Too many requests; this one was not looked at.
    #[error("Twilio asks us to slow down")]
    RateLimited {
        /// How long to wait, where Twilio said so.
        retry_after: Option<Duration>,
    },
    /// There was no answer, or one that says that Twilio is not well.
    #[error("Twilio is unavailable: {reason}")]
    Unavailable {
        /// What happened.
        reason: &'static str,
        /// HTTP's status, where there was one: 500 and above.
        status: Option<u16>,
        /// Whether the request may have been carried out all the same.
        ambiguous: bool,
    },
    /// The answer is not what Twilio documents.
    #[error("Twilio's answer is not understood: {0}")]
    Malformed(String),
    /// We asked for something that has no address: not an identifier.
    #[error("not an identifier of Twilio's")]
    NotAnIdentifier,
}

/// Of a call that has ended: it cannot be changed any more.
const NOT_IN_PROGRESS: u32 = 21220;
/// A number is not for sale (any more): <https://www.twilio.com/docs/api/errors/21422>.
const NOT_AVAILABLE: u32 = 21422;
/// There is no such thing, or it is gone.
const NOT_FOUND: u32 = 20404;
/// Too many requests.
pub(super) const TOO_MANY: u32 = 20429;

impl TwilioError {
    /// Whether what was to be changed is over or gone: for hanging up, as good as done.
    #[must_use]
    pub const fn is_already_over(&self) -> bool {
        matches!(
            self,
            Self::Api {
                code: Some(NOT_IN_PROGRESS | NOT_FOUND),
                ..
            }
        )
    }

    /// Whether there is no such thing (yet).
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Api { status: 404, .. })
    }

    /// Whether a number cannot be bought because somebody has it.
    #[must_use]
    pub const fn is_not_available(&self) -> bool {
        matches!(
            self,
            Self::Api {
                code: Some(NOT_AVAILABLE),
                ..
            }
        )
    }

    /// Whether a recording cannot be started yet, or any more: the call is not in progress
    /// (<https://www.twilio.com/docs/api/errors/21220>).
    #[must_use]
    pub const fn is_not_in_progress(&self) -> bool {
        matches!(
            self,
            Self::Api {
                code: Some(NOT_IN_PROGRESS),
                ..
            }
        )
    }

    /// Whether the same request can be made again without doing something twice: it was never carried out, or it only
    /// reads or removes. (Requests that read or remove are never `ambiguous`.)
    #[must_use]
    pub const fn is_safe_to_retry(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Unavailable { ambiguous: false, .. }
        )
    }

    /// HTTP's status, where there was an answer.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            Self::RateLimited { .. } => Some(429),
            Self::Unavailable { status, .. } => *status,
            Self::Malformed(_) | Self::NotAnIdentifier => None,
        }
    }
}

/// Twilio's words without what may be personal. Its messages repeat what they complain of: numbers, addresses, values in
/// quotes. What stays are words of plain letters and identifiers of Twilio's.
pub(super) fn plain_words(message: &str) -> String {
    const MOST_WORDS: usize = 30;
    let mut quoted = false;
    let words = message.split_whitespace().take(MOST_WORDS).map(|word| {
        let quotes = word.matches(['\'', '"', '`']).count();
        let inside = quoted || quotes > 0;
        // An apostrophe, as in `isn't`, is no quotation mark; `'one'` opens and closes.
        let apostrophe = quotes == 1 && word.trim_matches(['\'', '"', '`']) == word;
        if quotes % 2 == 1 && !apostrophe {
            quoted = !quoted;
        }
        let core = word
            .trim_end_matches(['.', ',', ':', ';', ')', '!', '?'])
            .trim_start_matches('(');
        if (inside && !apostrophe) || !(is_word(core) || is_sid(core)) {
            "…"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphabetic() || b"-_/'".contains(&byte))
}

/// `CA` and the like, with 32 hexadecimal digits.
fn is_sid(text: &str) -> bool {
    let (kind, rest) = text.as_bytes().split_at(text.len().min(2));
    rest.len() == 32 && kind.iter().all(u8::is_ascii_uppercase) && rest.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn api(status: u16, code: u32) -> TwilioError {
        TwilioError::Api {
            status,
            code: Some(code),
            message: String::new(),
        }
    }

    #[test]
    fn a_call_that_ended_or_is_gone_is_already_over() {
        assert!(api(400, 21220).is_already_over());
        assert!(api(404, 20404).is_already_over());
        assert!(!api(400, 21205).is_already_over());
        assert!(api(404, 20404).is_not_found());
        assert!(api(400, 21422).is_not_available() && !api(400, 21421).is_not_available());
        assert!(api(400, 21220).is_not_in_progress() && !api(404, 20404).is_not_in_progress());
    }

    #[test]
    fn only_what_cannot_have_been_done_is_safe_to_repeat() {
        let unavailable = |ambiguous| TwilioError::Unavailable {
            reason: "",
            status: None,
            ambiguous,
        };
        assert!(TwilioError::RateLimited { retry_after: None }.is_safe_to_retry());
        assert!(unavailable(false).is_safe_to_retry());
        assert!(!unavailable(true).is_safe_to_retry());
        assert!(!api(400, 21220).is_safe_to_retry());
        assert!(!TwilioError::Malformed(String::new()).is_safe_to_retry());
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(
            TwilioError::Api {
                status: 400,
                code: Some(21220),
                message: "Call is not in-progress. Cannot redirect.".into()
            }
            .to_string(),
            "Twilio answered 400, error 21220: Call is not in-progress. Cannot redirect."
        );
    }

    #[test]
    fn what_twilio_repeats_of_us_is_left_out() {
        for (message, plain) in [
            (
                "The phone number you are attempting to call, +15045550123, is not valid.",
                "The phone number you are attempting to call, … is not valid.",
            ),
            (
                "Invalid 'To' Phone Number: (504) 555-0123",
                "Invalid … Phone Number: … …",
            ),
            (
                "The requested resource /2010-04-01/Accounts/AC1/Calls/CA2.json was not found",
                "The requested resource … was not found",
            ),
            (
                "Call CA0123456789abcdef0123456789abcdef isn't in-progress",
                "Call CA0123456789abcdef0123456789abcdef isn't in-progress",
            ),
            (
                "Value 'Ada Lovelace Byron' is not allowed",
                "Value … … … is not allowed",
            ),
            ("client:ada@example.com is unknown, error 404", "… is unknown, error …"),
        ] {
            assert_eq!(plain_words(message), plain);
        }
    }

    proptest! {
        #[test]
        fn no_number_and_no_address_ever_stays(digits in "[+]?[0-9]{5,15}", before in "[a-z ]{0,20}", after in "[a-z., ]{0,20}") {
            let plain = plain_words(&format!("{before}{digits}{after}"));
            prop_assert!(!plain.contains(digits.trim_start_matches('+')), "{plain}");
        }
    }
}
