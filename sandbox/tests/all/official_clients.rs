//! The official OpenAI and Anthropic clients from `PyPI`, in a Python environment that `tools/test-cache` creates. They
//! check the models' API surfaces independently of this project.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

const SCRIPT: &str = include_str!("../validators/models_clients.py");

/// Runs calls through the official clients and returns an outcome for each, in order. The script documents the format
/// of calls and outcomes.
pub async fn outcomes(calls: Vec<Value>) -> Vec<Value> {
    tokio::task::spawn_blocking(move || {
        let mut running = SCRIPT_PROCESS.lock().expect("no earlier call failed");
        let script = match &mut *running {
            Some(script) => script,
            none => none.insert(ScriptProcess::start()?),
        };
        calls.iter().map(|call| script.run(call)).collect::<Result<_>>()
    })
    .await
    .expect("task does not panic")
    .expect("the official clients run")
}

/// One interpreter for all calls of a test: importing a client takes seconds.
static SCRIPT_PROCESS: Mutex<Option<ScriptProcess>> = Mutex::new(None);

/// The running script. It ends when its input is closed, with this process.
struct ScriptProcess {
    calls: ChildStdin,
    outcomes: BufReader<ChildStdout>,
}

impl ScriptProcess {
    fn start() -> Result<Self> {
        let mut script = Command::new(python()?)
            .env("PYTHONUTF8", "1")
            .env("NO_PROXY", "*")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run Python")?;
        let (calls, outcomes) = script.stdin.take().zip(script.stdout.take()).context("pipes")?;
        Ok(Self {
            calls,
            outcomes: BufReader::new(outcomes),
        })
    }

    fn run(&mut self, call: &Value) -> Result<Value> {
        writeln!(self.calls, "{call}")?;
        let mut outcome = String::new();
        self.outcomes.read_line(&mut outcome)?;
        ensure!(!outcome.is_empty(), "the script ended");
        Ok(serde_json::from_str(&outcome)?)
    }
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
