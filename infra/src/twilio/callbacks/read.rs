//! Readings of single values. `None` is a value that cannot be read.

use super::super::form::Form;
use domain::call::command::RecordingStatus;
use domain::call::value::AnsweredBy;
use domain::{Personal, Timestamp, phone};

/// Twilio's call statuses.
const STATUSES: [&str; 9] = [
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
];

type IsReadable = fn(&str) -> bool;

/// The parameters whose values have a form, and whether a value has it.
const PARAMETERS: [(&str, IsReadable); 22] = [
    ("AnsweredBy", |text| answered_by(text).is_some()),
    ("CallDuration", |text| whole_number(text).is_some()),
    ("CallSid", |text| identifier(text).is_some()),
    ("CallStatus", |text| call_status(text).is_some()),
    ("Called", is_address),
    ("Caller", is_address),
    ("ConferenceSid", |text| identifier(text).is_some()),
    ("DialCallDuration", |text| whole_number(text).is_some()),
    ("DialCallSid", |text| identifier(text).is_some()),
    ("DialCallStatus", |text| call_status(text).is_some()),
    ("From", is_address),
    ("ParentCallSid", |text| identifier(text).is_some()),
    ("RecordingChannels", |text| whole_number(text).is_some()),
    ("RecordingDuration", |text| whole_number(text).is_some()),
    ("RecordingSid", |text| {
        identifier(text).is_some_and(|sid| sid.starts_with("RE"))
    }),
    ("RecordingStatus", |text| recording_status(text).is_some()),
    ("SequenceNumber", |text| whole_number(text).is_some()),
    ("SipResponseCode", |text| whole_number(text).is_some()),
    ("StatusCallbackEvent", |text| identifier(text).is_some()),
    ("Timestamp", |text| Timestamp::parse_rfc2822(text).is_some()),
    ("To", is_address),
    ("TranscriptionSid", |text| identifier(text).is_some()),
];

/// The names of the parameters with a value that cannot be read. They count as absent.
#[must_use]
pub fn unreadable(form: &Form) -> Vec<&'static str> {
    let unreadable = PARAMETERS
        .iter()
        .filter(|(name, is_readable)| form.get(name).is_some_and(|value| !is_readable(value)));
    unreadable.map(|(name, _)| *name).collect()
}

/// An identifier, which is used in URLs, keys and log lines: 1 to 64 letters, digits, `-` or `_`.
pub(super) fn identifier(text: &str) -> Option<String> {
    let text = text.trim();
    let is_usable = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_usable.then(|| text.to_owned())
}

/// A whole number. Of a decimal number, what stands before the point.
pub(super) fn whole_number(text: &str) -> Option<u32> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_decimal = fraction.bytes().all(|byte| byte.is_ascii_digit());
    whole.parse().ok().filter(|_| is_decimal)
}

/// One of Twilio's words, in any case and with any separator.
fn word(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace(['_', ' '], "-")
}

/// A call status as Twilio writes it today.
pub(super) fn call_status(text: &str) -> Option<&'static str> {
    let word = word(text);
    let word = match word.as_str() {
        "answered" => "in-progress",
        "cancelled" => "canceled",
        other => other,
    };
    STATUSES.into_iter().find(|status| *status == word)
}

/// The result of answering machine detection.
pub(super) fn answered_by(text: &str) -> Option<AnsweredBy> {
    match word(text).as_str() {
        "human" => Some(AnsweredBy::Human),
        "fax" => Some(AnsweredBy::Fax),
        "unknown" => Some(AnsweredBy::Unknown),
        machine if machine.starts_with("machine") => Some(AnsweredBy::Machine),
        _ => None,
    }
}

/// A recording's status.
pub(super) fn recording_status(text: &str) -> Option<RecordingStatus> {
    match word(text).as_str() {
        "in-progress" => Some(RecordingStatus::InProgress),
        "completed" => Some(RecordingStatus::Completed),
        "absent" => Some(RecordingStatus::Absent),
        "failed" => Some(RecordingStatus::Failed),
        _ => None,
    }
}

/// A telephone number in E.164.
pub(super) fn e164(text: &str) -> Option<String> {
    phone::parse(text, None).ok().map(phone::E164::into_string)
}

/// Whether a text may be the address of a party. A longer one would be cut, and then be that of another party.
pub(super) fn is_address(text: &str) -> bool {
    text.chars().nth(phone::MAX_ADDRESS_CHARS).is_none()
}

/// The address of a party: a number in E.164, or what the network sent instead of one.
pub(super) fn address(text: &str) -> Personal<String> {
    phone::address(text).into()
}

/// The longest name of a caller that is kept, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The name of a caller.
pub(super) fn name(text: &str) -> Personal<String> {
    text.trim().chars().take(MAX_NAME_CHARS).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_from_what_providers_send() {
        for (text, number) in [
            ("42", Some(42)),
            (" 42 ", Some(42)),
            ("42.0", Some(42)),
            ("42.7", Some(42)),
            ("0", Some(0)),
            ("-1", None),
            ("abc", None),
            ("1e3", None),
            ("4.2.0", None),
            ("99999999999", None),
            ("\u{664}\u{662}", None),
            ("\u{fffd}", None),
            (".", None),
        ] {
            assert_eq!(whole_number(text), number, "{text}");
        }
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(call_status("Completed"), Some("completed"));
        assert_eq!(call_status("no_answer"), Some("no-answer"));
        assert_eq!(call_status(" CANCELLED "), Some("canceled"));
        assert_eq!(call_status("dancing"), None);
        assert_eq!(answered_by("machine"), Some(AnsweredBy::Machine));
        assert_eq!(answered_by("Machine_End_Beep"), Some(AnsweredBy::Machine));
        assert_eq!(answered_by("dog"), None);
        assert_eq!(recording_status("COMPLETED"), Some(RecordingStatus::Completed));
    }

    #[test]
    fn unreadable_parameters_are_named() {
        let form = Form::parse(b"CallSid=CA1&CallDuration=-1&AnsweredBy=dog&ErrorCode=SIP-503&SequenceNumber=");
        assert_eq!(unreadable(&form), ["AnsweredBy", "CallDuration"]);
    }
}
