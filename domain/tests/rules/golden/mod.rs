//! Golden files: the JSON of every event type, in `tests/golden/<stream type>/<event type>.json`.
//!
//! Events are stored for ever, so the files of released event types never change. `released.sha256` holds their digests.
//! New files, and files of unreleased event types, are written by
//! `UPDATE_GOLDEN=1 cargo test -p call-ledger-domain golden_files_match_the_current_types`.

mod documented;
mod enums;
mod examples;

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use domain::Decide;
use domain::agent::{Agent, AgentEvent};
use domain::call::{Call, CallEvent};
use domain::callee::{Callee, CalleeEvent};
use domain::contact::{Contact, ContactEvent};
use domain::ledger::{Ledger, LedgerEvent};
use domain::phone_number::{PhoneNumber, PhoneNumberEvent};
use domain::quarantine::{Quarantine, QuarantineEvent};
use domain::tenant_settings::{TenantSettings, TenantSettingsEvent};
use domain::user::{User, UserEvent};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

const RULE: &str = "\
Stored events must stay readable for ever, so the golden file of a released event type never changes.
- An optional field may be added without a new version. It must not be serialized when it is absent
  (`skip_serializing_if`). Append an example that has it: UPDATE_GOLDEN=1 writes it to `<event type>.2.json`.
- A rename, a removal or a new required field needs a new event version and an upcaster. Rename the golden file to
  `<event type>.v<old version>.json`, also in `released.sha256`; UPDATE_GOLDEN=1 writes the new one. The old file must
  stay readable through the upcasters.";

/// A stream type with the examples of its events.
struct Stream {
    name: &'static str,
    types: &'static [&'static str],
    unreleased: &'static [&'static str],
    /// By event type.
    examples: BTreeMap<String, Vec<Example>>,
    /// Upcasts and parses the JSON of an event.
    parse: fn(event_type: &str, version: &str, json: Value) -> Result<Example, String>,
}

struct Example {
    version: String,
    /// With the fields in the order in which they are serialized.
    pretty: String,
    json: Value,
}

impl Example {
    fn of<Event: DomainEvent>(event: &Event) -> Self {
        Self {
            version: event.event_version(),
            pretty: serde_json::to_string_pretty(event).expect("serializes"),
            json: serde_json::to_value(event).expect("serializes"),
        }
    }

    /// The fields of the event, without its type.
    fn fields(&self) -> &serde_json::Map<String, Value> {
        let event = self.json.as_object().and_then(|event| event.values().next());
        event.and_then(Value::as_object).expect("is an event")
    }
}

fn stream<Aggregate: Decide>(
    types: &'static [&'static str],
    unreleased: &'static [&'static str],
    events: &[Aggregate::Event],
) -> Stream {
    let mut examples: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        examples.entry(event.event_type()).or_default().push(Example::of(event));
    }
    Stream {
        name: Aggregate::TYPE,
        types,
        unreleased,
        examples,
        parse: parse::<Aggregate>,
    }
}

fn parse<Aggregate: Decide>(event_type: &str, version: &str, json: Value) -> Result<Example, String> {
    let stored = SerializedEvent::new(
        "1".into(),
        1,
        Aggregate::TYPE.into(),
        event_type.into(),
        version.into(),
        json,
        Value::Null,
    );
    let upcast = Aggregate::upcasters().iter().fold(stored, |event, upcaster| {
        if upcaster.can_upcast(&event.event_type, &event.event_version) {
            upcaster.upcast(event)
        } else {
            event
        }
    });
    // As text, not as a value: values of the same name twice, or in another form, must fail here as they do in the store.
    let event: Aggregate::Event =
        serde_json::from_str(&upcast.payload.to_string()).map_err(|error| error.to_string())?;
    Ok(Example::of(&event))
}

