//! Checks the vocabulary of the repository (`docs/glossary.md`): retired identifiers and retired prose words appear in
//! no tracked file.

use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Retired identifiers and their replacements. Matched case-sensitively as whole words. Old names that are also good
/// English (`place`, `line`, `room`, `order`, `keep`, `hear`) are not listed.
const RETIRED_IDENTIFIERS: &[(&str, &str)] = &[
    // Domain.
    ("Moment", "ObservedAt"),
    ("OnCall", "CallContext"),
    ("heard.rs", "callback.rs"),
    ("Unrouted", "Quarantine"),
    ("unrouted", "quarantined, quarantined_webhooks"),
    ("CallbackUnrouted", "WebhookQuarantined"),
    ("CallbackReingested", "WebhookReingested"),
    ("twilio_unrouted_total", "twilio_quarantined_total"),
    ("OurEnd", "LocalParty"),
    ("CallFacts", "CallView"),
    ("answers.rs", "the module of CallView"),
    ("Seat", "Participant"),
    ("Seats", "Participants"),
    ("vacate", "release"),
    ("never_came", "was_not_reached"),
    ("talk.rs", "dialogue.rs"),
    ("Obey", "HonorOptOut"),
    ("Deflect", "RefuseInjection"),
    ("tells_who", "identifies_caller"),
    // Infrastructure and projections.
    ("World", "RunnerContext, in tests TestEnv"),
    ("Judge", "AppendCheck"),
    ("HeldElsewhere", "LeaseHeld"),
    ("patiently", "with_retry"),
    ("Parking", "DeadLetters"),
    ("bury", "dead_letter"),
    ("ripe", "drain_settled"),
    ("take_out", "evict"),
    ("people.db", "accounts.db"),
    ("data/views", "data/read_models"),
    ("VIEWS_DATABASE_URL", "READ_MODELS_DATABASE_URL"),
    ("PEOPLE_DATABASE_URL", "ACCOUNTS_DATABASE_URL"),
    ("TRUST_PROXY", "TRUSTED_PROXIES"),
    // API.
    ("NotNow", "JobOutcome::Retry"),
    ("Patience", "RetryPolicy"),
    ("resting.rs", "hold_recording.rs"),
    ("let_go", "hang_up_participant"),
    ("call_in", "dial_participant"),
    ("hand_back", "return_to_ai"),
    ("conclude_transfer", "complete_transfer"),
    ("Scene", "TurnContext"),
    ("Awaited", "PendingStream"),
    ("Arrived", "MediaSocket"),
    ("Ear", "ListenerSocket"),
    ("typed_calls", "text_calls"),
    ("typed-calls", "text-calls"),
    ("must_be_theirs", "ensure_own_tenant"),
    ("doors", "endpoints, routes"),
    ("knock", "login_attempt"),
    // Sandbox, tests and pages.
    ("horizon", "audio_watermark"),
    ("phone_line", "telephony"),
    ("twiml_judge", "twiml_validator"),
    ("people_who_leave", "hangup"),
    ("told.ts", "useSyncedSearch.ts"),
    ("orders.ts", "callActions.ts"),
    ("asItWas", "stateAtVersion"),
    // Constants that name neither their unit nor what they bound.
    (
        "PATIENCE",
        "a name with what it bounds, such as CONNECT_TIMEOUT or RETRY_POLICY",
    ),
    ("LOOK", "a name with what it bounds, such as POLL_INTERVAL"),
    ("AT_ONCE", "MAX_CONCURRENCY"),
    ("LONGEST", "a name with what it bounds, such as MAX_RETRY_DELAY"),
    ("LATE", "a name with what it bounds, such as MAX_LAG_EVENTS"),
];

/// Retired prose words and their replacements. Matched in any case, as whole words and as parts of identifiers.
const RETIRED_WORDS: &[(&str, &str)] = &[
    ("whoever", "the actor: the caller, the user, the process"),
    ("nobody", "the actor and a negated verb, such as `no server listens`"),
    ("somebody", "the actor: a caller, a user, another process"),
    ("told", "what happens: receives, is configured with, reports"),
    ("tells", "what happens: reports, shows, names"),
    ("minds", "models"),
    ("courier", "webhook_client"),
    ("errand", "WebhookRequest"),
];

/// Words that a file (or every file in a folder) must contain: paths by prefix.
const EXEMPT: &[(&str, &[&str])] = &[
    // The lists of this test.
    ("tests/tests/all/language.rs", &[]),
    // The service refuses to start with a setting of an earlier name; the guide says what to do.
    (
        "infra/src/config/",
        &["VIEWS_DATABASE_URL", "PEOPLE_DATABASE_URL", "TRUST_PROXY"],
    ),
    (
        "docs/operators.md",
        &["VIEWS_DATABASE_URL", "PEOPLE_DATABASE_URL", "TRUST_PROXY"],
    ),
    // The Unix user.
    ("tests/src/postgres/", &["nobody"]),
    // What callers and the assistant say, in several languages.
    ("domain/src/dialogue/", &["Moment", "somebody"]),
    ("domain/tests/intents/", &["somebody", "told"]),
];

