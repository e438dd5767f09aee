//! Extraction of the dialogue from a request: from messages of two roles, from lines `Caller: ...`, or from JSON.
//!
//! A speaker without a known label is inferred from the words: the agent offers help.

use crate::models::conversation::{Conversation, Role};
use regex::Regex;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// Side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// The party that the service talks to.
    Caller,
    /// The service: the AI or a team member.
    Agent,
}

/// An utterance with its side.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub side: Side,
    /// The speaker's label in the prompt.
    pub label: Option<String>,
    pub text: String,
    /// The JSON object that contained the utterance, if any.
    pub source: Map<String, Value>,
}

/// An utterance before its side is determined.
struct Said {
    label: Option<String>,
    text: String,
    source: Map<String, Value>,
}

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"(?:[\[(]?\d[\d:.,]*\s*(?:s|ms)?(?:\s*(?:-->|->|-|–|to)\s*\d[\d:.,]*\s*(?:s|ms)?)?[\])]?[:.)]?\s+)?";
    let pattern = format!(
        r"^\s*{time}(?:\*\*|\[)?(?P<label>[\p{{L}}_][\p{{L}}\p{{M}}\d_ -]{{0,24}}?)(?:\*\*|\])?\s*(?:\([^)]*\))?:(?:\*\*)?\s+(?P<text>\S.*)$"
    );
    Regex::new(&pattern).expect("pattern is valid")
});

/// Labels of unidentified voices in transcripts: `A`, `Speaker 1`, `SPEAKER_00`.
static ANONYMOUS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:[A-Z]|(?i:speaker)[ _]?\w{0,3})$").expect("pattern is valid"));

static ASKS_ABOUT_TRANSCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(transcript|conversation|summar\w+|extract\w*|analy[sz]e)\b").expect("pattern is valid")
});

static AGENT_SAYS: LazyLock<Regex> = LazyLock::new(|| {
    let phrases = [
        r"(how|what) (can|may) (i|we) (help|do|assist)",
        r"thank you for calling",
        r"\b(virtual|ai|automated) (assistant|agent)",
        r"call (is|may be|will be) (being )?recorded",
        r"(may|can|could) i have your",
        r"what is your (order|name|e-?mail|phone|number)",
        r"is there anything else",
        r"क्या मदद कर सक",
    ];
    Regex::new(&format!("(?i){}", phrases.join("|"))).expect("pattern is valid")
});

/// The dialogue that a request is about: the transcript in its last message or system prompt, otherwise the messages
/// themselves.
pub(super) fn of(conversation: &Conversation) -> Vec<Line> {
    let asked = conversation.said_by(Role::User).last().unwrap_or_default();
    // A system prompt may contain earlier calls or examples, so it is searched only if the question asks about a
    // transcript.
    let uses_system_prompt =
        conversation.turns.len() < 2 && (asked.trim().is_empty() || ASKS_ABOUT_TRANSCRIPT.is_match(asked));
    in_text(asked)
        .or_else(|| uses_system_prompt.then(|| in_text(&conversation.system)).flatten())
        .unwrap_or_else(|| of_turns(conversation))
}

/// Finds the transcript in a text.
pub(super) fn in_text(text: &str) -> Option<Vec<Line>> {
    let said = in_json(text).or_else(|| in_lines(text))?;
    let sides = sides(&said);
    let lines = said.into_iter().zip(sides).map(|(said, side)| Line {
        side,
        label: said.label,
        text: said.text,
        source: said.source,
    });
    Some(lines.collect())
}

fn of_turns(conversation: &Conversation) -> Vec<Line> {
    let line = |(role, text): &(Role, String)| Line {
        side: match role {
            Role::User => Side::Caller,
            Role::Assistant => Side::Agent,
        },
        label: None,
        text: text.clone(),
        source: Map::new(),
    };
    conversation.turns.iter().map(line).collect()
}

/// Parses lines `Caller: ...`, with or without a leading time. One line is enough if its label names a side; other
/// labels must repeat, because "My problem: it is broken" is not a transcript.
fn in_lines(text: &str) -> Option<Vec<Said>> {
    let said: Vec<Said> = text
        .lines()
        .filter_map(|line| LINE.captures(line))
        .map(|found| Said {
            label: Some(found["label"].trim().to_owned()),
            text: found["text"].trim().to_owned(),
            source: Map::new(),
        })
        .collect();
    let known = said.iter().filter_map(|said| side_of(said.label.as_deref()?)).count();
    let mut labels: Vec<_> = said.iter().filter_map(|said| said.label.as_deref()).collect();
    let lines = labels.len();
    labels.sort_unstable();
    labels.dedup();
    let repeats = lines > labels.len();
    if known == 0 {
        return (lines > 2 && repeats && labels.len() <= 4).then_some(said);
    }
    // Drops instructions among the lines, such as "Outcome: one word".
    let is_speaker = |said: &Said| {
        let label = said.label.as_deref().unwrap_or_default();
        side_of(label).is_some() || ANONYMOUS.is_match(label)
    };
    Some(said.into_iter().filter(is_speaker).collect())
}

/// The first JSON array in a text whose members are objects with a text.
fn in_json(text: &str) -> Option<Vec<Said>> {
    super::shape::documents(text).find_map(|(_, document)| in_value(&document))
}

