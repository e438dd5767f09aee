//! File descriptors: how many this process may have, and how many of them are for connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is not for connections: databases, files, requests to Twilio and models, sockets of listeners.
const RESERVED: usize = 256;
/// Connections are not limited further where the system has no limit.
const MAX_CONNECTIONS: usize = 50_000;
/// There are at least this many connections.
const MIN_CONNECTIONS: usize = 64;

/// Raises the limit of file descriptors to what the system allows, and returns how many connections that is enough for.
#[must_use]
pub fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "limit of file descriptors not raised");
            current
        }
    };
    let connections = connections(allowed);
    tracing::debug!(?allowed, connections, "file descriptors");
    connections
}

/// The connections that a limit of file descriptors is enough for.
fn connections(allowed: Option<u64>) -> usize {
    let allowed = allowed
        .and_then(|allowed| usize::try_from(allowed).ok())
        .unwrap_or(usize::MAX);
    // Where there are few descriptors, half of them are reserved.
    let reserved = RESERVED.min(allowed / 2);
    (allowed - reserved).clamp(MIN_CONNECTIONS, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_left_for_everything_else() {
        assert_eq!(connections(Some(1_024)), 768);
        assert_eq!(connections(Some(256)), 128);
        assert_eq!(connections(Some(100_000_000)), MAX_CONNECTIONS);
        assert_eq!(connections(None), MAX_CONNECTIONS);
    }
}
