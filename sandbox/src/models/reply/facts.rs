//! The sentences of a system prompt that answer a caller.
//!
//! A sentence answers a clause if it has the most of the clause's subjects, and at least half of them. It is said as the
//! prompt words it, so that no answer has a fact that the prompt does not have.

use crate::models::words;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Sentences said in answer to one clause, if several answer it equally well.
const MAX_PER_CLAUSE: usize = 2;
/// Sentences said in one answer.
const MAX_FACTS: usize = 3;

/// First words of a sentence that instructs the model and informs no caller.
const INSTRUCTS: &str = "act always answer ask avoid be collect confirm do don escalate explain follow give greet if keep \
    let listen make mention never refuse remember reply respond say set speak stay take tell today transfer try \
    understand unless use when";
/// Words of sentences about the conversation itself, unless they begin with one of [`OURS`].
const ADDRESSES: &str = "you your yours yourself caller callers";
const OURS: &str = "we our";

/// A sentence that can be said.
struct Fact {
    say: String,
    subjects: BTreeSet<String>,
}

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("pattern is valid"));
    };
}

pattern!(CLAUSE_END, r"(?i)[.?!;।]+(?:\s|$)|\s(?:and|but|और)\s");
pattern!(SENTENCE_END, r"[.!?।]+\s+");
// An example answer: `Caller: ... You: ...`.
pattern!(EXAMPLE, r"Caller: (?P<asked>.+) You: (?P<say>.+)");
// A field to collect, or an earlier call by its date.
pattern!(RECORD, r"^(?:\w+ \(\w+\):|\d{4}-\d{2}-\d{2}\b)");

/// The sentences of a prompt that answer what was said, in the order of its clauses.
pub(super) fn answering(prompt: &str, said: &str) -> Vec<String> {
    let facts = facts(prompt);
    let mut found: Vec<&Fact> = vec![];
    for clause in CLAUSE_END.split(said) {
        let asked = words::subjects(clause);
        let shared = |fact: &Fact| fact.subjects.intersection(&asked).count();
        let most = facts.iter().map(shared).max().unwrap_or(0);
        if most > 0 && 2 * most >= asked.len() {
            found.extend(facts.iter().filter(|fact| shared(fact) == most).take(MAX_PER_CLAUSE));
        }
    }
    let mut said: Vec<String> = vec![];
    for fact in found {
        if !said.contains(&fact.say) {
            said.push(fact.say.clone());
        }
    }
    said.truncate(MAX_FACTS);
    said
}

fn facts(prompt: &str) -> Vec<Fact> {
    let mut facts = vec![];
    for line in lines(prompt) {
        if let Some(example) = EXAMPLE.captures(&line) {
            facts.push(Fact {
                say: example["say"].trim().to_owned(),
                subjects: words::subjects(&example["asked"]),
            });
        } else if !RECORD.is_match(&line) {
            facts.extend(sentences(&line).into_iter().filter_map(fact));
        }
    }
    facts
}

/// The lines of a prompt. The items of a list with a heading form one line with it: "Opening hours: Monday 9 to 6; ...".
fn lines(prompt: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let mut has_heading = false;
    for line in prompt.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let item = line.strip_prefix(['-', '*', '•']).map(str::trim);
        match (item, lines.last_mut()) {
            (Some(item), Some(list)) if has_heading => {
                if fact(item).is_some() {
                    let separator = if list.ends_with(':') { " " } else { "; " };
                    *list = format!("{list}{separator}{}", item.trim_end_matches(['.', ';']));
                }
            }
            _ => lines.push(item.unwrap_or(line).to_owned()),
        }
        has_heading = line.ends_with(':') || has_heading && item.is_some();
    }
    lines
}

