//! One server shared by all test processes: its users, its supervisor, its address.
//!
//! In `target/tmp/postgres-<durability>/`:
//! `users` is locked shared by every process that uses the server, exclusively by the supervisor while it stops it;
//! `alive` is locked exclusively by the supervisor for as long as it lives;
//! `starting` is locked by the process that is starting a supervisor, so that only one does;
//! `cluster.json` holds the server's address.

use super::cluster::Durability;
use crate::{binaries, scratch};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Line that the supervisor prints when the server accepts connections.
pub const READY: &str = "ready";

/// Address of the server.
#[derive(Debug, Serialize, Deserialize)]
pub struct Address {
    /// The superuser's URL.
    pub url: String,
    /// The directory that holds all of its files.
    pub home: PathBuf,
}

/// The files that processes use to find the server.
pub struct Meeting {
    directory: PathBuf,
}

impl Meeting {
    /// Folder for servers of this durability.
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

    /// Address of the server, which may have stopped.
    pub fn address(&self) -> Option<Address> {
        serde_json::from_slice(&fs::read(self.directory.join("cluster.json")).ok()?).ok()
    }

    /// Publishes the server's address. Readers see the old file or the new one, never a part.
    pub fn publish(&self, address: &Address) -> Result<()> {
        let draft = self.directory.join("cluster.json.new");
        fs::write(&draft, serde_json::to_vec_pretty(address)?)?;
        Ok(fs::rename(draft, self.directory.join("cluster.json"))?)
    }

    /// Removes the server's address.
    pub fn withdraw(&self) {
        let _ = fs::remove_file(self.directory.join("cluster.json"));
    }

    /// Whether a supervisor runs.
    pub fn is_alive(&self) -> Result<bool> {
        // Shared, so that two concurrent checks do not take each other for the supervisor.
        match self.file("alive")?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Use of the shared server. The server runs while this exists and ten seconds longer.
pub struct Lease {
    /// Its address.
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

/// Removes the leftovers of a killed supervisor.
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
