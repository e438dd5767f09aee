//! Ports for servers that are told where to listen.
//!
//! A port that was free a moment ago may be somebody else's when it is used: another test's, or that of any connection to
//! somewhere, for which the system picks one from 32768 on. So these are below, and each belongs to one test process for
//! as long as it lives: a service that is killed comes back on its own.

use crate::scratch::lasting_dir;
use anyhow::{Context as _, Result};
use std::fs::File;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

/// Below those that Linux gives to connections (`net.ipv4.ip_local_port_range`).
const OURS: std::ops::Range<u16> = 20_000..32_000;

/// The locks of the ports that this process has.
static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port of this machine's own address on which nobody listens, and which nobody else is given while this process lives.
///
/// # Errors
/// When there is none, or the locks cannot be kept.
pub fn free_port() -> Result<u16> {
    let locks = lasting_dir("ports")?;
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    // Processes begin at different places, so that they seldom meet.
    let first = usize::try_from(std::process::id())?.wrapping_mul(37) + held.len();
    for n in 0..OURS.len() {
        let port = OURS.start + u16::try_from((first + n) % OURS.len())?;
        let lock = File::create(locks.join(port.to_string()))?;
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            held.push(lock);
            return Ok(port);
        }
    }
    None.context("no port is free")
}

#[cfg(test)]
mod tests {
    use super::free_port;

    #[test]
    fn nobody_is_given_a_port_twice() {
        let ports: std::collections::HashSet<u16> = (0..50).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 50);
    }
}
