//! Lists: of the lines of a dialogue, of names and values, of plain words.

use super::schema::kind;
use super::{Asked, Filler, named};
use crate::models::conversation::Role;
use crate::models::structured::concept::{self, Concept};
use crate::models::structured::condensed;
use crate::models::structured::dialogue::{Line, Side, side_of};
use crate::models::structured::shape;
use serde_json::{Map, Value, json};

impl<'a> Filler<'a> {
    pub(super) fn list(&self, schema: &'a Value, asked: &Asked<'a>) -> Value {
        let items = self.one_of(&schema["items"]);
        let most = schema["maxItems"].as_u64().and_then(|most| usize::try_from(most).ok());
        let mut members = if kind(items) == "object" {
            self.objects(items, asked)
        } else {
            match asked.concept {
                Concept::Topics | Concept::Summary => {
                    self.known.report.topics().iter().map(|text| json!(text)).collect()
                }
                Concept::Rules => self.notes().iter().map(|text| json!(text)).collect(),
                Concept::NextAction => self
                    .known
                    .report
                    .next_action()
                    .map(|text| json!(text))
                    .into_iter()
                    .collect(),
                Concept::Intent => self.known.report.intents().iter().map(|text| json!(text)).collect(),
                _ => self.value(items, asked).into_iter().collect(),
            }
        };
        if let Some(choices) = items["enum"].as_array() {
            members.retain(|member| choices.contains(member));
        }
        members.truncate(most.unwrap_or(usize::MAX));
        Value::Array(members)
    }

    /// What the last message's notes come to.
    fn notes(&self) -> Vec<String> {
        let asked = self.known.conversation.said_by(Role::User).last();
        asked.map(condensed::rules).unwrap_or_default()
    }

    /// A list of objects: the lines of the dialogue if they have a text or a speaker; names and values if the names are
    /// given.
    fn objects(&self, items: &'a Value, asked: &Asked<'a>) -> Vec<Value> {
        let names: Vec<&String> = items["properties"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .collect();
        let concept_of_any = |wanted: Concept| names.iter().any(|name| concept::of(name, "") == wanted);
        let key = names
            .iter()
            .find(|name| matches!(name.as_str(), "name" | "field" | "key" | "property"))
            .filter(|_| concept_of_any(Concept::Value));
        if let Some(key) = key {
            return self.pairs(items, key, asked);
        }
        if !concept_of_any(Concept::Speaker) && !concept_of_any(Concept::Value) {
            return vec![];
        }
        let lines = self.known.lines.iter();
        lines
            .map(|line| {
                let each = Asked {
                    line: Some(line),
                    ..asked.clone()
                };
                Value::Object(self.properties(items, &each))
            })
            .collect()
    }

    /// `[{"name": "email", "value": ...}, ...]` for the names that the schema or the prompt lists.
    fn pairs(&self, items: &'a Value, key: &'a str, asked: &Asked<'a>) -> Vec<Value> {
        let properties = &items["properties"];
        let choices = self.resolved(&properties[key])["enum"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let given = choices
            .iter()
            .filter_map(Value::as_str)
            .map(|name| (name.to_owned(), String::new()));
        let mut names: Vec<(String, String)> = given.collect();
        if names.is_empty() {
            names = shape::listed(&self.known.conversation.system).collect();
        }
        let mut pairs = vec![];
        for (name, about) in names {
            let mut pair = Map::new();
            let mut is_known = false;
            for (property, schema) in properties.as_object().into_iter().flatten() {
                let concept = concept::of(property, "");
                let below = Asked {
                    name: "",
                    description: format!("{name} {about}"),
                    concept: if concept == Concept::Value {
                        concept::of(&name, &about)
                    } else {
                        concept
                    },
                    depth: asked.depth + 1,
                    line: None,
                };
                let value = if property == key {
                    Some(json!(name))
                } else {
                    self.value(schema, &below)
                };
                is_known |= concept == Concept::Value && value.is_some();
                pair.insert(property.clone(), value.unwrap_or_else(|| self.empty(schema, &below)));
            }
            if is_known {
                pairs.push(Value::Object(pair));
            }
        }
        pairs
    }
}

/// What one line has for a property: what it came with under that name, its words, or its speaker.
pub(super) fn in_line(line: &Line, asked: &Asked<'_>) -> Option<String> {
    match asked.concept {
        Concept::Speaker => Some(
            match (line.label.clone().filter(|label| side_of(label).is_some()), line.side) {
                (Some(label), _) => label,
                (None, Side::Caller) => "caller".to_owned(),
                (None, Side::Agent) => "agent".to_owned(),
            },
        ),
        Concept::Value | Concept::Reply => Some(line.text.clone()),
        _ => match line.source.get(asked.name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    }
}

/// The choice that names a line's speaker: by the line's own label, or by its side.
pub(super) fn choice_of_line(choices: &[Value], line: &Line, asked: &Asked<'_>) -> Option<Value> {
    if asked.concept != Concept::Speaker {
        return line
            .source
            .get(asked.name)
            .filter(|value| choices.contains(value))
            .cloned();
    }
    let label = line.label.as_deref().filter(|label| side_of(label).is_some());
    label
        .and_then(|label| named(choices, label))
        .or_else(|| {
            choices
                .iter()
                .find(|choice| choice.as_str().and_then(side_of) == Some(line.side))
        })
        .cloned()
}
