//! Peers from `PyPI` in a Python environment created by `tools/test-cache`: moto, an S3 server, and Twilio's own
//! package.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running script of `tests/peers`, which answers each input line with one line of JSON. It ends when this is
/// dropped.
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
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON from the peer: {line:?}; see its errors above"))
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

/// The interpreter of an environment with the required packages, which are downloaded once.
fn python() -> PathBuf {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(infra.join("../tools/test-cache"))
        .arg("python")
        .arg(infra.join("tests/peers/requirements.txt"))
        .stderr(Stdio::inherit())
        .output()
        .expect("tools/test-cache runs, which needs python3");
    assert!(output.status.success(), "tools/test-cache failed: {}", output.status);
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}
