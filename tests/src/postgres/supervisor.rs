//! The process behind the shared server: starts it, waits until it is unused, stops it, removes its files.
//!
//! `make test` runs the test runner inside [`run_command`], so that one server serves the whole run and stops with it.
//! Without that, the first test that needs a server starts [`run`] as a process of its own.

use super::cluster::{Cluster, Durability};
use super::shared::{Address, Lease, Meeting, READY, remove_leftovers};
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// How often to check whether a process uses the server.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How many looks in a row must find no user. Tests that need no database may run for a while between two that do.
const IDLE_LOOKS: u32 = 20;

/// Runs until the server has been unused for ten seconds, or until a signal ends it.
///
/// # Errors
/// When the server cannot be started. The reason is also written to standard output, which the starting process reads.
pub async fn run(durability: Durability) -> Result<()> {
    let meeting = Meeting::at(durability)?;
    let server =
        Server::start(meeting, durability).inspect_err(|error| say(&format!("{error:#}").replace('\n', "\\n")));
    let mut server = server?;
    say(READY);
    server.wait_until_unused(IDLE_LOOKS).await
}

/// Runs a command with a server that test processes share for as long as the command runs. A server that already runs
/// is shared, too, and with `TEST_POSTGRES_URL` set none is started.
///
/// # Errors
/// When the server cannot be started, or the command cannot be run.
pub async fn run_command(durability: Durability, mut command: Command) -> Result<ExitStatus> {
    if std::env::var_os("TEST_POSTGRES_URL").is_some() {
        return finish(&mut command).await;
    }
    let meeting = Meeting::at(durability)?;
    let starting = meeting.file("starting")?;
    starting.lock()?;
    if meeting.is_alive()? {
        drop(starting);
        let _lease = Lease::take(durability)?;
        return finish(&mut command).await;
    }
    let mut server = Server::start(meeting, durability)?;
    drop(starting);
    let status = finish(&mut command).await;
    // Another run may have joined.
    server.wait_until_unused(0).await?;
    status
}

/// Waits for the command through ctrl-C, which the terminal sends to the command as well. Passes a request to end on.
async fn finish(command: &mut Command) -> Result<ExitStatus> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut child = command.spawn().context("cannot run the command")?;
    loop {
        tokio::select! {
            status = child.wait() => return Ok(status?),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => child.id().into_iter().for_each(|pid| super::signal("TERM", pid)),
        }
    }
}

/// The running server with the locks that announce it.
struct Server {
    // Fields are dropped in this order: the server stops before the locks are released, so that a process that waits for
    // them starts a new one.
    cluster: Cluster,
    meeting: Meeting,
    _alive: File,
    users: File,
}

impl Server {
    fn start(meeting: Meeting, durability: Durability) -> Result<Self> {
        let alive = meeting.file("alive")?;
        alive.lock()?;
        remove_leftovers(&meeting);
        let cluster = Cluster::start(durability)?;
        let users = meeting.file("users")?;
        meeting.publish(&address(&cluster))?;
        Ok(Self {
            cluster,
            meeting,
            _alive: alive,
            users,
        })
    }

    /// On return `users` is locked exclusively, unless the server ended by itself or a signal came.
    async fn wait_until_unused(&mut self, idle_looks: u32) -> Result<()> {
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
        let mut idle = 0;
        while self.cluster.is_running() {
            match self.users.try_lock() {
                Ok(()) if idle >= idle_looks => return Ok(()),
                Ok(()) => {
                    idle += 1;
                    self.users.unlock()?;
                }
                Err(TryLockError::WouldBlock) => idle = 0,
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            tokio::select! {
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.meeting.withdraw();
    }
}

fn address(cluster: &Cluster) -> Address {
    Address {
        url: cluster.url(),
        home: cluster.home().to_owned(),
    }
}

fn say(line: &str) {
    let mut stdout = std::io::stdout();
    // The starting process may have ended; the server is then unused and stops.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
