//! Twilio's own validator, from its package on `PyPI`, in a Python environment below `target/tmp`.
//!
//! It is the independent check of our signatures: nobody here wrote it.

use crate::scratch;
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REQUIREMENTS: &str = include_str!("../validators/requirements.txt");
const SCRIPT: &str = include_str!("../validators/twilio_validator.py");

/// A request that Twilio might send.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The account's auth token.
    pub token: String,
    /// The address, as Twilio knows it.
    pub url: String,
    /// What it carries.
    #[serde(flatten)]
    pub content: Content,
    /// The signature to judge; without it, one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What a request carries.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Parameters; a name may come more than once.
    Form(Vec<(String, String)>),
    /// Anything else, JSON mostly.
    Body(String),
}

/// What Twilio's package says to a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This is how it is signed.
    Signature(String),
    /// Whether its signature is right.
    Valid(bool),
}

/// Twilio's verdict on each request, in order.
///
/// # Panics
/// When Python or the package cannot be had, saying what is missing.
#[must_use]
pub fn verdicts(requests: &[Request]) -> Vec<Verdict> {
    ask(requests).expect("Twilio's validator answers")
}

fn ask(requests: &[Request]) -> Result<Vec<Verdict>> {
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(SCRIPT.as_bytes())?;
    let mut questions = tempfile::tempfile()?;
    for request in requests {
        serde_json::to_writer(&mut questions, request)?;
        questions.write_all(b"\n")?;
    }
    std::io::Seek::rewind(&mut questions)?;
    let output = Command::new(python()?)
        .env("PYTHONUTF8", "1")
        .arg(script.path())
        .stdin(questions)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run Python")?;
    ensure!(output.status.success(), "Twilio's validator failed: {}", output.status);
    let answers = String::from_utf8(output.stdout)?;
    let verdicts = answers
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Verdict>, _>>()?;
    ensure!(
        verdicts.len() == requests.len(),
        "{} answers to {} questions",
        verdicts.len(),
        requests.len()
    );
    Ok(verdicts)
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
        Err(error) => bail!("this test needs python3 for Twilio's official validator, and cannot run it: {error}"),
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
        "this test needs Twilio's official validator, and {what} failed:\n{}",
        said()
    );
    Ok(())
}
