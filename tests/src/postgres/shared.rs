//! One server for all test processes: who uses it, who starts it, how it is found.
//!
//! In `target/tmp/postgres-<durability>/`:
//! `users` is locked shared by every process that uses the server, exclusively by the supervisor while it stops it;
//! `alive` is locked exclusively by the supervisor for as long as it lives;
//! `starting` is locked by the process that is starting a supervisor, so that only one does;
//! `cluster.json` says where the server is.

use super::cluster::Durability;
use crate::{binaries, scratch};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What the supervisor says to whoever started it, once the server takes connections.
pub const READY: &str = "ready";

/// Where the server is.
#[derive(Debug, Serialize, Deserialize)]
pub struct Address {
    /// The superuser's URL.
    pub url: String,
    /// The directory that holds all of its files.
    pub home: PathBuf,
}

/// The files by which processes find each other.
pub struct Meeting {
    directory: PathBuf,
}

impl Meeting {
    /// The meeting place for servers of this durability.
    pub fn at(durability: Durability) -> Result<Self> {
        Ok(Self {
            directory: scratch::lasting_dir(&format!("postgres-{}", durability.as_str()))?,
        })
    }

    /// A file to lock, or to write to.
    pub fn file(&self, name: &str) -> Result<File> {
        let path = self.directory.join(name);
        File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))
    }

    /// Where the server is, or was.
    pub fn address(&self) -> Option<Address> {
        serde_json::from_slice(&fs::read(self.directory.join("cluster.json")).ok()?).ok()
    }

    /// Tells where the server is. Readers see the old file or the new one, never a half.
    pub fn publish(&self, address: &Address) -> Result<()> {
        let draft = self.directory.join("cluster.json.new");
        fs::write(&draft, serde_json::to_vec_pretty(address)?)?;
        Ok(fs::rename(draft, self.directory.join("cluster.json"))?)
    }

    /// Tells that there is no server.
    pub fn withdraw(&self) {
        let _ = fs::remove_file(self.directory.join("cluster.json"));
    }

    /// Whether a supervisor runs.
    pub fn is_alive(&self) -> Result<bool> {
        // Shared, so that two who ask at once do not take each other for the supervisor.
        match self.file("alive")?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Use of the shared server. The server stays for as long as this does, and ten seconds more.
pub struct Lease {
    /// Where it is.
    pub address: Address,
    _users: File,
    _supervisor: Option<Child>,
}

impl Lease {
    /// Joins the server, after starting it if there is none. Blocks.
    pub fn take(durability: Durability) -> Result<Self> {
        let meeting = Meeting::at(durability)?;
        let users = meeting.file("users")?;
        users.lock_shared()?;
        let starting = meeting.file("starting")?;
        starting.lock()?;
        let supervisor = if meeting.is_alive()? {
            None
        } else {
            Some(start_supervisor(&meeting, durability)?)
        };
        let address = meeting.address().context("the server runs, but does not say where")?;
        Ok(Self {
            address,
            _users: users,
            _supervisor: supervisor,
        })
    }
}

fn start_supervisor(meeting: &Meeting, durability: Durability) -> Result<Child> {
    let binary = binaries::built("test-postgres")?;
    let mut supervisor = Command::new(&binary)
        .arg(durability.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(meeting.file("supervisor.log")?)
        // Its own process group: what ends the tests (ctrl-C, a test runner's time limit) must not end what tidies up.
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    let mut said = String::new();
    if let Some(stdout) = supervisor.stdout.take() {
        BufReader::new(stdout).read_line(&mut said)?;
    }
    if said.trim() != READY {
        supervisor.wait()?;
        bail!("{}", said.trim().replace("\\n", "\n"));
    }
    Ok(supervisor)
}

/// Removes what a killed supervisor left behind.
pub fn remove_leftovers(meeting: &Meeting) {
    let Some(address) = meeting.address() else { return };
    let name = address
        .home
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if name.starts_with(super::cluster::PREFIX) && Path::new(&address.home).is_dir() {
        // A server that is still there notices that its data directory is gone, and ends.
        let _ = fs::remove_dir_all(&address.home);
    }
    meeting.withdraw();
}