fn streams() -> [Stream; 9] {
    [
        stream::<Agent>(AgentEvent::TYPES, AgentEvent::UNRELEASED, &examples::agent()),
        stream::<Call>(CallEvent::TYPES, CallEvent::UNRELEASED, &examples::call()),
        stream::<Callee>(CalleeEvent::TYPES, CalleeEvent::UNRELEASED, &examples::callee()),
        stream::<Contact>(ContactEvent::TYPES, ContactEvent::UNRELEASED, &examples::contact()),
        stream::<Ledger>(LedgerEvent::TYPES, LedgerEvent::UNRELEASED, &examples::ledger()),
        stream::<PhoneNumber>(
            PhoneNumberEvent::TYPES,
            PhoneNumberEvent::UNRELEASED,
            &examples::phone_number(),
        ),
        stream::<Quarantine>(
            QuarantineEvent::TYPES,
            QuarantineEvent::UNRELEASED,
            &examples::quarantine(),
        ),
        stream::<TenantSettings>(
            TenantSettingsEvent::TYPES,
            TenantSettingsEvent::UNRELEASED,
            &examples::tenant_settings(),
        ),
        stream::<User>(UserEvent::TYPES, UserEvent::UNRELEASED, &examples::user()),
    ]
}

impl Stream {
    /// The golden files that the examples of an event type make: path and text.
    ///
    /// Examples that are appended after the release go to a file of their own, since a released file does not change.
    fn expected_files(&self, event_type: &str, released: &BTreeMap<String, String>) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut examples = &self.examples[event_type][..];
        while !examples.is_empty() {
            let path = match files.len() {
                0 => format!("{}/{event_type}.json", self.name),
                others => format!("{}/{event_type}.{}.json", self.name, others + 1),
            };
            let count = if released.contains_key(&path) {
                read_examples(&path).len().clamp(1, examples.len())
            } else {
                examples.len()
            };
            let (of_file, others) = examples.split_at(count);
            files.push((path, text(of_file)));
            examples = others;
        }
        files
    }

    fn is_released(&self, event_type: &str) -> bool {
        !self.unreleased.contains(&event_type)
    }

    /// The current version of an event type.
    fn version(&self, event_type: &str) -> &str {
        &self.examples[event_type][0].version
    }

    /// The golden files on disk: path, event type, and version if the file is of an older one.
    fn files(&self) -> Vec<(String, String, Option<String>)> {
        let mut files: Vec<_> = std::fs::read_dir(folder().join(self.name))
            .expect("has golden files")
            .map(|entry| entry.expect("is readable").file_name().into_string().expect("is UTF-8"))
            .map(|file| {
                let stem = file.strip_suffix(".json").expect("is JSON");
                let (event_type, rest) = stem.split_once('.').unwrap_or((stem, ""));
                let version = rest.strip_prefix('v').map(str::to_owned);
                (format!("{}/{file}", self.name), event_type.to_owned(), version)
            })
            .collect();
        files.sort();
        files
    }
}

/// The text of a golden file: a JSON array of examples.
fn text(examples: &[Example]) -> String {
    let indented: Vec<_> = examples
        .iter()
        .map(|example| format!("  {}", indent(&example.pretty)))
        .collect();
    format!("[\n{}\n]\n", indented.join(",\n"))
}

/// Indents all lines but the first.
fn indent(text: &str) -> String {
    text.replace('\n', "\n  ")
}

fn read_examples(path: &str) -> Vec<Value> {
    let text = read(path).unwrap_or_else(|| panic!("{path} was removed.\n{RULE}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} is not a JSON array: {error}"))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(folder().join(path)).ok()
}

fn write(path: &str, text: &str) {
    let path = folder().join(path);
    std::fs::create_dir_all(path.parent().expect("has a folder")).expect("is writable");
    std::fs::write(path, text).expect("is writable");
}

pub fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writes to a string");
        hex
    })
}

/// `released.sha256`, in the format of `sha256sum`: digests by path.
fn released() -> BTreeMap<String, String> {
    let list = read("released.sha256").unwrap_or_default();
    let entry = |line: &str| {
        let (digest, path) = line.split_once("  ").expect("is a line of sha256sum");
        (path.to_owned(), digest.to_owned())
    };
    list.lines().map(entry).collect()
}

