//! `docs/events.md` lists every event type with its fields. Its tables are checked against the examples.

use super::{Example, Stream, optional_fields, streams};
use serde_json::Value;
use std::collections::BTreeMap;

/// A field in a table of the page: `name`, `name?` where it is optional, `name **P**` where it is personal.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    is_optional: bool,
    is_personal: bool,
}

struct Row {
    is_unreleased: bool,
    fields: BTreeMap<String, Field>,
}

/// The rows of the tables whose first cell is an event type.
fn page() -> BTreeMap<String, Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");
    let page = std::fs::read_to_string(path).expect("is readable");
    let mut rows = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _, fields] = cells[..] else {
            panic!("three cells: {line}")
        };
        let event_type = name.split('`').nth(1).expect("has a name").to_owned();
        let row = Row {
            is_unreleased: name.ends_with("(unreleased)"),
            fields: fields.split(", ").filter(|field| *field != "—").map(field).collect(),
        };
        assert!(rows.insert(event_type, row).is_none(), "is listed once: {line}");
    }
    rows
}

fn field(text: &str) -> (String, Field) {
    let (name, is_personal) = match text.strip_suffix(" **P**") {
        Some(name) => (name, true),
        None => (text, false),
    };
    let (name, is_optional) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let field = Field {
        is_optional,
        is_personal,
    };
    (name.to_owned(), field)
}

fn has_personal_key(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.contains_key("personal") || map.values().any(has_personal_key),
        Value::Array(values) => values.iter().any(has_personal_key),
        _ => false,
    }
}

fn is_personal(value: &Value) -> bool {
    let map = value.as_object();
    map.is_some_and(|map| map.len() == 1 && map.contains_key("personal"))
}

/// The fields of an event type, without `at`, as they are in the code.
fn coded_fields(stream: &Stream, event_type: &str) -> BTreeMap<String, Field> {
    let personal = |name: &String| {
        let values = |example: &Example| example.fields().get(name).cloned();
        let mut values = stream.examples[event_type].iter().filter_map(values);
        values.any(|value| is_personal(&value))
    };
    optional_fields(stream, event_type)
        .into_iter()
        .filter(|(name, _)| name != "at")
        .map(|(name, is_optional)| {
            let is_personal = personal(&name);
            let field = Field {
                is_optional,
                is_personal,
            };
            (name, field)
        })
        .collect()
}

#[test]
fn page_lists_every_event_type_with_its_fields() {
    let mut page = page();
    for stream in streams() {
        for event_type in stream.types {
            let row = page.remove(*event_type);
            let row = row.unwrap_or_else(|| panic!("docs/events.md does not list {event_type}"));
            assert_eq!(
                row.fields,
                coded_fields(&stream, event_type),
                "docs/events.md: {event_type}"
            );
            assert_eq!(
                row.is_unreleased,
                !stream.is_released(event_type),
                "docs/events.md: {event_type} is marked (unreleased) exactly if it is in UNRELEASED"
            );
        }
    }
    assert!(
        page.is_empty(),
        "docs/events.md lists types that do not exist: {:?}",
        page.keys()
    );
}

#[test]
fn documented_personal_fields_are_sealed_and_no_others() {
    let page = page();
    for stream in streams() {
        for (event_type, examples) in &stream.examples {
            for (name, value) in examples.iter().flat_map(Example::fields) {
                let documented = page[event_type].fields.get(name).is_some_and(|field| field.is_personal);
                if documented {
                    assert!(
                        is_personal(value) || value.is_null(),
                        "{event_type}.{name} is in the clear"
                    );
                } else {
                    assert!(
                        !has_personal_key(value),
                        "{event_type}.{name} is not documented as personal"
                    );
                }
            }
        }
    }
}
