//! Readings of single values. `None` is a value that cannot be read.

use super::super::form::Form;
use super::super::rest::is_duration;
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
const PARAMETERS: [(&str, IsReadable); 21] = [
    ("AnsweredBy", |text| answered_by(text).is_some()),
    ("CallDuration", |text| seconds(text).is_some()),
    ("CallSid", |text| identifier(text).is_some()),
    ("CallStatus", |text| call_status(text).is_some()),
    ("Called", is_address),
    ("Caller", is_address),
    ("ConferenceSid", |text| identifier(text).is_some()),
    ("DialCallDuration", |text| seconds(text).is_some()),
    ("DialCallSid", |text| identifier(text).is_some()),
    ("DialCallStatus", |text| call_status(text).is_some()),
    ("From", is_address),
    ("ParentCallSid", |text| identifier(text).is_some()),
    ("RecordingChannels", |text| whole_number(text).is_some()),
    ("RecordingDuration", |text| seconds(text).is_some()),
    ("RecordingSid", |text| {
        identifier(text).is_some_and(|sid| sid.starts_with("RE"))
    }),
    ("RecordingStatus", |text| recording_status(text).is_some()),
    ("SequenceNumber", |text| whole_number(text).is_some()),
    ("SipResponseCode", |text| whole_number(text).is_some()),
    ("StatusCallbackEvent", |text| identifier(text).is_some()),
    ("To", is_address),
    ("TranscriptionSid", |text| identifier(text).is_some()),
];

/// The parameter with the time of what happened.
pub(super) const TIMESTAMP: &str = "Timestamp";
/// How far ahead of ours the provider's clock may be, in seconds.
const MAX_AHEAD_SECONDS: i64 = 24 * 60 * 60;
/// 2008-01-01, in seconds: Twilio has no earlier calls.
const EARLIEST_SECONDS: i64 = 1_199_145_600;

/// The names of the parameters with a value that cannot be read. They count as absent.
#[must_use]
pub fn unreadable(form: &Form, received_at: Timestamp) -> Vec<&'static str> {
    let is_unreadable =
        |name: &str, is_readable: &dyn Fn(&str) -> bool| form.get(name).is_some_and(|value| !is_readable(value));
    let parameters = PARAMETERS
        .iter()
        .filter(|(name, is_readable)| is_unreadable(name, is_readable));
    let time = is_unreadable(TIMESTAMP, &|text| happened_at(text, received_at).is_some());
    parameters
        .map(|(name, _)| *name)
        .chain(time.then_some(TIMESTAMP))
        .collect()
}

/// When something happened that was received at `received_at`: a time in RFC 2822 that is possible.
pub(super) fn happened_at(text: &str, received_at: Timestamp) -> Option<Timestamp> {
    let possible = Timestamp::from_seconds(EARLIEST_SECONDS)..=received_at.plus_seconds(MAX_AHEAD_SECONDS);
    Timestamp::parse_rfc2822(text.trim()).filter(|time| possible.contains(time))
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

/// A duration in seconds that a call can have.
pub(super) fn seconds(text: &str) -> Option<u32> {
    whole_number(text).filter(|seconds| is_duration(*seconds))
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
        assert_eq!(unreadable(&form, Timestamp::default()), ["AnsweredBy", "CallDuration"]);
    }

    #[test]
    fn times_and_durations_that_cannot_be_are_unreadable() {
        let received_at = Timestamp::from_seconds(1_700_000_000);
        for (seconds, is_possible) in [
            (0, false),
            (1_199_145_599, false),
            (1_199_145_600, true),
            (1_699_000_000, true),
            (1_700_086_400, true),
            (1_700_086_401, false),
            (4_102_444_800, false),
        ] {
            let text = chrono::DateTime::from_timestamp(seconds, 0)
                .expect("a time")
                .to_rfc2822();
            let read = happened_at(&text, received_at);
            assert_eq!(read.is_some(), is_possible, "{text}");
            let form = Form::from_parameters([("Timestamp".to_owned(), vec![text])].into());
            assert_eq!(unreadable(&form, received_at).is_empty(), is_possible);
        }
        for (text, is_possible) in [("0", true), ("172800", true), ("172801", false), ("2147483648", false)] {
            assert_eq!(seconds(text).is_some(), is_possible, "{text}");
        }
    }
}
