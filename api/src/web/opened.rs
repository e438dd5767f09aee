//! JSON of events and states for clients: personal values without the wrapper used in the log, times in RFC 3339.

use super::client_json::to_client_value;
use domain::personal::{ERASED, PERSONAL, SEALED};
use serde::Serialize;
use serde_json::Value;

/// Serializes a value: a known personal value appears plainly, an erased one as `{"erased": true}`, a time in RFC 3339.
///
/// # Errors
/// When it cannot be serialized.
pub fn opened<T: Serialize>(value: &T) -> Result<Value, serde_json::Error> {
    let mut json = to_client_value(value)?;
    open(&mut json);
    Ok(json)
}

/// Like [`opened`], for an event, without the envelope that names its type.
///
/// # Errors
/// When it cannot be serialized.
pub fn fields_of<T: Serialize>(event: &T) -> Result<Value, serde_json::Error> {
    Ok(match opened(event)? {
        Value::Object(envelope) if envelope.len() == 1 => {
            envelope.into_iter().next().map_or(Value::Null, |(_, fields)| fields)
        }
        other => other,
    })
}

fn open(json: &mut Value) {
    match json {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(value) = map.remove(PERSONAL)
            {
                *json = value;
                return;
            }
            if map.len() == 1 && map.contains_key(SEALED) {
                *json = serde_json::json!({ ERASED: true });
                return;
            }
            map.values_mut().for_each(open);
        }
        Value::Array(items) => items.iter_mut().for_each(open),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Personal;
    use serde_json::json;

    #[derive(Serialize)]
    struct Two {
        known: Personal<String>,
        erased: Personal<String>,
    }

    #[test]
    fn known_values_are_unwrapped_and_erased_values_are_marked() {
        let two = Two {
            known: "Ada".into(),
            erased: Personal::Erased,
        };
        assert_eq!(
            opened(&[two]).expect("JSON"),
            json!([{ "known": "Ada", "erased": { "erased": true } }])
        );
    }
}
