//! The official OpenAI and Anthropic clients from `PyPI`, in a Python environment below `target/tmp`. They check the
//! models' API surfaces independently of this project.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REQUIREMENTS: &str = include_str!("../validators/models_requirements.txt");
const SCRIPT: &str = include_str!("../validators/models_clients.py");

/// Runs calls through the official clients and returns an outcome for each, in order. The script documents the format
/// of calls and outcomes.
pub async fn outcomes(calls: Vec<Value>) -> Vec<Value> {
    tokio::task::spawn_blocking(move || run_script(&calls))
        .await
        .expect("task does not panic")
        .expect("the official clients run")
}

fn run_script(calls: &[Value]) -> Result<Vec<Value>> {
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(SCRIPT.as_bytes())?;
    let mut input = tempfile::tempfile()?;
    for call in calls {
        serde_json::to_writer(&mut input, call)?;
        input.write_all(b"\n")?;
    }
    input.rewind()?;
    let output = Command::new(python()?)
        .env("PYTHONUTF8", "1")
        .env("NO_PROXY", "*")
        .arg(script.path())
        .stdin(input)
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

/// Python of the environment, which is created if it is missing or has other versions.
fn python() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let target = exe
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .with_context(|| format!("{} is not in a cargo target directory", exe.display()))?;
    let directory = target.join("tmp/models-clients");
    fs::create_dir_all(&directory)?;
    let lock = File::create(directory.join("lock"))?;
    lock.lock()?;
    let (venv, installed_versions) = (directory.join("venv"), directory.join("installed_versions"));
    let python = venv.join("bin/python");
    if fs::read_to_string(&installed_versions).is_ok_and(|held| held == REQUIREMENTS) && python.is_file() {
        return Ok(python);
    }
    create(&venv)?;
    fs::write(installed_versions, REQUIREMENTS)?;
    Ok(python)
}

fn create(venv: &Path) -> Result<()> {
    let created = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(venv)
        .output();
    match created {
        Err(error) => bail!("this test needs python3 for the official clients, and running it failed: {error}"),
        Ok(output) => ensure_success(
            &output,
            "python3 -m venv (Debian, Ubuntu: apt-get install python3-venv)",
        )?,
    }
    let installed = Command::new(venv.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(REQUIREMENTS.lines())
        .output()?;
    ensure_success(&installed, &format!("pip install {}", REQUIREMENTS.trim()))
}

fn ensure_success(output: &Output, what: &str) -> Result<()> {
    ensure!(
        output.status.success(),
        "this test needs the official clients, and {what} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
