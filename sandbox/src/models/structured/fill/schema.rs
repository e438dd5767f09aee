//! Reading of a JSON Schema: type, bounds, nullability.

use serde_json::{Number, Value};

/// A string in a schema; empty if absent.
pub(super) fn text<'v>(schema: &'v Value, name: &str) -> &'v str {
    schema[name].as_str().unwrap_or_default()
}

/// The type; of several, the first that is not null.
pub(super) fn kind(schema: &Value) -> &str {
    let of_list = || {
        schema["type"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
    };
    let stated = schema["type"].as_str().or_else(of_list);
    stated.unwrap_or_else(|| {
        if schema["properties"].is_object() {
            "object"
        } else if schema["items"].is_object() {
            "array"
        } else {
            "string"
        }
    })
}

/// Whether the schema allows null.
pub(super) fn may_be_null(schema: &Value) -> bool {
    let lists_null = |value: &Value| {
        value
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
    };
    let is_null = |one: &Value| one["type"] == "null" || one.get("const") == Some(&Value::Null);
    let alternative = |name: &str| schema[name].as_array().is_some_and(|all| all.iter().any(is_null));
    schema["type"] == "null"
        || lists_null(&schema["type"])
        || schema["enum"]
            .as_array()
            .is_some_and(|choices| choices.contains(&Value::Null))
        || alternative("anyOf")
        || alternative("oneOf")
}

/// Rounds and clamps a number to the type and bounds of a schema.
pub(super) fn number(schema: &Value, value: f64) -> Value {
    let bound = |name: &str| schema[name].as_f64();
    let mut value = value;
    // Scales a score from 0 to 100 to a range such as 0 to 1 or 1 to 10.
    if let (true, Some(most)) = (value > 1.0, bound("maximum"))
        && most <= 10.0
    {
        value = value / 100.0 * most;
    }
    value = value.max(bound("minimum").unwrap_or(f64::NEG_INFINITY));
    value = value.min(bound("maximum").unwrap_or(f64::INFINITY));
    if kind(schema) == "integer" {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a number in a conversation is small; a cast saturates"
        )]
        let whole = value.round() as i64;
        return Value::Number(whole.into());
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The maximum length of an array.
pub(super) fn max_items(schema: &Value) -> usize {
    let stated = schema["maxItems"].as_u64();
    stated.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

/// Truncates a text to the schema's `maxLength`.
pub(super) fn shortened(text: String, schema: &Value) -> String {
    match schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()) {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    }
}
