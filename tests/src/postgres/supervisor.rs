//! The process behind the shared server: starts it, waits until nobody uses it, stops it, removes its files.

use super::cluster::{Cluster, Durability};
use super::shared::{Address, Meeting, READY, remove_leftovers};
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often to look whether anybody uses the server.
const LOOK: Duration = Duration::from_millis(500);
/// How many looks in a row must find nobody. Tests that need no database may run for a while between two that do.
const IDLE_LOOKS: u32 = 20;

/// Runs until nobody has used the server for ten seconds, or until told to end.
///
/// # Errors
/// When the server cannot be started. The reason is also written to standard output, where whoever started this reads.
pub async fn run(durability: Durability) -> Result<()> {
    let meeting = Meeting::at(durability)?;
    let alive = meeting.file("alive")?;
    alive.lock()?;
    remove_leftovers(&meeting);
    let started = Cluster::start(durability)
        .and_then(|cluster| meeting.publish(&address(&cluster)).map(|()| cluster))
        .inspect_err(|error| say(&format!("{error:#}").replace('\n', "\\n")));
    let mut cluster = started?;
    say(READY);

    let users = meeting.file("users")?;
    wait_until_unused(&users, &mut cluster).await?;
    meeting.withdraw();
    drop(cluster);
    // `alive` and `users` are let go of last: whoever comes now waited for the stop, and starts anew.
    drop((alive, users));
    Ok(())
}

fn address(cluster: &Cluster) -> Address {
    Address {
        url: cluster.url(),
        home: cluster.home().to_owned(),
    }
}

fn say(line: &str) {
    let mut stdout = std::io::stdout();
    // Nobody may be listening any more; the server is then unused, and goes.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// On return `users` is locked exclusively, unless the server ended by itself or a signal came.
async fn wait_until_unused(users: &File, cluster: &mut Cluster) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut idle = 0;
    while cluster.is_running() {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
        match users.try_lock() {
            Ok(()) if idle == IDLE_LOOKS => return Ok(()),
            Ok(()) => {
                idle += 1;
                users.unlock()?;
            }
            Err(TryLockError::WouldBlock) => idle = 0,
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Ok(())
}
