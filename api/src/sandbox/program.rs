//! `call-ledger-sandbox` as a process: how it is started, and what it says.

use anyhow::{Context as _, bail};
use infra::config::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

/// How long it may take to listen; a busy machine is slow.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);
/// How the line begins that says where it listens.
const LISTENS: &str = "telephone network: ";

/// What is needed to start it.
pub(super) struct Program {
    pub path: PathBuf,
    /// Where this service listens: requests for its public address go there, whatever that address means elsewhere.
    pub service: SocketAddr,
    pub token: Secret,
    pub account_sid: String,
    /// Without a trailing slash.
    pub public_url: String,
    /// The account's numbers, E.164.
    pub numbers: Vec<String>,
    pub application: String,
}

/// A sandbox that listens. It ends when this is dropped, or when this process ends in whatever way: then its standard input
/// is closed.
pub(super) struct Started {
    pub child: Child,
    /// Its standard input: it lives for as long as this is open. Apart, because waiting for a child closes what it has.
    pub held: Option<ChildStdin>,
    pub url: String,
}

impl Program {
    /// Where it lies, if it does so beside this program.
    pub fn beside_us() -> Option<PathBuf> {
        let path = std::env::current_exe()
            .ok()?
            .with_file_name(format!("call-ledger-sandbox{}", std::env::consts::EXE_SUFFIX));
        path.is_file().then_some(path)
    }

    /// Starts it on this port of the loopback, 0 for any, and waits until it listens.
    pub async fn start(&self, port: u16) -> anyhow::Result<Started> {
        let mut command = self.command(port);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {}", self.path.display()))?;
        let held = child.stdin.take();
        let (listens, does_listen) = oneshot::channel();
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (out, err) = (out.context("it has no output")?, err.context("it has no output")?);
        tokio::spawn(log(out, Some(listens)));
        tokio::spawn(log(err, None));
        let url = tokio::select! {
            listening = does_listen => listening.ok(),
            _ = child.wait() => None,
            () = tokio::time::sleep(LISTENS_WITHIN) => bail!("the sandbox does not say where it listens"),
        };
        let Some(url) = url else {
            let ended = child
                .wait()
                .await
                .map_or_else(|error| error.to_string(), |status| status.to_string());
            bail!("the sandbox ended at once ({ended}); its last words are above");
        };
        tracing::info!(pid = child.id(), %url, "the sandbox runs: it is the telephone network");
        Ok(Started { child, held, url })
    }

    fn command(&self, port: u16) -> Command {
        let ours = |path: &str| format!("{}{path}", self.public_url);
        let mut command = Command::new(&self.path);
        command.args(["serve", "--host", "127.0.0.1", "--until-stdin-closes"]);
        command.args(["--port", &port.to_string(), "--account-sid", &self.account_sid]);
        for number in &self.numbers {
            let (asked, told) = (ours("/twilio/inbound"), ours("/twilio/inbound-status#rc=5&rp=all"));
            command.args(["--number", &format!("{number}={asked},{told}")]);
        }
        command.args([
            "--application",
            &format!("{}={}", self.application, ours("/twilio/voice")),
        ]);
        command.args(["--route", &format!("{}=http://{}", self.public_url, self.reached())]);
        // Nothing that is configured here is its business, and nobody reads an environment from outside as they read a
        // command line.
        command.env_clear().env("TWILIO_AUTH_TOKEN", self.token.expose());
        if let Some(root) = std::env::var_os("SystemRoot") {
            // Without it Windows gives a process no sockets.
            command.env("SystemRoot", root);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.kill_on_drop(true);
        // Ctrl-C at a terminal is for us: calls that are under way may end before their network does.
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    /// Where this service is reached from this machine.
    fn reached(&self) -> SocketAddr {
        let everywhere = self.service.ip().is_unspecified();
        let ip = if everywhere {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            self.service.ip()
        };
        SocketAddr::new(ip, self.service.port())
    }
}

/// Tells what it says, line by line, as our own log does; and once, where it listens.
async fn log(said: impl AsyncRead + Unpin, mut listens: Option<oneshot::Sender<String>>) {
    let mut lines = BufReader::new(said).lines();
    // However reading ends, there is nothing more to tell.
    while let Ok(Some(line)) = lines.next_line().await {
        match line.strip_prefix(LISTENS) {
            Some(url) if listens.is_some() => {
                // Nobody waits any more when it took too long.
                let _ = listens.take().map(|listens| listens.send(url.to_owned()));
            }
            _ if !line.trim().is_empty() => tracing::info!(target: "sandbox", "{line}"),
            _ => {}
        }
    }
}
