//! A disclosed value key opens one value of the log outside this program: Python packages open it, and refuse altered
//! values.

use super::{WORDS, by_twilio, said};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::call::Call;
use harness::on_both_engines;
use harness::sealed_value::{Disclosed, Opened, open};
use harness::test_stores::TestStores;
use infra::event_store::{Params, StreamId};
use infra::keys::dictionary;
use infra::ledger::Ledger;
use std::collections::BTreeMap;

on_both_engines!(
    disclosed_value_and_params_open_in_python_and_altered_ones_are_refused,
    value_key_of_another_or_erased_stream_is_refused,
);

/// Raw parameters of a webhook: typical ones, one that repeats, and one that is not English.
fn params() -> Params {
    let phone = |role: &str, number: &str, city: &str, state: &str, zip: &str| {
        [
            ("", number),
            ("City", city),
            ("State", state),
            ("Zip", zip),
            ("Country", "US"),
        ]
        .map(|(field, value)| (format!("{role}{field}"), vec![value.to_owned()]))
    };
    let mut params = Params::new();
    for role in ["Called", "To"] {
        params.extend(phone(role, "+15055550100", "ALBUQUERQUE", "NM", "87102"));
    }
    for role in ["Caller", "From"] {
        params.extend(phone(role, "+15095550142", "SPOKANE", "WA", "99201"));
    }
    for (name, values) in [
        ("AccountSid", &["AC3f9c1d2b7a6e4850917c2e3d4f5a6b7c"][..]),
        ("ApiVersion", &["2010-04-01"]),
        ("CallSid", &["CA8e7d6c5b4a39281706f5e4d3c2b1a098"]),
        ("CallStatus", &["in-progress"]),
        ("Direction", &["inbound"]),
        ("SpeechResult", &["“Ünïcode” \"quotes\" \\ 🙂"]),
        ("Repeated", &["first", "", "first"]),
    ] {
        params.insert(name.into(), values.iter().map(|value| (*value).to_owned()).collect());
    }
    params
}

/// The sealed texts of an event's payload and metadata.
fn sealed_texts(json: &str) -> Vec<String> {
    fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (name, value) in map {
                    match value {
                        serde_json::Value::String(text) if name == "sealed" || name == "params_sealed" => {
                            found.push(text.clone());
                        }
                        _ => collect(value, found),
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&serde_json::from_str(json).unwrap(), &mut found);
    found
}

/// Every sealed value of a call, with its key.
async fn disclose(ledger: &Ledger, stream: &StreamId) -> Vec<Disclosed> {
    let dictionaries = BTreeMap::from([(1, STANDARD.encode(dictionary(1).unwrap()))]);
    let mut disclosed = Vec::new();
    for event in ledger.store().read_stream(stream, 0).await.unwrap() {
        for sealed in sealed_texts(&event.payload)
            .into_iter()
            .chain(sealed_texts(&event.metadata))
        {
            let key = ledger.keys().value_key(stream, &sealed).await.unwrap().unwrap();
            disclosed.push(Disclosed {
                sealed,
                value_key: key
                    .bytes()
                    .iter()
                    .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")),
                associated_data: format!("{}\n{}\n{}", stream.aggregate_type, stream.aggregate_id, event.sequence),
                dictionaries: dictionaries.clone(),
            });
        }
    }
    disclosed
}

async fn disclosed_value_and_params_open_in_python_and_altered_ones_are_refused(stores: TestStores) {
    let ledger = stores.ledger().await;
    let long = "The caller asks whether Thursday is possible, and if not, which day is. ".repeat(30);
    for (turn, text) in [(1, WORDS), (2, &*long)] {
        let mut metadata = by_twilio(&format!("turn {turn}"));
        metadata.params = Some(params().into());
        ledger.execute::<Call>("CA1", said(turn, text), metadata).await.unwrap();
    }
    let disclosed = disclose(&ledger, &StreamId::call("CA1")).await;
    let opened = open(&disclosed);
    for (codec, dictionary, value) in [
        (0, None, serde_json::to_string(WORDS).unwrap()),
        (1, Some(0), serde_json::to_string(&long).unwrap()),
        (1, Some(1), serde_json::to_string(&params()).unwrap()),
    ] {
        let expected = Opened::Value {
            codec,
            dictionary,
            value,
        };
        assert!(opened.contains(&expected), "{expected:?} is not in {opened:?}");
    }
    assert!(
        opened.iter().all(|opened| matches!(opened, Opened::Value { .. })),
        "{opened:?}"
    );

    let mut altered = Vec::new();
    for (index, value) in disclosed.iter().enumerate() {
        let bytes = STANDARD.decode(&value.sealed).unwrap();
        // A byte of each part: version, commitment, codec byte, ciphertext, tag. Not of the salt, which leads from the
        // data key to the value key: with the value key nothing depends on it.
        for at in [0, 1, 32, 57, 58, bytes.len() - 16, bytes.len() - 1] {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            altered.push(Disclosed {
                sealed: STANDARD.encode(bytes),
                ..value.clone()
            });
        }
        altered.push(Disclosed {
            associated_data: "call\nCA1\n99".into(),
            ..value.clone()
        });
        let other = &disclosed[(index + 1) % disclosed.len()];
        altered.push(Disclosed {
            value_key: other.value_key.clone(),
            ..value.clone()
        });
    }
    for (altered, opened) in altered.iter().zip(open(&altered)) {
        assert!(
            matches!(opened, Opened::Refused { .. }),
            "{altered:?} opens: {opened:?}"
        );
    }
}

async fn value_key_of_another_or_erased_stream_is_refused(stores: TestStores) {
    let ledger = stores.ledger().await;
    for call in ["CA1", "CA2"] {
        ledger
            .execute::<Call>(call, said(1, WORDS), by_twilio(call))
            .await
            .unwrap();
    }
    let (one, two) = (StreamId::call("CA1"), StreamId::call("CA2"));
    let sealed = disclose(&ledger, &one).await.remove(0).sealed;
    assert!(ledger.keys().value_key(&two, &sealed).await.is_err());
    ledger.destroy_key(&one).await.unwrap();
    assert!(ledger.keys().value_key(&one, &sealed).await.unwrap().is_none());
}
