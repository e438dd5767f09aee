//! The binaries under test. `make test` builds them before any test runs; a test never builds one itself.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The `call-ledger` binary, of the profile that the running test was built with.
///
/// # Panics
/// When it is missing, or older than one of its sources.
#[must_use]
pub fn call_ledger() -> PathBuf {
    built("call-ledger").expect("the binary under test")
}

/// The `call-ledger-sandbox` binary, of the profile that the running test was built with.
///
/// # Panics
/// When it is missing, or older than one of its sources.
#[must_use]
pub fn sandbox() -> PathBuf {
    built("call-ledger-sandbox").expect("the binary under test")
}

/// A binary of this workspace, if it is newer than its sources.
///
/// # Errors
/// When it is missing or outdated, with the command that builds it.
pub fn built(name: &str) -> Result<PathBuf> {
    let profile = profile_dir()?;
    let binary = profile.join(name);
    let command = if profile.ends_with("release") {
        "cargo build --release --workspace --bins --bench suite"
    } else {
        "cargo build --workspace --bins --tests"
    };
    let Ok(written) = fs::metadata(&binary).and_then(|metadata| metadata.modified()) else {
        bail!("{} is not built: run `{command}` first", binary.display());
    };
    // Cargo lists the sources of each binary beside it.
    let rule = profile.join(format!("{name}.d"));
    let rule = fs::read_to_string(&rule).with_context(|| format!("cannot read {}", rule.display()))?;
    match newer_source(&rule, written) {
        Some(source) => bail!(
            "{} is older than {}: run `{command}` first",
            binary.display(),
            source.display()
        ),
        None => Ok(binary),
    }
}

/// The first prerequisite of a Makefile rule (`target: source source`) that was modified after `written`.
fn newer_source(rule: &str, written: SystemTime) -> Option<PathBuf> {
    let (_, sources) = rule.split_once(": ")?;
    // A space within a path is written as `\ `.
    let sources = sources.replace("\\ ", "\0");
    sources
        .split_whitespace()
        .map(|source| PathBuf::from(source.replace('\0', " ")))
        .find(|source| modified(source).is_some_and(|modified| modified > written))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// The directory of the running test's own profile: `target/debug` or `target/release`.
///
/// # Errors
/// When the executable does not lie in a target directory.
pub fn profile_dir() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let directory = exe.parent().context("the executable has no directory")?;
    let profile = if directory.ends_with("deps") {
        directory.parent()
    } else {
        Some(directory)
    };
    profile
        .map(Path::to_path_buf)
        .context("the executable lies in no profile's directory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn source_modified_after_the_binary_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a source.rs");
        fs::write(&source, "").unwrap();
        let written = modified(&source).unwrap();
        let escaped = source.display().to_string().replace(' ', "\\ ");
        let rule = format!("/target/debug/it: /nowhere/removed.rs {escaped}\n");
        assert_eq!(newer_source(&rule, written), None);
        assert_eq!(newer_source(&rule, written - Duration::from_secs(1)), Some(source));
    }
}
