//! Messages of a line: events that the person on the leg notices, and actions that they take.

use infra::twilio::sandbox::{LineContent, Typed};
use serde::{Deserialize, Serialize};

/// Maximum length of one `say`, in characters.
const MAX_SAY_CHARS: usize = 1_000;
/// Maximum number of keys of one `digits`.
const MAX_KEYS: usize = 32;

/// An event that the person on the leg notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LineEvent {
    /// The other side rings.
    Ringing,
    Answered,
    /// The person hears speech.
    Heard {
        /// `service`, `person` or `network`.
        by: &'static str,
        text: String,
    },
    /// The person hears a sound that is not speech.
    Played,
    /// The service waits for input.
    Listening,
    /// The person interrupted the speech.
    Interrupted,
    /// The person spoke.
    Said {
        text: String,
    },
    Pressed {
        key: String,
    },
    /// The person is connected with another person.
    Connected,
    /// The person hears music and is muted.
    OnHold,
    OffHold,
    /// The call has ended; the last event.
    Ended {
        /// `completed`, `busy`, `no_answer`, `failed`, `canceled`.
        outcome: String,
        /// `you`, `other_side`, `network`; absent if unknown.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'static str>,
    },
    /// An action was refused.
    Refused {
        why: String,
    },
    /// The connection to the telephone network is lost; the last event.
    Lost,
}

impl LineEvent {
    /// Converts an event of the sandbox. `None` if the person does not notice it.
    #[must_use]
    pub fn of(content: LineContent) -> Option<Self> {
        Some(match content {
            LineContent::Status { status } => match status.as_str() {
                "ringing" => Self::Ringing,
                "in-progress" => Self::Answered,
                // The end is a separate event, with more details.
                _ => return None,
            },
            LineContent::Said { text } => Self::Said { text },
            LineContent::Heard { from, text } => Self::Heard {
                by: match from.as_str() {
                    "twiml" | "stream" => "service",
                    "network" => "network",
                    _ => "person",
                },
                text,
            },
            LineContent::Listening => Self::Listening,
            LineContent::Pressed { key } => Self::Pressed { key },
            LineContent::Interrupted => Self::Interrupted,
            LineContent::Played {} => Self::Played,
            LineContent::Occasion { name } => match name.as_str() {
                "connected" | "joined" => Self::Connected,
                "held" => Self::OnHold,
                "unheld" => Self::OffHold,
                _ => return None,
            },
            LineContent::Over { status, ended_by } => Self::Ended {
                outcome: status.replace('-', "_"),
                by: ended_by.map(|by| match by.as_str() {
                    "caller" => "you",
                    "twiml" | "api" | "peer" => "other_side",
                    _ => "network",
                }),
            },
            LineContent::Else => return None,
        })
    }
}

/// An action as it is received: exactly one field is set.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Action {
    say: Option<String>,
    digits: Option<String>,
    hang_up: Option<bool>,
}

/// Parses an action.
///
/// # Errors
/// What is wrong with the message, without quoting it.
pub fn read(message: &str) -> Result<Typed, String> {
    let action: Action = serde_json::from_str(message).map_err(|_| EXPECTED.to_owned())?;
    match action {
        Action {
            say: Some(words),
            digits: None,
            hang_up: None,
        } => {
            if words.trim().is_empty() || words.chars().count() > MAX_SAY_CHARS {
                return Err(format!("`say` takes 1 to {MAX_SAY_CHARS} characters"));
            }
            Ok(Typed::Say(words))
        }
        Action {
            say: None,
            digits: Some(keys),
            hang_up: None,
        } => {
            let are_keys = keys.chars().all(|key| "0123456789*#".contains(key));
            if !are_keys || !(1..=MAX_KEYS).contains(&keys.len()) {
                return Err(format!("`digits` takes 1 to {MAX_KEYS} keys: 0 to 9, * and #"));
            }
            Ok(Typed::Digits(keys))
        }
        Action {
            say: None,
            digits: None,
            hang_up: Some(true),
        } => Ok(Typed::HangUp(true)),
        _ => Err(EXPECTED.to_owned()),
    }
}

const EXPECTED: &str = r#"send one of {"say": "words"}, {"digits": "1#"} and {"hang_up": true}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_actions_are_parsed() {
        assert_eq!(read(r#"{"say":"hello"}"#), Ok(Typed::Say("hello".to_owned())));
        assert_eq!(read(r#"{"digits":"1*#"}"#), Ok(Typed::Digits("1*#".to_owned())));
        assert_eq!(read(r#"{"hang_up":true}"#), Ok(Typed::HangUp(true)));
    }

    #[test]
    fn invalid_actions_are_refused() {
        let long = format!(r#"{{"say":"{}"}}"#, "x".repeat(MAX_SAY_CHARS + 1));
        for line in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"say":"  "}"#,
            r#"{"say":1}"#,
            r#"{"digits":""}"#,
            r#"{"digits":"A"}"#,
            r#"{"hang_up":false}"#,
            r#"{"say":"a","hang_up":true}"#,
            r#"{"wait_s":3}"#,
            &long,
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn ended_by_is_reported_from_the_persons_perspective() {
        let over = |by: &str| {
            LineEvent::of(LineContent::Over {
                status: "no-answer".to_owned(),
                ended_by: Some(by.to_owned()),
            })
        };
        let ended = |by| {
            Some(LineEvent::Ended {
                outcome: "no_answer".to_owned(),
                by: Some(by),
            })
        };
        assert_eq!(over("caller"), ended("you"));
        assert_eq!(over("peer"), ended("other_side"));
        assert_eq!(over("error"), ended("network"));
    }
}
