//! Checks JSON against a schema of the OpenAPI document, strictly: every property must be described, a `oneOf` must match
//! exactly once, and a keyword that the checker does not know is an error.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Keywords that constrain nothing here.
const ANNOTATIONS: [&str; 7] = [
    "description",
    "format",
    "example",
    "title",
    "minimum",
    "default",
    "uniqueItems",
];

/// The names of the properties that a schema describes, or why the value does not match.
type Described = Result<BTreeSet<String>, String>;

/// Checks a value against a schema by name.
///
/// # Errors
/// What does not match, and where.
pub fn check(document: &Value, name: &str, value: &Value) -> Result<(), String> {
    let schema = document
        .pointer(&format!("/components/schemas/{name}"))
        .ok_or_else(|| format!("no schema {name}"))?;
    complete(document, schema, value).map_err(|problem| format!("{name}{problem}"))
}

/// The value matches, and the schema describes each of its properties.
fn complete(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let described = matches(document, schema, value)?;
    let properties = value.as_object().into_iter().flat_map(Map::keys);
    match properties.into_iter().find(|name| !described.contains(*name)) {
        Some(name) => Err(format!("/{name}: not described")),
        None => Ok(()),
    }
}

fn matches(document: &Value, schema: &Value, value: &Value) -> Described {
    let mut described = BTreeSet::new();
    for (keyword, expected) in schema.as_object().ok_or(": the schema is not an object")? {
        match keyword.as_str() {
            "$ref" => {
                let path = expected.as_str().unwrap_or_default().trim_start_matches('#');
                let target = document.pointer(path).ok_or_else(|| format!(": no schema {path}"))?;
                described.extend(matches(document, target, value)?);
            }
            "allOf" => {
                for part in list(expected) {
                    described.extend(matches(document, part, value)?);
                }
            }
            "oneOf" => described.extend(one_of(document, list(expected), value)?),
            "type" => has_type(expected, value)?,
            "enum" if list(expected).contains(value) => {}
            "enum" => return Err(format!(": {value} is none of {expected}")),
            "required" => {
                if let Some(name) = list(expected)
                    .iter()
                    .find(|name| value.get(name.as_str().unwrap_or_default()).is_none())
                {
                    return Err(format!(": {name} is missing"));
                }
            }
            "properties" => {
                for (name, property) in expected.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(name) {
                        complete(document, property, value).map_err(|problem| format!("/{name}{problem}"))?;
                    }
                    described.insert(name.clone());
                }
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    complete(document, expected, value).map_err(|problem| format!("/{name}{problem}"))?;
                    described.insert(name.clone());
                }
            }
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    complete(document, expected, &Value::from(name.as_str()))?;
                }
            }
            "items" => {
                for (n, element) in list(value).iter().enumerate() {
                    complete(document, expected, element).map_err(|problem| format!("/{n}{problem}"))?;
                }
            }
            "minItems" if list(value).len() as u64 >= expected.as_u64().unwrap_or_default() => {}
            "maxItems" if list(value).len() as u64 <= expected.as_u64().unwrap_or_default() => {}
            known if ANNOTATIONS.contains(&known) => {}
            other => {
                return Err(format!(
                    ": {other} {expected} does not hold, or is unknown to the checker"
                ));
            }
        }
    }
    Ok(described)
}

fn one_of(document: &Value, options: &[Value], value: &Value) -> Described {
    let (mut matching, mut problems) = (Vec::new(), Vec::new());
    for option in options {
        match matches(document, option, value) {
            Ok(described) => matching.push(described),
            Err(problem) => problems.push(problem),
        }
    }
    match matching.pop() {
        Some(only) if matching.is_empty() => Ok(only),
        Some(_) => Err(": several of oneOf match".to_owned()),
        None => Err(format!(": none of oneOf matches ({})", problems.join("; "))),
    }
}

fn has_type(expected: &Value, value: &Value) -> Result<(), String> {
    let types = match expected {
        Value::Array(types) => types.as_slice(),
        one => std::slice::from_ref(one),
    };
    let is = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    };
    if types.iter().any(is) {
        Ok(())
    } else {
        Err(format!(": {value} is not of type {expected}"))
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
