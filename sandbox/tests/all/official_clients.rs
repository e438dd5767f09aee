//! The official OpenAI and Anthropic clients from `PyPI`, in a Python environment that `tools/test-cache` creates. They
//! check the models' API surfaces independently of this project.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// The interpreter of an environment with these packages, which are downloaded once.
fn python() -> Result<PathBuf> {
    let sandbox = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(sandbox.join("../tools/test-cache"))
        .arg("python")
        .arg(sandbox.join("tests/validators/models_requirements.txt"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run tools/test-cache, which needs python3")?;
    ensure!(output.status.success(), "tools/test-cache failed: {}", output.status);
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
