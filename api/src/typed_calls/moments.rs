//! What goes over a line: what a person at a telephone notices, and what they do.

use infra::twilio::sandbox::{Told, Typed};
use serde::{Deserialize, Serialize};

/// The longest that one says at once, in characters.
const LONGEST_WORDS: usize = 1_000;
/// So many keys are pressed at once at most.
const MOST_KEYS: usize = 32;

/// What a person at a telephone notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Noticed {
    /// It rings at the other side.
    Ringing,
    /// Somebody, or something, has answered.
    Answered,
    /// They hear this.
    Heard {
        /// `service`, `person` or `network`.
        by: &'static str,
        /// The words.
        text: String,
    },
    /// They hear a sound that is no speech.
    Played,
    /// They are waited for.
    Listening,
    /// They cut short what was said to them.
    Interrupted,
    /// They said this.
    Said {
        /// The words.
        text: String,
    },
    /// They pressed this key.
    Pressed {
        /// Which.
        key: String,
    },
    /// They talk with a person.
    Connected,
    /// They hear music and nobody hears them.
    OnHold,
    /// They are heard again.
    OffHold,
    /// The call is over: the last that is said.
    Ended {
        /// `completed`, `busy`, `no_answer`, `failed`, `canceled`.
        outcome: String,
        /// `you`, `other_side`, `network`; none where nobody knows.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'static str>,
    },
    /// What they did was not possible.
    Refused {
        /// Why.
        why: String,
    },
    /// The telephone network broke off, and the call with it.
    Lost,
}

impl Noticed {
    /// What of a moment one notices at a telephone.
    #[must_use]
    pub fn of(told: Told) -> Option<Self> {
        Some(match told {
            Told::Status { status } => match status.as_str() {
                "ringing" => Self::Ringing,
                "in-progress" => Self::Answered,
                // The end is told by itself, with more.
                _ => return None,
            },
            Told::Said { text } => Self::Said { text },
            Told::Heard { from, text } => Self::Heard {
                by: match from.as_str() {
                    "twiml" | "stream" => "service",
                    "network" => "network",
                    _ => "person",
                },
                text,
            },
            Told::Listening => Self::Listening,
            Told::Pressed { key } => Self::Pressed { key },
            Told::Interrupted => Self::Interrupted,
            Told::Played {} => Self::Played,
            Told::Occasion { name } => match name.as_str() {
                "connected" | "joined" => Self::Connected,
                "held" => Self::OnHold,
                "unheld" => Self::OffHold,
                _ => return None,
            },
            Told::Over { status, ended_by } => Self::Ended {
                outcome: status.replace('-', "_"),
                by: ended_by.map(|by| match by.as_str() {
                    "caller" => "you",
                    "twiml" | "api" | "peer" => "other_side",
                    _ => "network",
                }),
            },
            Told::Else => return None,
        })
    }
}

/// What a person does, as it is sent: one of these.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    say: Option<String>,
    digits: Option<String>,
    hang_up: Option<bool>,
}

/// Reads what a person does.
///
/// # Errors
/// What is wrong with it, in words that repeat nothing of it.
pub fn read(line: &str) -> Result<Typed, String> {
    let line: Line = serde_json::from_str(line).map_err(|_| ONE_OF.to_owned())?;
    match line {
        Line {
            say: Some(words),
            digits: None,
            hang_up: None,
        } => {
            if words.trim().is_empty() || words.chars().count() > LONGEST_WORDS {
                return Err(format!("what is said has 1 to {LONGEST_WORDS} characters"));
            }
            Ok(Typed::Say(words))
        }
        Line {
            say: None,
            digits: Some(keys),
            hang_up: None,
        } => {
            let are_keys = keys.chars().all(|key| "0123456789*#".contains(key));
            if !are_keys || !(1..=MOST_KEYS).contains(&keys.len()) {
                return Err(format!("1 to {MOST_KEYS} keys are pressed: 0 to 9, * and #"));
            }
            Ok(Typed::Digits(keys))
        }
        Line {
            say: None,
            digits: None,
            hang_up: Some(true),
        } => Ok(Typed::HangUp(true)),
        _ => Err(ONE_OF.to_owned()),
    }
}

const ONE_OF: &str = r#"send one of {"say": "words"}, {"digits": "1#"} and {"hang_up": true}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_says_something_presses_keys_or_hangs_up() {
        assert_eq!(read(r#"{"say":"hello"}"#), Ok(Typed::Say("hello".to_owned())));
        assert_eq!(read(r#"{"digits":"1*#"}"#), Ok(Typed::Digits("1*#".to_owned())));
        assert_eq!(read(r#"{"hang_up":true}"#), Ok(Typed::HangUp(true)));
    }

    #[test]
    fn nothing_else_is_done_at_a_telephone() {
        let long = format!(r#"{{"say":"{}"}}"#, "x".repeat(LONGEST_WORDS + 1));
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
    fn the_end_says_who_ended_it_from_the_persons_side() {
        let over = |by: &str| {
            Noticed::of(Told::Over {
                status: "no-answer".to_owned(),
                ended_by: Some(by.to_owned()),
            })
        };
        let ended = |by| {
            Some(Noticed::Ended {
                outcome: "no_answer".to_owned(),
                by: Some(by),
            })
        };
        assert_eq!(over("caller"), ended("you"));
        assert_eq!(over("peer"), ended("other_side"));
        assert_eq!(over("error"), ended("network"));
    }
}
