//! From open events to sealed ones and back: finds the personal values in a payload, whatever the event.

use super::{KeyError, SealingKey};
use crate::event_store::{Params, StreamId};
use domain::Personal;
use domain::personal::{ERASED, PERSONAL, SEALED};
use serde_json::{Map, Value};

/// What a sealed value is bound to: it does not open in another event.
fn place(stream: &StreamId, sequence: i64) -> Vec<u8> {
    format!("{}\n{}\n{sequence}", stream.aggregate_type, stream.aggregate_id).into_bytes()
}

/// Replaces every open personal value by a sealed one; by an erased one when there is no key any more.
pub(crate) fn seal_payload(payload: &mut Value, stream: &StreamId, sequence: i64, key: Option<&SealingKey>) {
    let place = place(stream, sequence);
    replace(payload, PERSONAL, &mut |plain| {
        Ok(match key {
            Some(key) => (SEALED, Value::String(key.seal(plain.to_string().as_bytes(), &place))),
            None => (ERASED, Value::Bool(true)),
        })
    })
    .expect("sealing does not fail");
}

/// Replaces every sealed value by the open one; by an erased one when there is no key any more.
pub(crate) fn open_payload(
    payload: &mut Value,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<(), KeyError> {
    let place = place(stream, sequence);
    replace(payload, SEALED, &mut |sealed| {
        let Some(key) = key else { return Ok((ERASED, Value::Bool(true))) };
        let plain = key.open(sealed.as_str().ok_or(KeyError::Broken)?, &place)?;
        Ok((PERSONAL, serde_json::from_slice(&plain).map_err(|_| KeyError::Broken)?))
    })
}

/// Seals a webhook's raw parameters. `None` when there is no key any more: they are dropped.
pub(crate) fn seal_params(
    params: &Params,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<Option<String>, serde_json::Error> {
    let plain = serde_json::to_vec(params)?;
    Ok(key.map(|key| key.seal(&plain, &place(stream, sequence))))
}

/// Opens a webhook's raw parameters.
pub(crate) fn open_params(
    sealed: &str,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<Personal<Params>, KeyError> {
    let Some(key) = key else { return Ok(Personal::Erased) };
    let plain = key.open(sealed, &place(stream, sequence))?;
    serde_json::from_slice(&plain).map(Personal::Known).map_err(|_| KeyError::Broken)
}

type Replacement<'a> = dyn FnMut(&Value) -> Result<(&'static str, Value), KeyError> + 'a;

/// Replaces each `{"<key>": value}`, a map with that one key, wherever it stands. What is inside is not looked at: a
/// personal value is opaque.
fn replace(value: &mut Value, key: &str, with: &mut Replacement<'_>) -> Result<(), KeyError> {
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(inner) = map.get(key)
            {
                let (name, replaced) = with(inner)?;
                *map = Map::from_iter([(name.to_owned(), replaced)]);
                return Ok(());
            }
            map.values_mut().try_for_each(|value| replace(value, key, with))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|value| replace(value, key, with)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call() -> StreamId {
        StreamId::call("CA1")
    }

    #[test]
    fn every_personal_value_is_sealed_and_opens_again() {
        let open = json!({"CallerTurn": {"at": 1, "text": {"personal": "hello"}, "list": [{"personal": {"a": [1]}}]}});
        let key = SealingKey::random();
        let mut payload = open.clone();
        seal_payload(&mut payload, &call(), 1, Some(&key));
        assert!(!payload.to_string().contains("hello"), "{payload}");
        open_payload(&mut payload, &call(), 1, Some(&key)).expect("opens");
        assert_eq!(payload, open);
    }

    #[test]
    fn without_a_key_a_value_reads_as_erased() {
        let key = SealingKey::random();
        let mut payload = json!({"text": {"personal": "hello"}});
        seal_payload(&mut payload, &call(), 1, Some(&key));
        open_payload(&mut payload, &call(), 1, None).expect("reads");
        assert_eq!(payload, json!({"text": {"erased": true}}));
    }

    #[test]
    fn a_value_moved_to_another_event_does_not_open() {
        let key = SealingKey::random();
        let mut payload = json!({"text": {"personal": "hello"}});
        seal_payload(&mut payload, &call(), 1, Some(&key));
        assert!(open_payload(&mut payload, &call(), 2, Some(&key)).is_err());
    }

    #[test]
    fn what_stands_inside_a_personal_value_is_never_taken_for_a_seal() {
        let key = SealingKey::random();
        let open = json!({"text": {"personal": {"sealed": "not a seal"}}});
        let mut payload = open.clone();
        seal_payload(&mut payload, &call(), 1, Some(&key));
        open_payload(&mut payload, &call(), 1, Some(&key)).expect("opens");
        assert_eq!(payload, open);
    }
}
