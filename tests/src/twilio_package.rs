//! Packages from `PyPI`, in a Python environment below `target/tmp`: Twilio's official package, `cryptography` and
//! `zstandard`.
//!
//! They are the independent check of our protocol code and of sealed values.

use crate::scratch;
use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REQUIREMENTS: &str = include_str!("../validators/requirements.txt");

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

/// The environment's Python, after making the environment if it is not there or holds another version.
fn python() -> Result<PathBuf> {
    let directory = scratch::lasting_dir("twilio-validator")?;
    let lock = File::create(directory.join("lock"))?;
    lock.lock()?;
    let (venv, holds) = (directory.join("venv"), directory.join("holds"));
    let python = venv.join("bin/python");
    if fs::read_to_string(&holds).is_ok_and(|held| held == REQUIREMENTS) && python.is_file() {
        return Ok(python);
    }
    make(&venv)?;
    fs::write(holds, REQUIREMENTS)?;
    Ok(python)
}

fn make(venv: &Path) -> Result<()> {
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(venv)
        .output();
    match made {
        Err(error) => bail!("this test needs python3 for packages from PyPI, and cannot run it: {error}"),
        Ok(output) => succeeded(
            &output,
            "python3 -m venv (Debian, Ubuntu: apt-get install python3-venv)",
        )?,
    }
    let installed = Command::new(venv.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(REQUIREMENTS.lines())
        .output()?;
    succeeded(&installed, &format!("pip install {}", REQUIREMENTS.trim()))
}

fn succeeded(output: &Output, what: &str) -> Result<()> {
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        output.status.success(),
        "this test needs packages from PyPI, and {what} failed:\n{}",
        said()
    );
    Ok(())
}
