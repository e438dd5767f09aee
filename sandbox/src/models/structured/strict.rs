//! `OpenAI`'s strict mode: every object must list all its properties as required and allow no others
//! (<https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>).

use serde_json::Value;
use std::collections::BTreeSet;

/// The reason why strict mode rejects a schema, in `OpenAI`'s wording. `None` if the schema is valid.
pub(in crate::models) fn fault(schema: &Value) -> Option<String> {
    if schema["type"] != "object" {
        return Some("schema must be a JSON Schema of 'type: \"object\"'.".to_owned());
    }
    fault_in(schema, &mut vec![])
}

fn fault_in(schema: &Value, path: &mut Vec<String>) -> Option<String> {
    let context = |path: &[String]| {
        let names: Vec<_> = path.iter().map(|name| format!("'{name}'")).collect();
        format!("In context=({})", names.join(", "))
    };
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != Value::Bool(false) {
            return Some(format!(
                "{}, 'additionalProperties' is required to be supplied and to be false.",
                context(path)
            ));
        }
        let required: BTreeSet<_> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if let Some(missing) = properties.keys().find(|name| !required.contains(name.as_str())) {
            return Some(format!(
                "{}, 'required' is required to be supplied and to be an array including every key in properties. Missing \
                 '{missing}'.",
                context(path)
            ));
        }
    } else if schema["type"] == "object" {
        return Some(format!(
            "{}, 'additionalProperties' is required to be supplied and to be false.",
            context(path)
        ));
    }
    let mut inner: Vec<(Vec<&str>, &Value)> = vec![];
    for name in ["properties", "$defs", "definitions"] {
        inner.extend(
            schema[name]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, value)| (vec![name, key.as_str()], value)),
        );
    }
    inner.extend(
        schema["anyOf"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (vec!["anyOf"], one)),
    );
    inner.extend(schema.get("items").map(|items| (vec!["items"], items)));
    for (names, value) in inner {
        let depth = path.len();
        path.extend(names.into_iter().map(ToOwned::to_owned));
        let fault = fault_in(value, path);
        path.truncate(depth);
        if fault.is_some() {
            return fault;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strict_schema_objects_must_be_closed_and_list_all_properties() {
        let inner = |extra: Value| {
            json!({
                "type": "object",
                "properties": { "inner": extra },
                "required": ["inner"],
                "additionalProperties": false,
            })
        };
        let text = json!({ "type": ["string", "null"] });
        assert_eq!(fault(&inner(text.clone())), None);
        let open = inner(json!({ "type": "object", "properties": { "a": text } }));
        assert!(
            fault(&open).is_some_and(|fault| fault.contains("('properties', 'inner')") && fault.contains("additional"))
        );
        let mut incomplete = inner(text);
        incomplete["required"] = json!([]);
        assert!(fault(&incomplete).is_some_and(|fault| fault.contains("Missing 'inner'")));
        assert!(fault(&json!({ "type": "array" })).is_some());
    }
}
