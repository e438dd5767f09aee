//! From open events to sealed ones and back: finds the personal values in a payload, whatever the event.
//!
//! It works on the JSON text itself, because every event of a rebuild passes through here. What marks a value,
//! `{"sealed":"`, cannot stand inside a JSON string (its quotes would be escaped there), so wherever it stands in what
//! serde wrote, it is the mark.

use super::compression::Codec;
use super::{KeyError, SealingKey};
use crate::events::{Params, StreamId};
use domain::Personal;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// What [`Personal`] writes before an open value.
const OPEN: &str = "{\"personal\":";
/// What stands in the log before a sealed value.
const SEALED: &str = "{\"sealed\":\"";
/// What stands in stored metadata before sealed parameters.
const SEALED_PARAMS: &str = "\"params_sealed\":\"";

/// Whether a stored text has sealed values.
pub(crate) trait SealedIn {
    fn is_sealed(&self) -> bool;
}

impl SealedIn for String {
    fn is_sealed(&self) -> bool {
        self.contains(SEALED) || self.contains(SEALED_PARAMS)
    }
}

/// What is read in the place of a value whose key is gone.
const ERASED: &str = "{\"erased\":true}";

/// What a sealed value is bound to: it does not open in another event.
fn place(stream: &StreamId, sequence: i64) -> Vec<u8> {
    format!("{}\n{}\n{sequence}", stream.aggregate_type, stream.aggregate_id).into_bytes()
}

/// Replaces every open personal value by a sealed one; by an erased one when there is no key any more.
///
/// `payload` is what `serde_json` wrote, compact.
pub(crate) fn seal_payload(
    payload: &str,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<String, serde_json::Error> {
    let place = place(stream, sequence);
    let mut sealed = String::with_capacity(payload.len() * 2);
    let mut rest = payload;
    while let Some((before, value)) = rest.split_once(OPEN) {
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<&RawValue>();
        let plain = values.next().transpose()?.map_or("null", RawValue::get);
        sealed.push_str(before);
        match key {
            Some(key) => {
                let plain = plain.as_bytes();
                sealed.extend([SEALED, &key.seal(plain, Codec::of_value(plain), &place), "\"}"]);
            }
            None => sealed.push_str(ERASED),
        }
        rest = value[values.byte_offset()..].strip_prefix('}').ok_or_else(|| {
            <serde_json::Error as serde::ser::Error>::custom("a map with the key `personal` and another is ambiguous")
        })?;
    }
    sealed.push_str(rest);
    Ok(sealed)
}

/// Replaces every sealed value by the open one; by an erased one when there is no key any more.
pub(crate) fn open_payload(
    payload: &str,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<String, KeyError> {
    let place = place(stream, sequence);
    let mut opened = String::with_capacity(payload.len());
    let mut rest = payload;
    while let Some((before, value)) = rest.split_once(SEALED) {
        let (bytes, after) = value.split_once("\"}").ok_or(KeyError::Broken)?;
        opened.push_str(before);
        match key {
            Some(key) => {
                let plain = key.open(bytes, &place)?;
                opened.extend([OPEN, std::str::from_utf8(&plain).map_err(|_| KeyError::Broken)?, "}"]);
            }
            None => opened.push_str(ERASED),
        }
        rest = after;
    }
    opened.push_str(rest);
    Ok(opened)
}

/// Seals a webhook's raw parameters as a JSON object, sorted by name, of lists of values: `{"From":["+1..."],...}`. `None` when there is no key any more: they are dropped.
pub(crate) fn seal_params(
    params: &Params,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<Option<String>, serde_json::Error> {
    let plain = Zeroizing::new(serde_json::to_vec(params)?);
    Ok(key.map(|key| key.seal(&plain, Codec::PARAMS, &place(stream, sequence))))
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
    serde_json::from_slice(&plain)
        .map(Personal::Known)
        .map_err(|_| KeyError::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn call() -> StreamId {
        StreamId::call("CA1")
    }

    /// JSON as wild as it comes, with personal values anywhere in it.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            Just(Value::from("{\"sealed\":\"look-alike\"}")),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"{]{1,6}", inner.clone(), 0..5)
                    .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
                inner.prop_map(|value| json!({ "personal": value })),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_payload_opens_to_what_was_sealed(payload in anything()) {
            let key = SealingKey::random();
            let text = payload.to_string();
            let sealed = seal_payload(&text, &call(), 3, Some(&key)).expect("seals");
            prop_assert!(!sealed.contains(OPEN));
            prop_assert!(serde_json::from_str::<Value>(&sealed).is_ok());
            prop_assert_eq!(open_payload(&sealed, &call(), 3, Some(&key)).expect("opens"), text);
        }

        #[test]
        fn without_a_key_every_payload_is_still_json(payload in anything()) {
            let sealed = seal_payload(&payload.to_string(), &call(), 3, Some(&SealingKey::random())).expect("seals");
            let erased = open_payload(&sealed, &call(), 3, None).expect("reads");
            prop_assert!(serde_json::from_str::<Value>(&erased).is_ok());
            prop_assert!(!erased.contains(SEALED));
        }
    }

    #[test]
    fn a_map_that_only_looks_personal_is_refused_and_not_half_sealed() {
        let key = SealingKey::random();
        assert!(seal_payload(r#"{"personal":1,"other":2}"#, &call(), 1, Some(&key)).is_err());
    }

    #[test]
    fn no_personal_value_stays_readable() {
        let open = r#"{"CallerTurn":{"at":1,"text":{"personal":"hello"},"list":[{"personal":{"a":["hello"]}}]}}"#;
        let sealed = seal_payload(open, &call(), 1, Some(&SealingKey::random())).expect("seals");
        assert!(!sealed.contains("hello"), "{sealed}");
    }

    #[test]
    fn without_a_key_a_value_is_sealed_as_erased_and_read_as_erased() {
        let open = r#"{"text":{"personal":"hello"}}"#;
        assert_eq!(
            seal_payload(open, &call(), 1, None).expect("seals"),
            r#"{"text":{"erased":true}}"#
        );
        let sealed = seal_payload(open, &call(), 1, Some(&SealingKey::random())).expect("seals");
        assert_eq!(
            open_payload(&sealed, &call(), 1, None).expect("reads"),
            r#"{"text":{"erased":true}}"#
        );
    }

    #[test]
    fn a_value_moved_to_another_event_does_not_open() {
        let key = SealingKey::random();
        let sealed = seal_payload(r#"{"text":{"personal":"hello"}}"#, &call(), 1, Some(&key)).expect("seals");
        assert!(open_payload(&sealed, &call(), 2, Some(&key)).is_err());
        assert!(open_payload(&sealed, &StreamId::call("CA2"), 1, Some(&key)).is_err());
    }
}