/// Folders and files that are not ours to word: built and generated files, third-party texts, test vectors.
const SKIPPED_FOLDERS: &[&str] = &[
    ".git",
    "target",
    "data",
    "web/dist",
    "tests/judges",
    "tests/vectors",
    "tests/models",
];
const SKIPPED_FILES: &[&str] = &["Cargo.lock", "package-lock.json", "LICENSE-APACHE", "LICENSE-MIT"];

/// A retired word in a file.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    word: String,
    replacement: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            word,
            replacement,
        } = self;
        write!(f, "{path}:{line}: `{word}`: write {replacement}")
    }
}

struct Matcher {
    /// Finds the letters of every retired word in any case, also within another word: few lines have any.
    letters: Regex,
    /// Identifiers without punctuation, by name.
    identifiers: HashMap<&'static str, &'static str>,
    /// Identifiers with punctuation, such as file names.
    compounds: Vec<(&'static str, &'static str)>,
}

impl Matcher {
    fn new() -> Self {
        let (identifiers, compounds): (Vec<_>, Vec<_>) = RETIRED_IDENTIFIERS
            .iter()
            .copied()
            .partition(|(name, _)| name.chars().all(is_word_char));
        let words = RETIRED_IDENTIFIERS.iter().chain(RETIRED_WORDS);
        let words: Vec<_> = words.map(|(word, _)| regex::escape(word)).collect();
        Self {
            letters: RegexBuilder::new(&words.join("|"))
                .case_insensitive(true)
                .build()
                .expect("words"),
            identifiers: identifiers.into_iter().collect(),
            compounds,
        }
    }

    /// The retired words in a text, apart from the exemptions of its path.
    fn findings(&self, path: &str, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.letters.is_match(text) {
            return findings;
        }
        for (index, line) in text.lines().enumerate() {
            if !self.letters.is_match(line) {
                continue;
            }
            for (word, replacement) in self.matches(line) {
                if !is_exempt(path, word) {
                    findings.push(Finding {
                        path: path.to_owned(),
                        line: index + 1,
                        word: word.to_owned(),
                        replacement,
                    });
                }
            }
        }
        findings
    }

