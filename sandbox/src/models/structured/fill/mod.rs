//! Fills a JSON Schema. Supports the subset that structured outputs allow: types, `enum`, `const`, `anyOf`, `$ref`,
//! bounds.

mod lists;
mod schema;

use super::concept::{self, Concept};
use super::dialogue::{Line, Side};
use super::values::{self, Hints};
use super::{Known, shape, summary};
use crate::models::reply::{Wish, says_goodbye, wants_person};
use lists::{choice_of_line, in_line};
use regex::Regex;
use schema::{kind, max_items, may_be_null, number, shortened, text};
use serde_json::{Map, Value, json};

/// Nesting limit, because a schema may refer to itself.
const MAX_DEPTH: usize = 12;

pub(super) struct Filler<'a> {
    known: &'a Known<'a>,
    root: &'a Value,
    /// The request asks for the next turn of a conversation, so marks such as `goodbye` refer to the last line only.
    is_turn: bool,
}

/// A property to fill.
#[derive(Clone)]
struct Target<'a> {
    name: &'a str,
    description: String,
    concept: Concept,
    depth: usize,
    /// The current line, inside an array of lines.
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
        let target = Target {
            name: "",
            description: text(self.root, "description").to_owned(),
            concept: Concept::Other,
            depth: 0,
            line: None,
        };
        self.required(self.root, &target)
    }

    /// Fills a required property: a value, or the empty value.
    fn required(&self, schema: &'a Value, target: &Target<'a>) -> Value {
        self.value(schema, target).unwrap_or_else(|| self.empty(schema, target))
    }

    /// The value of a property for which the conversation has none.
    fn empty(&self, schema: &'a Value, target: &Target<'a>) -> Value {
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
            "object" => Value::Object(self.properties(schema, target)),
            "array" => json!([]),
            "boolean" => Value::Bool(false),
            "integer" | "number" => number(schema, 0.0),
            _ => Value::String(String::new()),
        }
    }

    /// `None` if the conversation does not contain the value.
    fn value(&self, schema: &'a Value, target: &Target<'a>) -> Option<Value> {
        if target.depth > MAX_DEPTH {
            return None;
        }
        let schema = self.one_of(schema);
        if let Some(value) = self.scripted(schema, target) {
            return Some(value);
        }
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.choice(choices, schema, target);
        }
        match kind(schema) {
            "object" => Some(Value::Object(self.properties(schema, target))),
            "array" => Some(self.list(schema, target)),
            "boolean" => Some(Value::Bool(self.truth(schema, target)?)),
            "integer" | "number" => self.number(schema, target).map(|value| number(schema, value)),
            "null" => Some(Value::Null),
            _ => self
                .text(schema, target)
                .map(|text| Value::String(shortened(text, schema))),
        }
    }

    /// The script's value for a property.
    fn scripted(&self, schema: &Value, target: &Target<'_>) -> Option<Value> {
        let name = concept::words(target.name);
        let (_, value) = self.known.script.iter().find(|(key, _)| concept::words(key) == name)?;
        if let Some(choices) = schema["enum"].as_array() {
            return named(choices, value.as_str()?).cloned();
        }
        match (kind(schema), value) {
            ("integer" | "number", Value::Number(value)) => value.as_f64().map(|value| number(schema, value)),
            ("string", Value::String(text)) => Some(Value::String(shortened(text.clone(), schema))),
            ("boolean", Value::Bool(_)) => Some(value.clone()),
            ("array", Value::Array(all)) => Some(all.iter().take(max_items(schema)).cloned().collect()),
            // A property that the prompt only names has no type.
            _ => (!schema["type"].is_string()).then(|| value.clone()),
        }
    }

    fn properties(&self, schema: &'a Value, target: &Target<'a>) -> Map<String, Value> {
        let mut filled = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let below = self.below(name, property, target);
            filled.insert(name.clone(), self.required(property, &below));
        }
        // A free-form map: the prompt lists its keys.
        let rest = &schema["additionalProperties"];
        if filled.is_empty() && (rest.is_object() || *rest == Value::Bool(true)) && schema.get("properties").is_none() {
            for (name, about) in shape::listed(&self.known.conversation.system) {
                let below = Target {
                    name: "",
                    concept: concept::of(&name, &about),
                    description: format!("{name} {about}"),
                    depth: target.depth + 1,
                    line: None,
                };
                if let Some(value) = self.value(rest, &below) {
                    filled.insert(name, value);
                }
            }
        }
        filled
    }

    fn below(&self, name: &'a str, schema: &'a Value, above: &Target<'a>) -> Target<'a> {
        let schema = self.resolved(schema);
        let concept = concept_of(name, schema);
        // `{"email": {"value": ..., "confidence": ...}}`
        let is_inside = above.line.is_none() && !above.name.is_empty();
        let about = text(schema, "description").to_owned();
        let (name, concept, description) = match concept {
            Concept::Value if is_inside => (above.name, above.concept, format!("{} {about}", above.description)),
            _ if is_inside && (self.is_turn || concept == Concept::Reply) => {
                (name, concept::of_value(name, &about), about)
            }
            _ => (name, concept, about),
        };
        Target {
            name,
            description,
            concept,
            depth: above.depth + 1,
            line: above.line,
        }
    }

    fn text(&self, schema: &Value, target: &Target<'_>) -> Option<String> {
        if let Some(line) = target.line {
            return in_line(line, target);
        }
        match (text(schema, "format"), target.concept) {
            (_, Concept::Reply | Concept::Value) => Some(self.known.reply.say.clone()),
            ("email", _) => self.said(Concept::Email, schema, target),
            // Only a full date (`YYYY-MM-DD`) is valid.
            ("date", _) => self.said(Concept::Date, schema, target).filter(|date| date.len() == 10),
            (_, Concept::Summary) => Some(summary::of(&self.known.lines)),
            (_, Concept::Language) => summary::language(&self.known.lines).first().map(ToString::to_string),
            (_, concept) => self.said(concept, schema, target),
        }
    }

    fn said(&self, concept: Concept, schema: &Value, target: &Target<'_>) -> Option<String> {
        values::of(concept, &self.known.lines, &self.hints(schema, target))
    }

    fn hints(&self, schema: &Value, target: &Target<'_>) -> Hints<'a> {
        let pattern = text(schema, "pattern").trim_start_matches('^').trim_end_matches('$');
        Hints {
            words: Hints::words_of(target.name, &target.description),
            pattern: (!pattern.is_empty()).then(|| Regex::new(pattern).ok()).flatten(),
            today: self.known.today,
        }
    }

    fn truth(&self, schema: &Value, target: &Target<'_>) -> Option<bool> {
        let has_said = |is_said: fn(&str) -> bool| is_said(&summary::said(&self.known.lines));
        match target.concept {
            Concept::Goodbye if self.is_turn => Some(self.known.reply.wish == Wish::Goodbye),
            Concept::Person if self.is_turn => Some(self.known.reply.wish == Wish::Person),
            Concept::Goodbye => Some(has_said(says_goodbye)),
            Concept::Person => Some(has_said(wants_person)),
            Concept::Judgment => None,
            _ => values::agreed(&self.known.lines, &self.hints(schema, target)),
        }
    }

    fn number(&self, schema: &Value, target: &Target<'_>) -> Option<f64> {
        if let Some(line) = target.line {
            return line.source.get(target.name).and_then(Value::as_f64);
        }
        match target.concept {
            Concept::Judgment => None,
            Concept::WordCount => {
                let lines = self.known.lines.iter();
                let words: usize = lines.map(|line| line.text.split_whitespace().count()).sum();
                u32::try_from(words).ok().map(f64::from)
            }
            concept @ (Concept::PostalCode | Concept::OrderNumber) => self.said(concept, schema, target)?.parse().ok(),
            _ => values::number(&self.known.lines, &self.hints(schema, target)),
        }
    }

    fn choice(&self, choices: &[Value], schema: &Value, target: &Target<'_>) -> Option<Value> {
        if let Some(line) = target.line {
            return choice_of_line(choices, line, target);
        }
        if self.is_turn && target.name == "intent" {
            let words = self.known.reply.wish.names().iter();
            let is = |word: &str| choices.iter().find(|choice| choice.as_str() == Some(word));
            return words.copied().find_map(is).cloned();
        }
        match target.concept {
            Concept::Judgment => return None,
            Concept::Language => {
                let words = summary::language(&self.known.lines);
                return words.iter().find_map(|word| named(choices, word)).cloned();
            }
            _ => {}
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
            let answer = self.said(Concept::Other, schema, target)?;
            named(choices, &answer).cloned()
        })
    }

    /// Resolves `$ref` within the same document.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..MAX_DEPTH {
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

    /// The first alternative that is not null.
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

/// The choice that equals this word, or contains it.
fn named<'v>(choices: &'v [Value], word: &str) -> Option<&'v Value> {
    let expected = concept::words(word);
    let is = |choice: &&Value| {
        choice
            .as_str()
            .map(concept::words)
            .is_some_and(|words| words == expected)
    };
    let has = |choice: &&Value| {
        let words = choice.as_str().map(concept::words).unwrap_or_default();
        // "not interested" contains "interested" but means the opposite.
        !words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "un"))
            && expected.iter().all(|word| words.contains(word))
    };
    choices.iter().find(is).or_else(|| choices.iter().find(has))
}
