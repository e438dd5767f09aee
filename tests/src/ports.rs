//! Ports for servers with a fixed port.
//!
//! A port that is free now may be taken by another test, or by an outgoing connection, for which the system assigns
//! ports from 32768 up. The range here is below, and a file lock reserves each port for one test process until it
//! exits, so a killed service can restart on its port.

use crate::scratch::lasting_dir;
use anyhow::{Context as _, Result};
use std::fs::File;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

/// Below Linux's ephemeral ports (`net.ipv4.ip_local_port_range`).
const PORT_RANGE: std::ops::Range<u16> = 20_000..32_000;

/// The locks of the ports reserved by this process.
static PORT_LOCKS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// Reserves a free loopback port for this process.
///
/// # Errors
/// If no port is free, or the lock files cannot be created.
pub fn free_port() -> Result<u16> {
    let locks = lasting_dir("ports")?;
    let mut held = PORT_LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    // Each process starts its search at a different port, to reduce collisions.
    let first = usize::try_from(std::process::id())?.wrapping_mul(37) + held.len();
    for n in 0..PORT_RANGE.len() {
        let port = PORT_RANGE.start + u16::try_from((first + n) % PORT_RANGE.len())?;
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
    fn free_port_returns_each_port_once() {
        let ports: std::collections::HashSet<u16> = (0..50).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 50);
    }
}
