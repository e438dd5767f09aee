//! Packages from `PyPI`, in a Python environment that `tools/test-cache` creates: Twilio's official package,
//! `cryptography` and `zstandard`.
//!
//! They are the independent check of our protocol code and of sealed values.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a script that reads a JSON document a line and answers each with one.
pub(crate) fn answers<Q: Serialize, A: DeserializeOwned>(script: &str, questions: &[Q]) -> Result<Vec<A>> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(script.as_bytes())?;
    let mut input = tempfile::tempfile()?;
    for question in questions {
        serde_json::to_writer(&mut input, question)?;
        input.write_all(b"\n")?;
    }
    std::io::Seek::rewind(&mut input)?;
    let output = Command::new(python()?)
        .env("PYTHONUTF8", "1")
        .arg(file.path())
        .stdin(input)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run Python")?;
    ensure!(output.status.success(), "the Python script failed: {}", output.status);
    let answers = String::from_utf8(output.stdout)?;
    let answers = answers
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<A>, _>>()?;
    ensure!(
        answers.len() == questions.len(),
        "{} answers to {} questions",
        answers.len(),
        questions.len()
    );
    Ok(answers)
}

/// The interpreter of an environment with Twilio's package, which is downloaded once.
fn python() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(tests.join("../tools/test-cache"))
        .arg("python")
        .arg(tests.join("validators/requirements.txt"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run tools/test-cache, which needs python3")?;
    ensure!(output.status.success(), "tools/test-cache failed: {}", output.status);
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