#[test]
fn golden_files_match_the_current_types() {
    let mut released = released();
    for stream in streams() {
        for event_type in stream.types {
            assert!(
                stream.examples.contains_key(*event_type),
                "{event_type} has no example in examples.rs"
            );
            for (path, text) in stream.expected_files(event_type, &released.clone()) {
                let is_same = read(&path).as_deref() == Some(&text);
                assert!(is_same || !released.contains_key(&path), "{path} is released.\n{RULE}");
                assert!(
                    is_same || is_update(),
                    "{path} is outdated or missing: UPDATE_GOLDEN=1 writes it"
                );
                if !is_same {
                    write(&path, &text);
                }
                if stream.is_released(event_type) {
                    released.insert(path, sha256(&text));
                }
            }
        }
    }
    if is_update() {
        let lines = released.iter().map(|(path, digest)| format!("{digest}  {path}\n"));
        write("released.sha256", &lines.collect::<String>());
    }
}

#[test]
fn every_golden_file_belongs_to_an_event_type() {
    let released = released();
    for stream in streams() {
        let of_type = |event_type: &&str| stream.expected_files(event_type, &released);
        let expected: BTreeSet<_> = stream.types.iter().flat_map(of_type).map(|(path, _)| path).collect();
        let mut current = BTreeSet::new();
        for (path, event_type, version) in stream.files() {
            assert!(
                stream.types.contains(&event_type.as_str()),
                "{path}: there is no such event type"
            );
            if version.is_none() {
                current.insert(path);
            }
        }
        assert_eq!(current, expected, "{}", stream.name);
    }
}

#[test]
fn golden_file_parses_and_serializes_to_the_same_text() {
    for stream in streams() {
        for (path, event_type, version) in stream.files() {
            let golden = read_examples(&path);
            assert!(!golden.is_empty(), "{path} has no example");
            let stored_as = version.as_deref().unwrap_or_else(|| stream.version(&event_type));
            for json in golden {
                let parsed = (stream.parse)(&event_type, stored_as, json.clone())
                    .unwrap_or_else(|error| panic!("{path} cannot be read: {error}.\n{RULE}"));
                if version.is_none() {
                    assert_eq!(parsed.json, json, "{path}");
                    let text = read(&path).expect("is readable");
                    assert!(text.contains(&indent(&parsed.pretty)), "{path}: order of the fields");
                }
            }
        }
    }
}

#[test]
fn released_golden_files_are_unchanged() {
    let released = released();
    for (path, digest) in &released {
        let text = read(path).unwrap_or_else(|| panic!("{path} was removed.\n{RULE}"));
        assert_eq!(&sha256(&text), digest, "{path} was changed.\n{RULE}");
    }
    for stream in streams() {
        for (path, event_type, version) in stream.files() {
            let is_released = version.is_some() || stream.is_released(&event_type);
            assert_eq!(
                released.contains_key(&path),
                is_released,
                "{path}: released.sha256 lists the released event types and only those (UPDATE_GOLDEN=1 adds one)"
            );
        }
    }
}

#[test]
fn older_versions_have_golden_files() {
    for stream in streams() {
        let files: BTreeSet<_> = stream.files().into_iter().map(|(path, ..)| path).collect();
        for event_type in stream.types {
            let first = format!("{}/{event_type}.v1.0.json", stream.name);
            let has_older = stream.version(event_type) != "1.0";
            assert!(!has_older || files.contains(&first), "{first} is missing.\n{RULE}");
        }
    }
}

#[test]
fn examples_cover_every_field_present_and_every_optional_field_absent() {
    for stream in streams() {
        for (event_type, examples) in &stream.examples {
            for (field, is_optional) in optional_fields(&stream, event_type) {
                let is_present =
                    |example: &&Example| example.fields().get(&field).is_some_and(|value| !value.is_null());
                let present = examples.iter().filter(is_present).count();
                assert!(present > 0, "{event_type}: no example has {field}");
                if is_optional {
                    assert!(present < examples.len(), "{event_type}: no example lacks {field}");
                }
            }
        }
    }
}

/// The fields of an event type, and whether each may be missing.
fn optional_fields(stream: &Stream, event_type: &str) -> BTreeMap<String, bool> {
    let mut fields = BTreeMap::new();
    for example in &stream.examples[event_type] {
        for field in example.fields().keys() {
            let mut without = example.json.clone();
            without[event_type].as_object_mut().expect("is an event").remove(field);
            let is_optional = (stream.parse)(event_type, &example.version, without).is_ok();
            fields.insert(field.clone(), is_optional);
        }
    }
    fields
}
