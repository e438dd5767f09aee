//! Compares two states and returns the differences as JSON pointers. Pure.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A difference between two versions.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// JSON pointer into the state.
    #[schema(example = "/review/grade")]
    pub pointer: String,
    /// The old value; absent if the member was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub from: Option<Value>,
    /// The new value; absent if the member was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub to: Option<Value>,
}

/// Adds the differences of two states, leaf by leaf.
pub fn differences(pointer: &str, from: &Value, to: &Value, changes: &mut Vec<Change>) {
    match (from, to) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))).collect();
            keys.sort_unstable();
            for key in keys {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differences(&pointer, a, b, changes),
                    (a, b) => changes.push(Change {
                        pointer,
                        from: a.cloned(),
                        to: b.cloned(),
                    }),
                }
            }
        }
        (a, b) if a != b => {
            changes.push(Change {
                pointer: pointer.to_owned(),
                from: Some(a.clone()),
                to: Some(b.clone()),
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_name_the_pointers_of_changed_leaves() {
        let mut changes = Vec::new();
        let from = json!({ "a": 1, "b": { "c": null, "d": [1] }, "gone": true });
        let to = json!({ "a": 1, "b": { "c": "x", "d": [1, 2] }, "new/er": 2 });
        differences("", &from, &to, &mut changes);
        let pointers: Vec<_> = changes.iter().map(|change| change.pointer.as_str()).collect();
        assert_eq!(pointers, ["/b/c", "/b/d", "/gone", "/new~1er"]);
        assert_eq!(
            changes[2],
            Change {
                pointer: "/gone".into(),
                from: Some(json!(true)),
                to: None
            }
        );
    }
}
