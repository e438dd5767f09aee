//! Who said what, wherever the prompt has it: as messages of two roles, as lines `Caller: ...`, or as JSON.
//!
//! Where nobody says who speaks, it is guessed from the words: one side asks how it can help, the other one has a matter
//! that some rule knows.

use crate::models::conversation::{Conversation, Role};
use crate::models::rules::Rules;
use regex::Regex;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The side of a call on which somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Whoever the service talks to.
    Caller,
    /// The service, be it a machine or a person.
    Agent,
}

/// Something that was said.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub side: Side,
    /// The speaker, in the prompt's own word.
    pub label: Option<String>,
    pub text: String,
    /// The object that it came in, where it came in JSON.
    pub source: Map<String, Value>,
}

/// A line before its side is known.
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
    Regex::new(&pattern).expect("the pattern is well-formed")
});

/// `A`, `Speaker 1`, `SPEAKER_00`: how transcripts name voices that nobody knows.
static ANONYMOUS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:[A-Z]|(?i:speaker)[ _]?\w{0,3})$").expect("the pattern is well-formed"));

static POINTS_UP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(transcript|conversation|summar\w+|extract\w*|analy[sz]e)\b")
        .expect("the pattern is well-formed")
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
    Regex::new(&format!("(?i){}", phrases.join("|"))).expect("the pattern is well-formed")
});

/// The dialogue that a request is about: the transcript in its last message or in its system prompt, and otherwise the
/// messages themselves.
pub(super) fn of(conversation: &Conversation, rules: &Rules) -> Vec<Line> {
    let asked = conversation.said_by(Role::User).last().unwrap_or_default();
    // A system prompt may hold former calls, or examples: they are looked at only when that is what the question is about.
    let points_up = conversation.turns.len() < 2 && (asked.trim().is_empty() || POINTS_UP.is_match(asked));
    in_text(asked, rules)
        .or_else(|| points_up.then(|| in_text(&conversation.system, rules)).flatten())
        .unwrap_or_else(|| of_turns(conversation))
}

/// The transcript that a text holds.
pub(super) fn in_text(text: &str, rules: &Rules) -> Option<Vec<Line>> {
    let said = in_json(text).or_else(|| in_lines(text))?;
    let sides = sides(&said, rules);
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

/// `Caller: ...`, with or without a time before it. One such line is enough if its label names a side; other labels need
/// company, for "My problem: it is broken" is no transcript.
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
    // Instructions stand among the lines: "Outcome: one word".
    let is_speaker = |said: &Said| {
        let label = said.label.as_deref().unwrap_or_default();
        side_of(label).is_some() || ANONYMOUS.is_match(label)
    };
    Some(said.into_iter().filter(is_speaker).collect())
}

/// The first array in a text whose members are objects with a text.
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

/// The side of each line: by its label; by what that label says all in all; by what the line says; else not the side of
/// the line before it.
fn sides(said: &[Said], rules: &Rules) -> Vec<Side> {
    let agent = unnamed_agent(said, rules);
    let mut sides = vec![];
    for line in said {
        let side = match &line.label {
            Some(label) if Some(label.as_str()) == agent => Side::Agent,
            Some(label) => side_of(label).unwrap_or(Side::Caller),
            None => match (agent_score(&line.text, rules), sides.last()) {
                (1.., _) => Side::Agent,
                (..=-1, _) | (_, Some(Side::Agent)) => Side::Caller,
                (_, Some(Side::Caller) | None) => Side::Agent,
            },
        };
        sides.push(side);
    }
    sides
}

/// Of the labels that name no side, the one that is the agent's: of several, the one that speaks most like an agent, or
/// spoke first; a single one, if the caller has a label already, or if it speaks like an agent.
fn unnamed_agent<'a>(said: &'a [Said], rules: &Rules) -> Option<&'a str> {
    let mut scores: Vec<(&str, i32)> = vec![];
    let mut knows_caller = false;
    for line in said {
        let Some(label) = line.label.as_deref() else {
            continue;
        };
        if let Some(side) = side_of(label) {
            knows_caller |= side == Side::Caller;
            continue;
        }
        let score = agent_score(&line.text, rules);
        match scores.iter_mut().find(|(known, _)| *known == label) {
            Some((_, sum)) => *sum += score,
            None => scores.push((label, score)),
        }
    }
    match scores.as_slice() {
        [(label, score)] => (knows_caller || *score > 0).then_some(*label),
        // Of equals, the last one wins here: turned round, that is the first one who spoke.
        several => several
            .iter()
            .rev()
            .max_by_key(|(_, score)| *score)
            .map(|(label, _)| *label),
    }
}

/// Above zero for what an agent says, below for what a caller says.
fn agent_score(text: &str, rules: &Rules) -> i32 {
    if AGENT_SAYS.is_match(text) {
        2
    } else if rules.fitting("", text).any(|rule| rule.about.is_some()) {
        -1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides_in(text: &str) -> Option<Vec<(Side, String)>> {
        let lines = in_text(text, &Rules::default())?;
        Some(lines.into_iter().map(|line| (line.side, line.text)).collect())
    }

    #[test]
    fn a_transcript_is_found_in_lines_and_in_json() {
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
    fn unknown_speakers_are_told_apart_by_what_they_say() {
        let text = "A: Yes?\nB: Thank you for calling. How can I help?\nA: Where is my parcel?\nB: One moment.";
        let sides: Vec<Side> = sides_in(text)
            .expect("a transcript")
            .into_iter()
            .map(|(side, _)| side)
            .collect();
        assert_eq!(sides, [Side::Caller, Side::Agent, Side::Caller, Side::Agent]);
    }

    #[test]
    fn voices_without_a_name_stand_beside_named_ones() {
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
    fn what_a_caller_says_is_no_transcript() {
        for text in [
            "My problem: it is broken",
            "Hello, my laptop does not start.",
            "It is 9:30 now",
        ] {
            assert_eq!(sides_in(text), None, "{text}");
        }
    }
}
