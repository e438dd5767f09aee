//! Errors of requests to Twilio.

use std::time::Duration;

/// A request to Twilio failed. Neither `Debug` nor the message contains numbers, names or secrets: Twilio's message is
/// reduced to plain words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwilioError {
    /// Twilio rejected the request.
    #[error("Twilio answered {status}{}: {message}", code.map(|code| format!(", error {code}")).unwrap_or_default())]
    Api {
        /// HTTP status, 400 to 499.
        status: u16,
        /// Twilio's error code: `https://www.twilio.com/docs/api/errors/<code>`.
        code: Option<u32>,
        /// Twilio's message without personal data.
        message: String,
    },
    /// Too many requests; this one was not processed.
    #[error("Twilio rate limit exceeded")]
    RateLimited {
        /// Waiting time, if Twilio gave one.
        retry_after: Option<Duration>,
    },
    /// There was no response, or a server error.
    #[error("Twilio is unavailable: {reason}")]
    Unavailable {
        reason: &'static str,
        /// HTTP status of the response, 500 or above, if any.
        status: Option<u16>,
        /// The request may have been processed.
        ambiguous: bool,
    },
    /// The response does not match Twilio's documentation.
    #[error("Twilio's response is malformed: {0}")]
    Malformed(String),
    /// The request path contains an invalid identifier.
    #[error("not a valid Twilio identifier")]
    NotAnIdentifier,
}

/// The call is not in progress and cannot be changed: <https://www.twilio.com/docs/api/errors/21220>.
const NOT_IN_PROGRESS: u32 = 21220;
/// The number is not available for purchase: <https://www.twilio.com/docs/api/errors/21422>.
const NOT_AVAILABLE: u32 = 21422;
/// The resource does not exist.
const NOT_FOUND: u32 = 20404;
/// Our credentials are refused.
const AUTHENTICATE: u32 = 20003;
const ACCOUNT_NOT_ACTIVE: u32 = 20005;
const ACCOUNT_SUSPENDED: u32 = 10001;
/// `RequestedChannels` does not fit the recording.
const WRONG_CHANNELS: u32 = 16113;
/// Too many requests.
pub(super) const TOO_MANY: u32 = 20429;

impl TwilioError {
    /// Whether the call or conference has ended or does not exist. A hang-up can treat this as success.
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

    /// Whether the resource does not exist, or not yet.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Api { status: 404, .. })
    }

    /// Whether a number cannot be bought because it is taken.
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

    /// Whether a recording cannot be started because the call is not in progress
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

    /// Whether the request can be repeated without a double effect: it was not processed, or it only reads or deletes.
    /// (Requests that read or delete are never `ambiguous`.)
    #[must_use]
    pub const fn is_safe_to_retry(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Unavailable { ambiguous: false, .. }
        )
    }

    /// Whether Twilio refuses our credentials, until an operator changes them: see
    /// <https://www.twilio.com/docs/api/errors/20003> (authenticate), 20005 and 10001 (the account is not active).
    #[must_use]
    pub const fn is_configuration_fault(&self) -> bool {
        matches!(
            self,
            Self::Api { status: 401, .. }
                | Self::Api {
                    code: Some(AUTHENTICATE | ACCOUNT_NOT_ACTIVE | ACCOUNT_SUSPENDED),
                    ..
                }
        )
    }

    /// Whether a recording does not have the requested number of channels
    /// (<https://www.twilio.com/docs/api/errors/16113>).
    #[must_use]
    pub const fn is_wrong_channels(&self) -> bool {
        matches!(
            self,
            Self::Api {
                code: Some(WRONG_CHANNELS),
                ..
            }
        )
    }

    /// HTTP status of the response, if any.
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

/// Removes personal data from Twilio's messages, which quote request values such as numbers and addresses. Plain words
/// and Twilio's identifiers are kept.
pub(super) fn plain_words(message: &str) -> String {
    const MAX_WORDS: usize = 30;
    let mut quoted = false;
    let words = message.split_whitespace().take(MAX_WORDS).map(|word| {
        let quotes = word.matches(['\'', '"', '`']).count();
        let inside = quoted || quotes > 0;
        // An apostrophe, as in `isn't`, is not a quotation mark; `'one'` opens and closes.
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

/// Two capital letters such as `CA`, and 32 hexadecimal digits.
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
    fn error_codes_are_classified() {
        assert!(api(400, 21220).is_already_over());
        assert!(api(404, 20404).is_already_over());
        assert!(!api(400, 21205).is_already_over());
        assert!(api(404, 20404).is_not_found());
        assert!(api(400, 21422).is_not_available() && !api(400, 21421).is_not_available());
        assert!(api(400, 21220).is_not_in_progress() && !api(404, 20404).is_not_in_progress());
    }

    #[test]
    fn only_unprocessed_requests_are_safe_to_retry() {
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
    fn error_message_contains_status_code_and_text() {
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
    fn quoted_request_values_are_removed_from_messages() {
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
        fn numbers_are_always_removed_from_messages(digits in "[+]?[0-9]{5,15}", before in "[a-z ]{0,20}", after in "[a-z., ]{0,20}") {
            let plain = plain_words(&format!("{before}{digits}{after}"));
            prop_assert!(!plain.contains(digits.trim_start_matches('+')), "{plain}");
        }
    }
}
