//! The documents match the code.

use crate::source_files;
use domain::agent::event::AgentEvent;
use domain::call::event::CallEvent;
use domain::callee::event::CalleeEvent;
use domain::contact::event::ContactEvent;
use domain::ledger::LedgerEvent;
use domain::phone_number::PhoneNumberEvent;
use domain::quarantine::event::QuarantineEvent;
use domain::tenant_settings::TenantSettingsEvent;
use domain::user::UserEvent;
use infra::config::Settings;
use std::path::Path;

fn guide(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_event_type_is_documented() {
    let catalogue = guide("events.md");
    for name in [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        CalleeEvent::TYPES,
        ContactEvent::TYPES,
        LedgerEvent::TYPES,
        PhoneNumberEvent::TYPES,
        QuarantineEvent::TYPES,
        TenantSettingsEvent::TYPES,
        UserEvent::TYPES,
    ]
    .concat()
    {
        assert!(
            catalogue.contains(&format!("`{name}`")),
            "docs/events.md does not list {name}"
        );
    }
}

#[test]
fn documented_event_types_exist() {
    let types = [
        CallEvent::TYPES,
        AgentEvent::TYPES,
        CalleeEvent::TYPES,
        ContactEvent::TYPES,
        LedgerEvent::TYPES,
        PhoneNumberEvent::TYPES,
        QuarantineEvent::TYPES,
        TenantSettingsEvent::TYPES,
        UserEvent::TYPES,
    ]
    .concat();
    let catalogue = guide("events.md");
    // In the tables, the first cell of a row is the event type.
    for line in catalogue.lines().filter(|line| line.starts_with("| `")) {
        let name = line.split('`').nth(1).unwrap();
        assert!(
            types.contains(&name),
            "docs/events.md lists {name}, which does not exist"
        );
    }
}

#[test]
fn source_files_named_in_the_guides_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guides = [
        "architecture.md",
        "auditors.md",
        "analysts.md",
        "operators.md",
        "events.md",
        "threats.md",
    ];
    let mut named = 0;
    for name in guides {
        for path in guide(name)
            .split('`')
            .filter(|text| text.contains('/') && Path::new(text).extension().is_some_and(|it| it == "rs"))
        {
            assert!(
                path.contains(['<', '*']) || root.join(path).is_file(),
                "docs/{name} names {path}"
            );
            named += 1;
        }
    }
    assert!(named > 50, "{named} files");
}

#[test]
fn every_setting_is_documented() {
    let operators = guide("operators.md");
    for variable in Settings::VARIABLES {
        assert!(
            operators.contains(&format!("`{variable}`")),
            "docs/operators.md does not list {variable}"
        );
    }
}

#[test]
fn openapi_document_of_the_dashboard_is_current() {
    let printed = std::process::Command::new(harness::binaries::call_ledger())
        .arg("openapi")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/openapi.json");
    let known: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        document == known,
        "the API has changed: run `call-ledger openapi > web/openapi.json`, then `npm run api` in web/"
    );
}

/// The sources of our crates.
const SOURCES: &[&str] = &[
    "domain/src",
    "infra/src",
    "projections/src",
    "engine/src",
    "api/src",
    "sandbox/src",
    "sandbox/audio/src",
    "tests/src",
];

/// rustc's `missing_docs` cannot exempt fields and variants, whose names usually suffice; this checks the other items.
#[test]
fn every_public_item_is_documented() {
    let mut findings = Vec::new();
    let mut files = 0;
    for crate_folder in SOURCES {
        for path in source_files::below(&source_files::root().join(crate_folder)) {
            files += 1;
            let source = std::fs::read_to_string(&path).unwrap();
            let lines = undocumented_items(&source);
            findings.extend(lines.iter().map(|line| format!("{}:{line}", path.display())));
        }
    }
    assert!(files > 300, "only {files} files were found");
    assert!(findings.is_empty(), "without documentation:\n{}", findings.join("\n"));
}

/// Doc tests are off (`doctest = false`): to compile none takes seconds in every run.
#[test]
fn doc_comments_contain_no_example_that_is_never_run() {
    let mut findings = Vec::new();
    let files = SOURCES
        .iter()
        .flat_map(|folder| source_files::below(&source_files::root().join(folder)));
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        let fences = source.lines().filter_map(|line| {
            let comment = line.trim_start();
            let text = comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!"))?;
            text.trim_start().strip_prefix("```")
        });
        let examples = fences
            .step_by(2)
            .filter(|language| !language.starts_with("text"))
            .count();
        if examples > 0 {
            findings.push(format!("{}: {examples}", path.display()));
        }
    }
    assert!(
        findings.is_empty(),
        "doc tests must be turned on again for: {findings:?}"
    );
}

/// Line numbers of the undocumented `pub` items of a formatted source, except modules of their own file (which are
/// documented there) and methods of types that are not `pub`.
fn undocumented_items(source: &str) -> Vec<usize> {
    const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];
    const QUALIFIERS: [&str; 3] = ["const", "async", "unsafe"];
    let restricted: Vec<&str> = source.lines().filter_map(restricted_type).collect();
    let mut undocumented = Vec::new();
    let (mut is_documented, mut is_inside_attribute, mut is_restricted) = (false, false, false);
    for (number, line) in source.lines().enumerate() {
        let code = line.trim_start();
        if line.starts_with("impl") {
            is_restricted = restricted.iter().any(|name| words(line).any(|word| word == *name));
        } else if line == "}" {
            is_restricted = false;
        }
        // Macros repeat the documentation of what they define: `$(#[$doc])*`.
        if code.starts_with("///") || code.starts_with("$(#[$") {
            is_documented = true;
        } else if code.starts_with("#[") || is_inside_attribute {
            is_inside_attribute = !code.ends_with(']');
        } else {
            if let Some(item) = code.strip_prefix("pub ") {
                let mut keywords = item.split(' ').skip_while(|word| QUALIFIERS.contains(word)).peekable();
                // `const` is a qualifier and an item.
                let is_item = item.starts_with("const ") || keywords.peek().is_some_and(|word| ITEMS.contains(word));
                let is_file = item.starts_with("mod ") && item.ends_with(';');
                if is_item && !is_file && !is_documented && !is_restricted {
                    undocumented.push(number + 1);
                }
            }
            is_documented = false;
        }
    }
    undocumented
}

/// The name of a type that is declared with less than `pub`.
fn restricted_type(line: &str) -> Option<&str> {
    let mut words = words(line).skip_while(|word| matches!(*word, "pub" | "super" | "crate" | "in"));
    let is_type = !line.starts_with("pub ") && matches!(words.next()?, "struct" | "enum");
    is_type.then(|| words.next()).flatten()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[test]
fn undocumented_item_is_found_through_attributes_and_in_impls() {
    let source = "\
/// Documented.
#[derive(
    Clone,
)]
pub struct Known {
    pub field: u8,
}

impl Known {
    #[must_use]
    pub const fn bare(&self) -> u8 {
        0
    }
}

pub(super) struct Inner;

impl Inner {
    pub fn exempt() {}
}

pub const LIMIT: u8 = 1;
pub mod elsewhere;
pub async fn run() {}
";
    assert_eq!(undocumented_items(source), [11, 22, 24]);
}