/// Splits a line at the ends of its sentences, but not in "9 a.m. to 6", "No. 5" and "St. Mary".
fn sentences(line: &str) -> Vec<&str> {
    let mut sentences = vec![];
    let mut start = 0;
    for end in SENTENCE_END.find_iter(line) {
        let sentence = &line[start..end.start()];
        let continues = line[end.end()..].starts_with(|next: char| next.is_lowercase() || next.is_numeric());
        let is_abbreviation = sentence
            .rsplit(' ')
            .next()
            .is_some_and(|last| last.chars().count() <= 2 && last.starts_with(char::is_uppercase));
        if !continues && !is_abbreviation {
            sentences.push(line[start..end.end()].trim());
            start = end.end();
        }
    }
    sentences.push(line[start..].trim());
    sentences
}

/// The fact that a sentence states. `None` if it is an instruction.
fn fact(sentence: &str) -> Option<Fact> {
    // "You are the front desk of a hotel." informs a caller, too.
    let (subject, rest) = match sentence.strip_prefix("You are ") {
        Some(rest) => ("I am ", rest),
        None => ("", sentence),
    };
    let has = |list: &str, word: &str| list.split_whitespace().any(|one| one == word);
    let mut words = words::of(rest).peekable();
    let first = words.peek()?;
    let instructs = subject.is_empty() && has(INSTRUCTS, first);
    let is_ours = has(OURS, first);
    if instructs || !is_ours && words.any(|word| has(ADDRESSES, &word)) || rest.contains('`') || rest.ends_with(':') {
        return None;
    }
    let end = if rest.ends_with(['.', '!', '?', '।']) {
        ""
    } else {
        "."
    };
    Some(Fact {
        say: format!("{subject}{rest}{end}"),
        subjects: words::subjects(rest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "You are the front desk of Hill Carpets. Be brief and warm.\n\
        We clean carpets in Lyon, prices start at 80 euros, parking is behind the house.\n\
        Opening hours:\n- Monday to Friday: 9 a.m. to 6 p.m.\n- Saturday: 10 to 2\n- Never name other days.\n\
        Our address is 12 St. Mary Street. Dogs must stay outside. We visit your home for 20 euros an hour.\n\
        Example of a good answer. Caller: Do you sell rugs? You: We only clean them.\n\
        - name (text): The caller's name [missing, required]\n- 2026-03-01: The caller said: \"My dogs?\". Rugs. \n\
        Answer in English, about carpets. Do not make up facts about the business. Today is 2026-03-27, a Friday.";

    #[test]
    fn question_is_answered_by_the_sentence_about_its_subject() {
        let prices = "We clean carpets in Lyon, prices start at 80 euros, parking is behind the house.";
        let hours = "Opening hours: Monday to Friday: 9 a.m. to 6 p.m; Saturday: 10 to 2.";
        for (said, expected) in [
            ("How much does it cost to clean a carpet?", vec![prices]),
            ("hello can I park near you", vec![prices]),
            ("When are you open on Friday?", vec![hours]),
            ("When do you close and what do carpets cost", vec![hours, prices]),
            ("What is your address?", vec!["Our address is 12 St. Mary Street."]),
            ("May I bring my dogs?", vec!["Dogs must stay outside."]),
            (
                "Would you visit my home?",
                vec!["We visit your home for 20 euros an hour."],
            ),
            ("Do you sell rugs?", vec!["We only clean them."]),
            ("Is this the front desk?", vec!["I am the front desk of Hill Carpets."]),
        ] {
            assert_eq!(answering(PROMPT, said), expected, "{said}");
        }
    }

    #[test]
    fn instructions_and_records_are_not_said() {
        for said in [
            "Do you do business in English?",
            "What day is it today?",
            "Are you brief?",
            "Do you name other days?",
            "Do you repair heaters?",
            "",
        ] {
            assert_eq!(answering(PROMPT, said), Vec::<String>::new(), "{said}");
        }
    }

    #[test]
    fn hindi_question_is_answered_from_a_hindi_prompt() {
        let prompt = "हम सोमवार से शुक्रवार नौ बजे से खुले हैं। मरम्मत की कीमत 500 रुपये है।";
        assert_eq!(answering(prompt, "मरम्मत कितने की है?"), ["मरम्मत की कीमत 500 रुपये है।"]);
        assert_eq!(answering(prompt, "आप कब खुलते हैं?"), ["हम सोमवार से शुक्रवार नौ बजे से खुले हैं।"]);
    }
}
