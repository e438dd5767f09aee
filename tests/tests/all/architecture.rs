//! Checks the rules of `docs/architecture.md`: allowed imports between our crates, and forbidden dependencies.

use crate::source_files;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Our crates that each of our crates may import.
const ALLOWED_IMPORTS: &[(&str, &[&str])] = &[
    ("call-ledger-domain", &[]),
    ("call-ledger-infra", &["call-ledger-domain"]),
    ("call-ledger-projections", &["call-ledger-domain", "call-ledger-infra"]),
    (
        "call-ledger-engine",
        &["call-ledger-domain", "call-ledger-infra", "call-ledger-projections"],
    ),
    (
        "call-ledger",
        &[
            "call-ledger-domain",
            "call-ledger-infra",
            "call-ledger-projections",
            "call-ledger-engine",
        ],
    ),
    ("call-ledger-sandbox", &["call-ledger-sandbox-audio"]),
    ("call-ledger-sandbox-audio", &[]),
];

/// Dependencies that each crate must not have, to limit its responsibility.
const FORBIDDEN_DEPENDENCIES: &[(&str, &[&str])] = &[
    (
        "call-ledger-domain",
        &["tokio", "sqlx", "reqwest", "axum", "rand", "uuid", "tracing", "futures"],
    ),
    ("call-ledger-infra", &["axum", "axum-extra", "tower-http"]),
    (
        "call-ledger-projections",
        &["axum", "reqwest", "aws-sdk-s3", "tokio-tungstenite", "chacha20poly1305"],
    ),
    (
        "call-ledger-engine",
        &[
            "axum",
            "axum-extra",
            "tower-http",
            "utoipa",
            "rusqlite",
            "sqlx",
            "reqwest",
            "aws-sdk-s3",
            "tokio-tungstenite",
            "chacha20poly1305",
        ],
    ),
    ("call-ledger", &["sqlx", "aws-sdk-s3", "chacha20poly1305"]),
];

/// The direct dependencies of our crates, without dev-dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(source_files::root().join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["name"]), direct(package)))
        .collect()
}

fn direct(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn crates_import_only_from_their_left() {
    let dependencies = dependencies();
    for (package, allowed) in ALLOWED_IMPORTS {
        let ours = dependencies[*package]
            .iter()
            .filter(|name| name.starts_with("call-ledger"));
        for import in ours {
            assert!(allowed.contains(&import.as_str()), "{package} imports {import}");
        }
    }
}

#[test]
fn every_crate_is_listed() {
    let listed: BTreeSet<_> = ALLOWED_IMPORTS
        .iter()
        .map(|(package, _)| (*package).to_owned())
        .collect();
    let existing: BTreeSet<_> = dependencies()
        .into_keys()
        .filter(|name| name != "call-ledger-tests")
        .collect();
    assert_eq!(
        existing, listed,
        "a new crate needs a line in ALLOWED_IMPORTS, and in docs/architecture.md"
    );
}

/// The image is built from what `.dockerignore` names.
#[test]
fn every_workspace_member_is_in_the_image_build() {
    let read = |name: &str| std::fs::read_to_string(source_files::root().join(name)).unwrap();
    let (workspace, image) = (read("Cargo.toml"), read(".dockerignore"));
    let members = workspace.lines().find(|line| line.starts_with("members = ")).unwrap();
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.contains(&"domain"), "{members:?}");
    for member in members {
        let folder = member.split('/').next().unwrap_or(member);
        assert!(
            image.lines().any(|line| line == format!("!{folder}")),
            "{folder} is not in .dockerignore"
        );
    }
}

#[test]
fn crates_have_no_forbidden_dependency() {
    let dependencies = dependencies();
    for (package, banned) in FORBIDDEN_DEPENDENCIES {
        for name in *banned {
            assert!(!dependencies[*package].contains(*name), "{package} depends on {name}");
        }
    }
}

/// The schemas of events are for the API's document only: without the feature, the domain does not know of them.
#[test]
fn domain_depends_on_no_schema_library_unless_asked() {
    let manifest = std::fs::read_to_string(source_files::root().join("domain/Cargo.toml")).unwrap();
    let schemas: Vec<_> = manifest.lines().filter(|line| line.starts_with("utoipa")).collect();
    assert_eq!(schemas, ["utoipa = { workspace = true, optional = true }"]);
    assert!(!manifest.contains("default ="), "{manifest}");
}

#[test]
fn engine_builds_no_twiml() {
    let files = source_files::below(&source_files::root().join("engine/src"));
    assert!(!files.is_empty());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        assert!(!source.contains("twilio::twiml"), "{}", file.display());
    }
}

#[test]
fn api_contains_no_sql() {
    let files = source_files::below(&source_files::root().join("api/src"));
    assert!(!files.is_empty());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap().to_lowercase();
        for statement in ["\"select ", "\"insert into ", "\"delete from ", "\"with ", "sqlx::"] {
            assert!(!source.contains(statement), "{} contains {statement:?}", file.display());
        }
    }
}