    fn matches<'a>(&self, line: &'a str) -> Vec<(&'a str, &'static str)> {
        let mut matches = Vec::new();
        for token in line.split(|c| !is_word_char(c)).filter(|token| !token.is_empty()) {
            if let Some(replacement) = self.identifiers.get(token) {
                matches.push((token, *replacement));
            }
            matches.extend(prose_words(token).filter_map(|word| {
                let retired = RETIRED_WORDS.iter().find(|(old, _)| old.eq_ignore_ascii_case(word));
                retired.map(|(_, replacement)| (word, *replacement))
            }));
        }
        for (name, replacement) in &self.compounds {
            for (start, _) in line.match_indices(name) {
                let (before, rest) = line.split_at(start);
                let (found, after) = rest.split_at(name.len());
                if !before.ends_with(is_word_char) && !after.starts_with(is_word_char) {
                    matches.push((found, *replacement));
                }
            }
        }
        matches
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of an identifier in any case: of `isTold`, `is_told` and `IS_TOLD` `is` and `told`.
fn prose_words(token: &str) -> impl Iterator<Item = &str> {
    token
        .split(|c: char| !c.is_alphabetic())
        .flat_map(|part| {
            let mut words = Vec::new();
            let (mut start, mut previous_is_lower) = (0, false);
            for (index, c) in part.char_indices() {
                if c.is_uppercase() && previous_is_lower {
                    words.push(&part[start..index]);
                    start = index;
                }
                previous_is_lower = c.is_lowercase();
            }
            words.push(&part[start..]);
            words
        })
        .filter(|word| !word.is_empty())
}

fn is_exempt(path: &str, word: &str) -> bool {
    EXEMPT.iter().any(|(prefix, words)| {
        path.starts_with(prefix) && (words.is_empty() || words.iter().any(|exempt| exempt.eq_ignore_ascii_case(word)))
    })
}

fn is_skipped(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_in = |folder: &&str| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
    SKIPPED_FILES.contains(&name) || SKIPPED_FOLDERS.iter().any(is_in) || path.contains("/node_modules/")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The repository's files, relative to its root: from git, or from the folders where there is no git.
fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files: Vec<String> = match listed {
        Ok(listed) if root().join(".git").exists() && listed.status.success() => String::from_utf8(listed.stdout)
            .unwrap()
            .split_terminator('\0')
            .map(str::to_owned)
            .collect(),
        _ => {
            let mut files = Vec::new();
            walk(&root(), "", &mut files);
            files
        }
    };
    files.retain(|path| !is_skipped(path));
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !is_skipped(&format!("{path}/")) {
            walk(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}

/// The text of a file. `None` if it is binary, or deleted and still listed by git.
fn text(path: &str) -> Option<String> {
    let bytes = std::fs::read(root().join(path)).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[test]
fn repository_contains_no_retired_word() {
    let (matcher, files) = (Matcher::new(), files());
    assert!(files.len() > 500, "only {} files were found", files.len());
    let mut findings = Vec::new();
    for path in &files {
        // A file's own name counts as its line 0.
        for mut finding in matcher.findings(path, path) {
            finding.line = 0;
            findings.push(finding);
        }
        if let Some(text) = text(path) {
            findings.extend(matcher.findings(path, &text));
        }
    }
    let report: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(
        report.is_empty(),
        "{} retired words (terms: docs/glossary.md):\n{}",
        report.len(),
        report.join("\n")
    );
}

#[test]
fn every_retired_identifier_is_found_at_its_line() {
    let matcher = Matcher::new();
    for (name, replacement) in RETIRED_IDENTIFIERS {
        let text = format!("first line\nlet x = {name};\nlast line\n");
        let finding = Finding {
            path: "a/b.rs".to_owned(),
            line: 2,
            word: (*name).to_owned(),
            replacement,
        };
        assert!(
            matcher.findings("a/b.rs", &text).contains(&finding),
            "{name} is not found"
        );
    }
}

#[test]
fn retired_identifier_within_another_word_is_not_found() {
    let matcher = Matcher::new();
    for (name, _) in RETIRED_IDENTIFIERS {
        for text in [
            format!("x{name}"),
            format!("{name}x"),
            format!("_{name}_"),
            format!("1{name}1"),
        ] {
            let found = matcher.matches(&text).iter().any(|(word, _)| word == name);
            assert!(!found, "{name} is found in {text}");
        }
    }
}

#[test]
fn retired_word_is_found_in_any_case_and_in_identifiers() {
    let matcher = Matcher::new();
    for (word, replacement) in RETIRED_WORDS {
        let upper = word.to_uppercase();
        let title = format!("{}{}", &upper[..1], &word[1..]);
        for text in [
            format!("// {title} is here"),
            format!("\"{word}.\""),
            format!("fn is_{word}_now()"),
            format!("const NOT_{upper}: u8"),
            format!("is{title}Now"),
        ] {
            let matches = matcher.matches(&text);
            assert_eq!(matches.len(), 1, "{text}: {matches:?}");
            assert!(matches[0].0.eq_ignore_ascii_case(word), "{text}: {matches:?}");
            assert_eq!(matches[0].1, *replacement);
        }
        let longer = format!("un{word}, {word}er");
        assert!(matcher.matches(&longer).is_empty(), "{longer}");
    }
}

#[test]
fn report_lists_every_finding_with_its_replacement() {
    let text = "Nobody is told\nfn let_go() {}\n";
    let report: Vec<_> = Matcher::new()
        .findings("x.md", text)
        .iter()
        .map(ToString::to_string)
        .collect();
    let replacements: BTreeMap<_, _> = RETIRED_WORDS.iter().chain(RETIRED_IDENTIFIERS).copied().collect();
    assert_eq!(
        report,
        [
            format!("x.md:1: `Nobody`: write {}", replacements["nobody"]),
            format!("x.md:1: `told`: write {}", replacements["told"]),
            format!("x.md:2: `let_go`: write {}", replacements["let_go"]),
        ]
    );
}

#[test]
fn exempt_word_is_allowed_only_in_its_file() {
    let matcher = Matcher::new();
    assert!(matcher.findings("infra/src/config/mod.rs", "TRUST_PROXY").is_empty());
    assert_eq!(matcher.findings("infra/src/config/mod.rs", "somebody").len(), 1);
    assert_eq!(matcher.findings("api/src/app.rs", "TRUST_PROXY").len(), 1);
}

#[test]
fn generated_and_third_party_files_are_skipped() {
    for path in [
        "Cargo.lock",
        "web/package-lock.json",
        "web/dist/site/index.html",
        "target/debug/x.d",
        "web/node_modules/a/b.js",
        "tests/vectors/a.json",
    ] {
        assert!(is_skipped(path), "{path}");
    }
    for path in [
        "web/openapi.json",
        "web/src/api/schema.d.ts",
        "sandbox/src/traffic/data/words.rs",
        ".github/workflows/ci.yml",
    ] {
        assert!(!is_skipped(path), "{path}");
    }
}
