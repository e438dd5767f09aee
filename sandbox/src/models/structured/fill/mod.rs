//! Fills a JSON Schema: the part of it that structured outputs take (types, `enum`, `const`, `anyOf`, `$ref`, bounds).

mod lists;
mod schema;

use super::concept::{self, Concept};
use super::dialogue::{Line, Side};
use super::values::{self, Hints};
use super::{Known, shape};
use crate::models::rules::Mark;
use lists::{choice_of_line, in_line};
use regex::Regex;
use schema::{kind, may_be_null, number, shortened, text};
use serde_json::{Map, Value, json};

/// A schema may refer to itself; nobody speaks so deeply.
const DEEPEST: usize = 12;

pub(super) struct Filler<'a> {
    known: &'a Known<'a>,
    root: &'a Value,
    /// Whether it is the next turn of a conversation that is asked for: then `goodbye` means now, and not ever.
    is_turn: bool,
}

/// A property on the way to its value.
#[derive(Clone)]
struct Asked<'a> {
    name: &'a str,
    description: String,
    concept: Concept,
    depth: usize,
    /// The line that is being told, inside a list of lines.
    line: Option<&'a Line>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(known: &'a Known<'a>, root: &'a Value) -> Self {
        let names = root["properties"].as_object().into_iter().flatten();
        let is_turn = names
            .clone()
            .any(|(name, schema)| concept_of(name, schema) == Concept::Reply)
            || names.count() == 1 && root["properties"]["text"].is_object();
        Self { known, root, is_turn }
    }

    pub(super) fn answer(&self) -> Value {
        let asked = Asked {
            name: "",
            description: text(self.root, "description").to_owned(),
            concept: Concept::Other,
            depth: 0,
            line: None,
        };
        self.required(self.root, &asked)
    }

    /// A value, be it an empty one.
    fn required(&self, schema: &'a Value, asked: &Asked<'a>) -> Value {
        self.value(schema, asked).unwrap_or_else(|| self.empty(schema, asked))
    }

    /// What is put where nothing is known.
    fn empty(&self, schema: &'a Value, asked: &Asked<'a>) -> Value {
        if may_be_null(self.resolved(schema)) {
            return Value::Null;
        }
        let schema = self.one_of(schema);
        if let Some(choices) = schema["enum"].as_array() {
            let unsure = ["unknown", "none", "other", "neutral", "unclear", "n/a", "na", ""];
            return unsure
                .into_iter()
                .find_map(|word| choices.iter().find(|choice| choice.as_str() == Some(word)))
                .or(choices.last())
                .cloned()
                .unwrap_or_default();
        }
        match kind(schema) {
            "object" => Value::Object(self.properties(schema, asked)),
            "array" => json!([]),
            "boolean" => Value::Bool(false),
            "integer" | "number" => number(schema, 0.0),
            _ => Value::String(String::new()),
        }
    }

    /// `None`: the conversation does not tell.
    fn value(&self, schema: &'a Value, asked: &Asked<'a>) -> Option<Value> {
        if asked.depth > DEEPEST {
            return None;
        }
        let schema = self.one_of(schema);
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.choice(choices, schema, asked);
        }
        match kind(schema) {
            "object" => Some(Value::Object(self.properties(schema, asked))),
            "array" => Some(self.list(schema, asked)),
            "boolean" => Some(Value::Bool(self.truth(schema, asked)?)),
            "integer" | "number" => self.number(schema, asked).map(|value| number(schema, value)),
            "null" => Some(Value::Null),
            _ => self
                .text(schema, asked)
                .map(|text| Value::String(shortened(text, schema))),
        }
    }

    fn properties(&self, schema: &'a Value, asked: &Asked<'a>) -> Map<String, Value> {
        let mut filled = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let below = self.below(name, property, asked);
            filled.insert(name.clone(), self.required(property, &below));
        }
        // A map of anything: the prompt lists what belongs in it.
        let rest = &schema["additionalProperties"];
        if filled.is_empty() && (rest.is_object() || *rest == Value::Bool(true)) && schema.get("properties").is_none() {
            for (name, about) in shape::listed(&self.known.conversation.system) {
                let below = Asked {
                    name: "",
                    concept: concept::of(&name, &about),
                    description: format!("{name} {about}"),
                    depth: asked.depth + 1,
                    line: None,
                };
                if let Some(value) = self.value(rest, &below) {
                    filled.insert(name, value);
                }
            }
        }
        filled
    }

    fn below(&self, name: &'a str, schema: &'a Value, above: &Asked<'a>) -> Asked<'a> {
        let schema = self.resolved(schema);
        let concept = concept_of(name, schema);
        // `{"email": {"value": ..., "confidence": ...}}`
        let is_inside = above.line.is_none() && !above.name.is_empty();
        let about = text(schema, "description").to_owned();
        let (name, concept, description) = match concept {
            Concept::Value if is_inside => (above.name, above.concept, format!("{} {about}", above.description)),
            // Among the fields to be collected, a `message` is the caller's.
            Concept::Reply if is_inside => (name, Concept::Other, about),
            _ => (name, concept, about),
        };
        Asked {
            name,
            description,
            concept,
            depth: above.depth + 1,
            line: above.line,
        }
    }

    fn text(&self, schema: &Value, asked: &Asked<'_>) -> Option<String> {
        if let Some(line) = asked.line {
            return in_line(line, asked);
        }
        let report = &self.known.report;
        let first = |words: &[&str]| words.first().map(|word| (*word).to_owned());
        match (text(schema, "format"), asked.concept) {
            (_, Concept::Reply | Concept::Value) => Some(self.known.reply.clone()),
            ("email", _) => self.said(Concept::Email, schema, asked),
            // Half a date is none.
            ("date", _) => self.said(Concept::Date, schema, asked).filter(|date| date.len() == 10),
            (_, Concept::Summary) => Some(report.summary()),
            (_, Concept::Sentiment) => first(report.sentiment()),
            (_, Concept::Outcome) => first(report.outcome()),
            (_, Concept::Interest) => first(report.interest()),
            (_, Concept::Language) => first(report.language()),
            (_, Concept::NextAction) => report.next_action().map(ToOwned::to_owned),
            (_, Concept::Intent) => report.intents().last().cloned(),
            (_, Concept::Topics) => report.topics().first().cloned(),
            (_, Concept::GoalAchieved) => first(if report.goal_achieved() { &["yes"] } else { &["no"] }),
            (_, Concept::Matter) => report.matter().map(ToOwned::to_owned),
            (_, concept) => self.said(concept, schema, asked),
        }
    }

    fn said(&self, concept: Concept, schema: &Value, asked: &Asked<'_>) -> Option<String> {
        values::of(concept, &self.known.lines, &self.hints(schema, asked))
    }

    fn hints(&self, schema: &Value, asked: &Asked<'_>) -> Hints<'a> {
        let pattern = text(schema, "pattern").trim_start_matches('^').trim_end_matches('$');
        Hints {
            words: Hints::words_of(asked.name, &asked.description),
            pattern: (!pattern.is_empty()).then(|| Regex::new(pattern).ok()).flatten(),
            today: self.known.today,
        }
    }

    fn truth(&self, schema: &Value, asked: &Asked<'_>) -> Option<bool> {
        let report = &self.known.report;
        match asked.concept {
            Concept::Goodbye => Some(report.has(Mark::Goodbye, self.is_turn)),
            Concept::Person => Some(report.has(Mark::WantsPerson, self.is_turn)),
            Concept::Callback => Some(report.has(Mark::Callback, self.is_turn)),
            Concept::GoalAchieved | Concept::Outcome => Some(report.goal_achieved()),
            Concept::Interest => Some(report.is_interested()),
            Concept::NextAction => Some(report.next_action().is_some()),
            _ => values::agreed(&self.known.lines, &self.hints(schema, asked)),
        }
    }

    fn number(&self, schema: &Value, asked: &Asked<'_>) -> Option<f64> {
        if let Some(line) = asked.line {
            return line.source.get(asked.name).and_then(Value::as_f64);
        }
        let report = &self.known.report;
        match asked.concept {
            Concept::LeadScore | Concept::Interest => Some(report.lead_score()),
            Concept::Confidence => Some(0.9),
            Concept::WordCount => u32::try_from(report.word_count()).ok().map(f64::from),
            Concept::Sentiment => Some(match report.sentiment().first() {
                Some(&"positive") => 1.0,
                Some(&"negative") => -1.0,
                _ => 0.0,
            }),
            concept @ (Concept::PostalCode | Concept::OrderNumber) => self.said(concept, schema, asked)?.parse().ok(),
            _ => values::number(&self.known.lines, &self.hints(schema, asked)),
        }
    }

    fn choice(&self, choices: &[Value], schema: &Value, asked: &Asked<'_>) -> Option<Value> {
        if let Some(line) = asked.line {
            return choice_of_line(choices, line, asked);
        }
        let report = &self.known.report;
        let words: Vec<String> = match asked.concept {
            Concept::Sentiment => owned(report.sentiment()),
            Concept::Outcome => owned(report.outcome()),
            Concept::Interest => owned(report.interest()),
            Concept::Language => owned(report.language()),
            Concept::GoalAchieved => owned(if report.goal_achieved() {
                &["yes", "true", "achieved"]
            } else {
                &["no", "false", "not_achieved"]
            }),
            Concept::Intent => report.intents().iter().rev().cloned().collect(),
            _ => vec![],
        };
        if let Some(choice) = words.iter().find_map(|word| named(choices, word)) {
            return Some(choice.clone());
        }
        // The choice that the caller named last.
        let said = self.known.lines.iter().rev().filter(|line| line.side == Side::Caller);
        let spoken = said.map(|line| concept::words(&line.text)).find_map(|said| {
            choices.iter().find(|choice| {
                let words = choice.as_str().map(concept::words).unwrap_or_default();
                !words.is_empty() && words.iter().all(|word| said.contains(word))
            })
        });
        spoken.cloned().or_else(|| {
            let told = self.said(Concept::Other, schema, asked)?;
            named(choices, &told).cloned()
        })
    }

    /// The schema that `$ref` points at, inside the same document.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            match schema["$ref"]
                .as_str()
                .and_then(|path| self.root.pointer(path.trim_start_matches('#')))
            {
                Some(there) => schema = there,
                None => break,
            }
        }
        schema
    }

    /// Of alternatives, the first one that is not null.
    fn one_of(&self, schema: &'a Value) -> &'a Value {
        let schema = self.resolved(schema);
        let alternatives = ["anyOf", "oneOf", "allOf"]
            .into_iter()
            .find_map(|name| schema[name].as_array());
        let first =
            alternatives.and_then(|all| all.iter().map(|one| self.resolved(one)).find(|one| kind(one) != "null"));
        first.map_or(schema, |first| self.resolved(first))
    }
}

fn concept_of(name: &str, schema: &Value) -> Concept {
    concept::of(name, text(schema, "description"))
}

/// The choice that is this word, or has it among its words.
fn named<'v>(choices: &'v [Value], word: &str) -> Option<&'v Value> {
    let wanted = concept::words(word);
    let is = |choice: &&Value| choice.as_str().map(concept::words).is_some_and(|words| words == wanted);
    let has = |choice: &&Value| {
        let words = choice.as_str().map(concept::words).unwrap_or_default();
        // "not interested" has "interested" in it and means the contrary.
        !words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "un"))
            && wanted.iter().all(|word| words.contains(word))
    };
    choices.iter().find(is).or_else(|| choices.iter().find(has))
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
