//! Peers from `PyPI`, in a Python environment below `target/tmp`: moto, which is an S3, and Twilio's own package.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

const REQUIREMENTS: &str = include_str!("../peers/requirements.txt");

/// A script of `tests/peers` that runs: one line of JSON in, one out. It ends when this is dropped.
pub struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub fn start(script: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
        let mut child = Command::new(python())
            .env("PYTHONUTF8", "1")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            input: child.stdin.take(),
            child,
            output,
        }
    }

    pub fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line of text");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("the peer says {line:?}; see its errors above"))
    }

    pub fn ask(&mut self, line: &str) -> serde_json::Value {
        writeln!(self.input.as_mut().expect("open"), "{line}").expect("the peer listens");
        self.line()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// The environment's Python, after making the environment if it is not there or holds other versions.
fn python() -> PathBuf {
    let directory = target_dir().join("tmp/infra-peers");
    fs::create_dir_all(&directory).expect("a folder below target");
    let lock = File::create(directory.join("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    let (venv, holds) = (directory.join("venv"), directory.join("holds"));
    let python = venv.join("bin/python");
    if !fs::read_to_string(&holds).is_ok_and(|held| held == REQUIREMENTS) || !python.is_file() {
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv)
            .output();
        let made = made.unwrap_or_else(|error| panic!("these tests need python3, and cannot run it: {error}"));
        succeeded(&made, "python3 -m venv (Debian, Ubuntu: apt-get install python3-venv)");
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(REQUIREMENTS.lines())
            .output()
            .expect("pip runs");
        succeeded(&installed, "pip install");
        fs::write(holds, REQUIREMENTS).expect("written");
    }
    python
}

fn succeeded(output: &Output, what: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "these tests need packages from PyPI, and {what} failed:\n{said}"
    );
}

/// Cargo's target directory: the nearest one above the running executable that bears cargo's tag.
pub fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().expect("an executable");
    let found = exe
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file());
    found.expect("a target directory above the executable").to_owned()
}
