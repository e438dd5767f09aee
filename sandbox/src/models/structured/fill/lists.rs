//! Arrays: lines of the dialogue, name-value pairs, or plain strings.

use super::schema::{kind, max_items};
use super::{Filler, Target, named};
use crate::models::conversation::Role;
use crate::models::structured::concept::{self, Concept};
use crate::models::structured::condensed;
use crate::models::structured::dialogue::{Line, Side, side_of};
use crate::models::structured::shape;
use serde_json::{Map, Value, json};

impl<'a> Filler<'a> {
    pub(super) fn list(&self, schema: &'a Value, target: &Target<'a>) -> Value {
        let items = self.one_of(&schema["items"]);
        let mut members = if kind(items) == "object" {
            self.objects(items, target)
        } else {
            match target.concept {
                Concept::Rules => self.notes().iter().map(|text| json!(text)).collect(),
                _ => self.value(items, target).into_iter().collect(),
            }
        };
        if let Some(choices) = items["enum"].as_array() {
            members.retain(|member| choices.contains(member));
        }
        members.truncate(max_items(schema));
        Value::Array(members)
    }

    /// Rules derived from the notes in the last message.
    fn notes(&self) -> Vec<String> {
        let message = self.known.conversation.said_by(Role::User).last();
        message.map(condensed::rules).unwrap_or_default()
    }

    /// Fills an array of objects: with the lines of the dialogue if the items have a text or a speaker, with name-value
    /// pairs if the names are given.
    fn objects(&self, items: &'a Value, target: &Target<'a>) -> Vec<Value> {
        let names: Vec<&String> = items["properties"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .collect();
        let concept_of_any = |expected: Concept| names.iter().any(|name| concept::of(name, "") == expected);
        let key = names
            .iter()
            .find(|name| matches!(name.as_str(), "name" | "field" | "key" | "property"))
            .filter(|_| concept_of_any(Concept::Value));
        if let Some(key) = key {
            return self.pairs(items, key, target);
        }
        if !concept_of_any(Concept::Speaker) && !concept_of_any(Concept::Value) {
            return vec![];
        }
        let lines = self.known.lines.iter();
        lines
            .map(|line| {
                let each = Target {
                    line: Some(line),
                    ..target.clone()
                };
                Value::Object(self.properties(items, &each))
            })
            .collect()
    }

    /// `[{"name": "email", "value": ...}, ...]` for the names listed by the schema or the prompt.
    fn pairs(&self, items: &'a Value, key: &'a str, target: &Target<'a>) -> Vec<Value> {
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
                let below = Target {
                    name: "",
                    description: format!("{name} {about}"),
                    concept: if concept == Concept::Value {
                        concept::of(&name, &about)
                    } else {
                        concept
                    },
                    depth: target.depth + 1,
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

/// Value of a property for one line: the source field of that name, the line's text, or its speaker.
pub(super) fn in_line(line: &Line, target: &Target<'_>) -> Option<String> {
    match target.concept {
        Concept::Speaker => Some(
            match (line.label.clone().filter(|label| side_of(label).is_some()), line.side) {
                (Some(label), _) => label,
                (None, Side::Caller) => "caller".to_owned(),
                (None, Side::Agent) => "agent".to_owned(),
            },
        ),
        Concept::Value | Concept::Reply => Some(line.text.clone()),
        _ => match line.source.get(target.name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    }
}

/// The choice for a line: for a speaker, the one that matches the line's label or side; otherwise the source field.
pub(super) fn choice_of_line(choices: &[Value], line: &Line, target: &Target<'_>) -> Option<Value> {
    if target.concept != Concept::Speaker {
        return line
            .source
            .get(target.name)
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