fn in_value(value: &Value) -> Option<Vec<Said>> {
    match value {
        Value::Array(members) if !members.is_empty() => members.iter().map(said).collect(),
        Value::Object(map) => map.values().find_map(in_value),
        _ => None,
    }
}

fn said(member: &Value) -> Option<Said> {
    let source = member.as_object()?;
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| source.get(*name)?.as_str())
            .map(ToOwned::to_owned)
    };
    Some(Said {
        text: first(&["text", "content", "words", "transcript", "utterance", "said"])?,
        label: first(&["speaker", "role", "label", "who", "from", "voice", "channel"]),
        source: source.clone(),
    })
}

/// The side that a label names.
pub(super) fn side_of(label: &str) -> Option<Side> {
    let label = label.to_lowercase();
    let has = |words: &[&str]| {
        label
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| words.contains(&word))
    };
    if has(&[
        "caller", "customer", "user", "client", "callee", "lead", "patient", "guest", "prospect",
    ]) {
        Some(Side::Caller)
    } else if has(&[
        "agent",
        "ai",
        "assistant",
        "bot",
        "person",
        "human",
        "operator",
        "representative",
        "staff",
        "colleague",
        "system",
    ]) {
        Some(Side::Agent)
    } else {
        None
    }
}

/// Determines the side of each line by its label, by all lines with that label, by its words, or else as the opposite
/// of the previous line's side.
fn sides(said: &[Said]) -> Vec<Side> {
    let agent = unnamed_agent(said);
    let mut sides = vec![];
    for line in said {
        let side = match &line.label {
            Some(label) if Some(label.as_str()) == agent => Side::Agent,
            Some(label) => side_of(label).unwrap_or(Side::Caller),
            None if AGENT_SAYS.is_match(&line.text) || sides.last() != Some(&Side::Agent) => Side::Agent,
            None => Side::Caller,
        };
        sides.push(side);
    }
    sides
}

/// Finds the agent's label among labels that name no side. Of several, it is the one with the most sentences typical of
/// an agent, or the first to speak. A single one is the agent's if another label is the caller's, or if it has such a
/// sentence.
fn unnamed_agent(said: &[Said]) -> Option<&str> {
    let mut scores: Vec<(&str, usize)> = vec![];
    let mut knows_caller = false;
    for line in said {
        let Some(label) = line.label.as_deref() else {
            continue;
        };
        if let Some(side) = side_of(label) {
            knows_caller |= side == Side::Caller;
            continue;
        }
        let score = usize::from(AGENT_SAYS.is_match(&line.text));
        match scores.iter_mut().find(|(known, _)| *known == label) {
            Some((_, sum)) => *sum += score,
            None => scores.push((label, score)),
        }
    }
    match scores.as_slice() {
        [(label, score)] => (knows_caller || *score > 0).then_some(*label),
        // `max_by_key` returns the last of equal elements; reversed, that is the first speaker.
        several => several
            .iter()
            .rev()
            .max_by_key(|(_, score)| *score)
            .map(|(label, _)| *label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides_in(text: &str) -> Option<Vec<(Side, String)>> {
        let lines = in_text(text)?;
        Some(lines.into_iter().map(|line| (line.side, line.text)).collect())
    }

    #[test]
    fn transcript_is_found_in_lines_and_json() {
        let expected = Some(vec![
            (Side::Agent, "How can I help you?".to_owned()),
            (Side::Caller, "My laptop is broken.".to_owned()),
        ]);
        for text in [
            "Summarise:\nAgent: How can I help you?\nCaller: My laptop is broken.\nOutcome: one word",
            "[00:01.2] AI: How can I help you?\n[00:03.4 - 00:05.0] Customer: My laptop is broken.",
            "**Assistant:** How can I help you?\n**User:** My laptop is broken.",
            r#"Segments: [{"id": 0, "text": "How can I help you?"}, {"id": 1, "text": "My laptop is broken."}]"#,
            r#"{"turns": [{"speaker": "B", "text": "How can I help you?"}, {"speaker": "A", "text": "My laptop is broken."}]}"#,
        ] {
            assert_eq!(sides_in(text), expected, "{text}");
        }
    }

    #[test]
    fn unlabeled_speakers_are_assigned_sides_by_their_words() {
        let text = "A: Yes?\nB: Thank you for calling. How can I help?\nA: Where is my parcel?\nB: One moment.";
        let sides: Vec<Side> = sides_in(text)
            .expect("a transcript")
            .into_iter()
            .map(|(side, _)| side)
            .collect();
        assert_eq!(sides, [Side::Caller, Side::Agent, Side::Caller, Side::Agent]);
    }

    #[test]
    fn anonymous_voices_are_accepted_beside_named_speakers() {
        let text =
            "[ai]\ncaller: My laptop is broken.\nai: One moment.\n[human]\nA: Hello there.\nB: Yes, hello.\nTone: calm";
        let sides: Vec<Side> = sides_in(text)
            .expect("a transcript")
            .into_iter()
            .map(|(side, _)| side)
            .collect();
        assert_eq!(sides, [Side::Caller, Side::Agent, Side::Agent, Side::Caller]);
    }

    #[test]
    fn caller_sentence_is_not_a_transcript() {
        for text in [
            "My problem: it is broken",
            "Hello, my laptop does not start.",
            "It is 9:30 now",
        ] {
            assert_eq!(sides_in(text), None, "{text}");
        }
    }
}
