//! One PostgreSQL server with a data directory of its own: created, started, stopped, removed. Sharing is in [`super::shared`].
//!
//! PostgreSQL refuses to run as root. When we are root, its files belong to, and it runs as, a user without rights.

use super::binaries;
use crate::ports::free_port;
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

/// Prefix of the data directories, by which leftovers of killed runs are recognized.
pub const PREFIX: &str = "call-ledger-postgres-";

/// Whether the server syncs to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// No sync: a test does not survive a power failure.
    Quick,
    /// Sync as in production: for benchmarks.
    Durable,
}

impl Durability {
    /// Name on the command line and in file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Durable => "durable",
        }
    }

    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Quick => &["fsync=off", "full_page_writes=off"],
            Self::Durable => &[
                "fsync=on",
                "shared_buffers=512MB",
                "max_wal_size=8GB",
                "checkpoint_timeout=30min",
            ],
        }
    }
}

/// A running server.
pub struct Cluster {
    server: Child,
    port: u16,
    home: TempDir,
}

impl Cluster {
    /// Creates a data directory and starts a server on it. Returns when it accepts connections.
    pub fn start(durability: Durability) -> Result<Self> {
        let binaries = binaries::find()?;
        let home = tempfile::Builder::new().prefix(PREFIX).tempdir_in(on_disk())?;
        let user = if home.path().metadata()?.uid() == 0 {
            Some(unprivileged_user()?)
        } else {
            None
        };
        if let Some(user) = user {
            chown(home.path(), Some(user.uid), Some(user.gid))?;
        }
        let data = home.path().join("data");
        let output = command(&binaries.join("initdb"), home.path(), user)
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                "--pgdata",
            ])
            .arg(&data)
            .output()?;
        ensure!(
            output.status.success(),
            "initdb failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );

        // Another process may take the free port before the server binds it.
        for _ in 0..5 {
            let port = free_port()?;
            let mut server = serve(&binaries, home.path(), user, port, durability)?;
            if wait_until_ready(&mut server, &data)? {
                return Ok(Self { server, port, home });
            }
        }
        let log = fs::read_to_string(home.path().join("log")).unwrap_or_default();
        bail!("PostgreSQL does not start:\n{log}")
    }

    /// The superuser's URL of the `postgres` database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The directory that holds all of its files.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// False once the server has ended by itself.
    pub fn is_running(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(None))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Immediate shutdown: its data is discarded.
        signal("QUIT", self.server.id());
        for _ in 0..100 {
            if !self.is_running() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Sends a signal by the shell's own `kill`: the standard library has no safe call for it.
pub fn signal(name: &str, pid: u32) {
    let _ = Command::new("/bin/sh")
        .args(["-c", &format!("kill -{name} {pid}")])
        .stderr(Stdio::null())
        .status();
}

/// `/tmp` is memory on many systems, and a server on memory says nothing about a real one.
fn on_disk() -> PathBuf {
    let chosen = std::env::var_os("TEST_POSTGRES_DIR").map(PathBuf::from);
    chosen
        .or_else(|| Some(PathBuf::from("/var/tmp")).filter(|path| path.is_dir()))
        .unwrap_or_else(std::env::temp_dir)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct User {
    uid: u32,
    gid: u32,
}

fn unprivileged_user() -> Result<User> {
    let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| user_in(&passwd, name))
        .context("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
}

fn user_in(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some(User {
        uid: fields.next()?.parse().ok()?,
        gid: fields.next()?.parse().ok()?,
    })
}

/// A command in a clean environment, run by `user` where there is one. (The standard library drops the supplementary
/// groups along with the user.)
fn command(program: &Path, home: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(home)
        .env_clear()
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

fn serve(binaries: &Path, home: &Path, user: Option<User>, port: u16, durability: Durability) -> Result<Child> {
    let setpriv = Path::new("/usr/bin/setpriv");
    let server = binaries.join("postgres");
    let mut command = if setpriv.is_file() {
        // The server shuts down with its supervisor, even if that one is killed.
        let mut command = command(setpriv, home, user);
        command.args(["--pdeathsig", "QUIT"]).arg(server);
        command
    } else {
        command(&server, home, user)
    };
    let settings = [
        "max_connections=300",
        "synchronous_commit=on",
        "listen_addresses=127.0.0.1",
        "logging_collector=off",
    ];
    for setting in settings.iter().chain(durability.settings()) {
        command.args(["-c", setting]);
    }
    command
        .arg("-D")
        .arg(home.join("data"))
        .arg("-k")
        .arg(home)
        .args(["-p", &port.to_string()]);
    let log = File::options().create(true).append(true).open(home.join("log"))?;
    command
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("cannot start postgres")
}

/// False when the server ended instead. The server reports in line 8 of `postmaster.pid` that it is ready.
fn wait_until_ready(server: &mut Child, data: &Path) -> Result<bool> {
    for _ in 0..1200 {
        let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if status.lines().nth(7).is_some_and(|word| word.trim() == "ready") {
            return Ok(true);
        }
        if server.try_wait()?.is_some() {
            return Ok(false);
        }
        sleep(Duration::from_millis(50));
    }
    server.kill()?;
    server.wait()?;
    bail!("PostgreSQL was not ready within a minute")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres-old:x:7:7::/:\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(user_in(passwd, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(user_in(passwd, "nobody"), None);
    }
}
