//! The official packages of OpenAI and Anthropic from `PyPI`, in a Python environment below `target/tmp`: the independent
//! check of the models' surfaces, for nobody here wrote them.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REQUIREMENTS: &str = include_str!("../validators/models_requirements.txt");
const SCRIPT: &str = include_str!("../validators/models_clients.py");

/// What the packages made of each call, in order; the script says what a call and an outcome are.
pub async fn outcomes(calls: Vec<Value>) -> Vec<Value> {
    tokio::task::spawn_blocking(move || ask(&calls))
        .await
        .expect("it does not panic")
        .expect("the official packages run")
}

fn ask(calls: &[Value]) -> Result<Vec<Value>> {
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(SCRIPT.as_bytes())?;
    let mut questions = tempfile::tempfile()?;
    for call in calls {
        serde_json::to_writer(&mut questions, call)?;
        questions.write_all(b"\n")?;
    }
    questions.rewind()?;
    let output = Command::new(python()?)
        .env("PYTHONUTF8", "1")
        .env("NO_PROXY", "*")
        .arg(script.path())
        .stdin(questions)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run Python")?;
    ensure!(output.status.success(), "the script failed: {}", output.status);
    let outcomes = String::from_utf8(output.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>()?;
    ensure!(
        outcomes.len() == calls.len(),
        "{} outcomes of {} calls",
        outcomes.len(),
        calls.len()
    );
    Ok(outcomes)
}

/// The environment's Python, after making the environment if it is not there or holds other versions.
fn python() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let target = exe
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .with_context(|| format!("{} does not lie in a cargo target directory", exe.display()))?;
    let directory = target.join("tmp/models-clients");
    fs::create_dir_all(&directory)?;
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
        Err(error) => bail!("this test needs python3 for the official packages, and cannot run it: {error}"),
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
    ensure!(
        output.status.success(),
        "this test needs the official packages, and {what} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
