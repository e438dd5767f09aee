//! Infers the shape of the requested JSON from the prompt if the request has no schema: from an example or from
//! property names.

use super::concept::{self, Concept};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"["`](?P<name>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)["`]"#).expect("pattern is valid"));

/// `- name (kind): description`
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^\s*[-*•]\s*["`]?(?P<name>[A-Za-z]\w*)["`]?\s*(?:\((?P<kind>[^)]*)\))?\s*:\s*(?P<about>.*)$"#)
        .expect("pattern is valid")
});

/// Every top-level JSON object or array in a text, with its byte offset.
pub(super) fn documents(text: &str) -> impl Iterator<Item = (usize, Value)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find(['{', '['])?;
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => {
                    at = start + values.byte_offset();
                    return Some((start, value));
                }
                _ => at = start + 1,
            }
        }
    })
}

/// Builds a schema from a prompt. `None` if the prompt names no property.
pub(in crate::models) fn asked_for(prompt: &str) -> Option<Value> {
    let example = documents(prompt)
        .filter_map(|(_, document)| document.is_object().then_some(document))
        .last();
    if let Some(example) = example.filter(|example| example.as_object().is_some_and(|map| !map.is_empty())) {
        // The prompt may contain the schema itself.
        let is_schema = example["type"] == "object" && example["properties"].is_object();
        return Some(if is_schema { example } else { of_example(&example) });
    }
    let quoted = QUOTED
        .captures_iter(prompt)
        .map(|found| (found["name"].to_owned(), String::new()));
    let names: Map<String, Value> = listed(prompt)
        .chain(quoted)
        .filter(|(name, _)| name != "json")
        .map(|(name, about)| {
            let kind = kind_of(&name, &about);
            (name, json!({ "type": kind, "description": about }))
        })
        .collect();
    (!names.is_empty()).then(|| json!({ "type": "object", "properties": names }))
}

/// Type of a property for which the prompt gives no type.
fn kind_of(name: &str, about: &str) -> Value {
    match concept::of(name, about) {
        Concept::Goodbye | Concept::Person => json!("boolean"),
        Concept::WordCount => json!("integer"),
        Concept::Rules => json!("array"),
        _ => json!(["string", "null"]),
    }
}

/// Property names that a prompt lists, with their descriptions.
pub(super) fn listed(prompt: &str) -> impl Iterator<Item = (String, String)> {
    LISTED.captures_iter(prompt).map(|found| {
        let kind = found.name("kind").map_or("", |kind| kind.as_str());
        (
            found["name"].to_owned(),
            format!("{kind} {}", &found["about"]).trim().to_owned(),
        )
    })
}

/// Builds a schema from an example. A value `"a | b"` lists the choices; any other text is a description.
fn of_example(example: &Value) -> Value {
    match example {
        Value::Object(map) => {
            let properties: Map<_, _> = map
                .iter()
                .map(|(name, value)| (name.clone(), of_example(value)))
                .collect();
            json!({ "type": "object", "properties": properties })
        }
        Value::Array(members) => json!({
            "type": "array",
            "items": members.first().map_or_else(|| json!({ "type": "string" }), of_example),
        }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::Null => json!({ "type": ["string", "null"] }),
        Value::String(text) => match text.split('|').map(str::trim).collect::<Vec<_>>().as_slice() {
            [_] => json!({ "description": text }),
            choices if choices.iter().all(|choice| matches!(*choice, "true" | "false")) => json!({ "type": "boolean" }),
            choices => {
                let choices: Vec<_> = choices.iter().filter(|choice| !choice.is_empty()).collect();
                json!({ "type": "string", "enum": choices })
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_gives_names_and_types() {
        let prompt =
            r#"Answer in JSON like {"summary": "two sentences", "score": 50, "mood": "good | bad", "tags": []}."#;
        let schema = asked_for(prompt).expect("an example");
        assert_eq!(schema["properties"]["score"], json!({ "type": "integer" }));
        assert_eq!(schema["properties"]["mood"]["enum"], json!(["good", "bad"]));
        assert_eq!(schema["properties"]["summary"]["description"], "two sentences");
        assert_eq!(schema["properties"]["tags"]["type"], "array");
    }

    #[test]
    fn names_are_read_from_quotes_and_lists() {
        for prompt in [
            "Give JSON with \"email\" and `order_number`.",
            "Answer in JSON:\n- email: where to write to\n- order_number (text): the number of the order",
        ] {
            let schema = asked_for(prompt).expect("names");
            let names: Vec<_> = schema["properties"]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .collect();
            assert_eq!(names, ["email", "order_number"], "{prompt}");
        }
        assert_eq!(asked_for("Answer in \"json\""), None);
    }

    #[test]
    fn malformed_json_is_skipped() {
        let found: Vec<_> = documents("{a} [1, {\"b\": [2]} {\"c\": 3} ]")
            .map(|(_, value)| value)
            .collect();
        assert_eq!(found, [json!({ "b": [2] }), json!({ "c": 3 })]);
    }
}
