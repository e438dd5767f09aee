//! Starts `call-ledger-sandbox` as a process and forwards its output to the log.

use anyhow::{Context as _, bail};
use infra::secret::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

/// Timeout until it listens; a busy machine is slow.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Prefix of the output line with its listening address.
const LISTENING_PREFIX: &str = "telephone network: ";

/// Parameters to start the sandbox.
pub(super) struct Program {
    pub path: PathBuf,
    /// Listening address of this service: the sandbox sends requests for the public URL there.
    pub service: SocketAddr,
    pub token: Secret,
    pub account_sid: String,
    /// Without a trailing slash.
    pub public_url: String,
    /// Numbers of the account, E.164.
    pub numbers: Vec<String>,
    pub application: String,
}

/// A listening sandbox. It exits when this is dropped or when this process ends in any way, because its standard input
/// is then closed.
pub(super) struct Started {
    pub child: Child,
    /// Its standard input; the sandbox runs while this is open. Held apart, because waiting for a child closes its own.
    pub held: Option<ChildStdin>,
    pub url: String,
}

impl Program {
    /// Path of the program, if it is next to this program.
    pub fn find() -> Option<PathBuf> {
        let path = std::env::current_exe()
            .ok()?
            .with_file_name(format!("call-ledger-sandbox{}", std::env::consts::EXE_SUFFIX));
        path.is_file().then_some(path)
    }

    /// Starts the sandbox on this loopback port, 0 for any, and waits until it listens.
    pub async fn start(&self, port: u16) -> anyhow::Result<Started> {
        let mut command = self.command(port);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {}", self.path.display()))?;
        let held = child.stdin.take();
        let (url_sender, url_receiver) = oneshot::channel();
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (out, err) = (
            out.context("its output is not piped")?,
            err.context("its output is not piped")?,
        );
        tokio::spawn(log(out, Some(url_sender)));
        tokio::spawn(log(err, None));
        let url = tokio::select! {
            url = url_receiver => url.ok(),
            _ = child.wait() => None,
            () = tokio::time::sleep(START_TIMEOUT) => bail!("the sandbox did not report its listening address in time"),
        };
        let Some(url) = url else {
            let exit_status = child
                .wait()
                .await
                .map_or_else(|error| error.to_string(), |status| status.to_string());
            bail!("the sandbox exited ({exit_status}); its output is in the log above");
        };
        tracing::info!(pid = child.id(), %url, "sandbox started");
        Ok(Started { child, held, url })
    }

    fn command(&self, port: u16) -> Command {
        let url = |path: &str| format!("{}{path}", self.public_url);
        let mut command = Command::new(&self.path);
        command.args(["serve", "--host", "127.0.0.1", "--until-stdin-closes"]);
        command.args(["--port", &port.to_string(), "--account-sid", &self.account_sid]);
        for number in &self.numbers {
            let (voice, status) = (url("/twilio/inbound"), url("/twilio/inbound-status#rc=5&rp=all"));
            command.args(["--number", &format!("{number}={voice},{status}")]);
        }
        command.args([
            "--application",
            &format!("{}={}", self.application, url("/twilio/voice")),
        ]);
        command.args([
            "--route",
            &format!("{}=http://{}", self.public_url, self.local_address()),
        ]);
        // The environment is cleared: the sandbox needs none of our settings. The token is passed by environment
        // because other users can read a command line.
        command.env_clear().env("TWILIO_AUTH_TOKEN", self.token.expose());
        if let Some(root) = std::env::var_os("SystemRoot") {
            // Windows needs it for sockets.
            command.env("SystemRoot", root);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.kill_on_drop(true);
        // Ctrl-C at a terminal must not reach the sandbox: active calls may end before their network does.
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    /// Address of this service on this machine.
    fn local_address(&self) -> SocketAddr {
        let is_unspecified = self.service.ip().is_unspecified();
        let ip = if is_unspecified {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            self.service.ip()
        };
        SocketAddr::new(ip, self.service.port())
    }
}

/// Writes its output to our log, line by line, and sends its listening address once.
async fn log(output: impl AsyncRead + Unpin, mut url_sender: Option<oneshot::Sender<String>>) {
    let mut lines = BufReader::new(output).lines();
    // A read error ends the output like its end.
    while let Ok(Some(line)) = lines.next_line().await {
        match line.strip_prefix(LISTENING_PREFIX) {
            Some(url) if url_sender.is_some() => {
                // The receiver is dropped after the start timeout.
                let _ = url_sender.take().map(|sender| sender.send(url.to_owned()));
            }
            _ if !line.trim().is_empty() => tracing::info!(target: "sandbox", "{line}"),
            _ => {}
        }
    }
}
