//! [`Connections`]: the open connections of a listener, and which of them makes room for a new one.
//!
//! A new connection is refused only if all others handle requests. Otherwise one that does not is closed: of the same
//! address if that has its share, else of the address with the most. So silent connections never shut out the telephone
//! network, which has many addresses and few connections.

use super::Limits;
use super::activity::Activity;
use crate::web::address::rate_limit_key;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// An address may have this part of all connections.
const SHARE_OF_AN_ADDRESS: usize = 4;

/// The open connections of a listener.
pub struct Connections {
    limits: Limits,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next_id: u64,
    total: usize,
    by_address: HashMap<IpAddr, HashMap<u64, Connection>>,
}

struct Connection {
    activity: Arc<Activity>,
    evicted: CancellationToken,
}

/// A connection that counts until this is dropped.
pub struct Admitted {
    connections: Arc<Connections>,
    address: IpAddr,
    id: u64,
    evicted: CancellationToken,
}

impl Connections {
    /// No connections, and what is allowed of them.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
        }
    }

    /// Admits a connection from this address. `None` if there is no room.
    pub fn admit(self: &Arc<Self>, peer: IpAddr, activity: &Arc<Activity>) -> Option<Admitted> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_proxy = self
            .limits
            .trusted_proxies
            .iter()
            .any(|network| network.contains(&peer.to_canonical()));
        let address = rate_limit_key(peer);
        let share = (self.limits.max_connections / SHARE_OF_AN_ADDRESS).max(1);
        let own = open.by_address.get(&address).map_or(0, HashMap::len);
        let has_room = if !is_proxy && own >= share {
            open.evict_of(address)
        } else {
            open.total < self.limits.max_connections || open.evict_any()
        };
        if !has_room {
            metrics::counter!("http_connections_refused_total").increment(1);
            return None;
        }
        let (id, evicted) = (open.next_id, CancellationToken::new());
        let connection = Connection {
            activity: activity.clone(),
            evicted: evicted.clone(),
        };
        open.next_id += 1;
        open.total += 1;
        open.by_address.entry(address).or_default().insert(id, connection);
        Some(Admitted {
            connections: self.clone(),
            address,
            id,
            evicted,
        })
    }
}

impl Open {
    /// Closes the connection of an address that has been unused for longest. `false` if all of them are used.
    fn evict_of(&mut self, address: IpAddr) -> bool {
        let Some(connections) = self.by_address.get(&address) else {
            return false;
        };
        let unused = connections
            .iter()
            .filter_map(|(id, connection)| Some((connection.activity.unused_since()?, *id)));
        let Some((_, id)) = unused.min() else {
            return false;
        };
        self.remove(address, id);
        true
    }

    /// Closes a connection of the address with the most, among those that have an unused one.
    fn evict_any(&mut self) -> bool {
        let mut addresses: Vec<_> = self
            .by_address
            .iter()
            .map(|(address, of)| (of.len(), *address))
            .collect();
        addresses.sort_unstable_by(|a, b| b.cmp(a));
        addresses.into_iter().any(|(_, address)| self.evict_of(address))
    }

    fn remove(&mut self, address: IpAddr, id: u64) {
        let Some(connections) = self.by_address.get_mut(&address) else {
            return;
        };
        if let Some(connection) = connections.remove(&id) {
            connection.evicted.cancel();
            self.total -= 1;
        }
        if connections.is_empty() {
            self.by_address.remove(&address);
        }
    }
}

impl Admitted {
    /// Waits until another connection needs the room.
    pub async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(self.address, self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(max_connections: usize) -> Arc<Connections> {
        Arc::new(Connections::new(Limits {
            max_connections,
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
        }))
    }

    fn admit(connections: &Arc<Connections>, address: &str) -> Option<(Admitted, Arc<Activity>)> {
        let activity = Arc::new(Activity::new());
        let admitted = connections.admit(address.parse().expect("an address"), &activity)?;
        Some((admitted, activity))
    }

    fn is_evicted(one: &(Admitted, Arc<Activity>)) -> bool {
        one.0.evicted.is_cancelled()
    }

    #[test]
    fn silent_connections_of_one_address_make_room_for_any_other() {
        let connections = connections(8);
        let silent: Vec<_> = (0..50)
            .map(|_| admit(&connections, "192.0.2.1").expect("admitted"))
            .collect();
        assert_eq!(
            silent.iter().filter(|one| !is_evicted(one)).count(),
            2,
            "a quarter of all"
        );
        let others: Vec<_> = (0..20)
            .map(|last| admit(&connections, &format!("198.51.100.{last}")).expect("admitted"))
            .collect();
        assert_eq!(
            others.iter().filter(|one| !is_evicted(one)).count(),
            7,
            "{}",
            silent.len()
        );
        drop((silent, others));
        assert_eq!(connections.open.lock().expect("open").total, 0);
        assert!(connections.open.lock().expect("open").by_address.is_empty());
    }

    #[test]
    fn connection_that_handles_a_request_is_never_closed() {
        let connections = connections(2);
        let (first, second) = (
            admit(&connections, "192.0.2.1").expect("admitted"),
            admit(&connections, "192.0.2.2"),
        );
        let second = second.expect("admitted");
        let busy = (first.1.begin_request(), second.1.begin_request());
        assert!(admit(&connections, "192.0.2.3").is_none());
        drop(busy.0);
        assert!(admit(&connections, "192.0.2.3").is_some());
        assert!(is_evicted(&first) && !is_evicted(&second));
    }

    #[test]
    fn proxy_has_all_connections() {
        let connections = connections(8);
        let of_proxy: Vec<_> = (0..8)
            .map(|_| admit(&connections, "10.1.2.3").expect("admitted"))
            .collect();
        assert!(of_proxy.iter().all(|one| !is_evicted(one)));
    }
}
