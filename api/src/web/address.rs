//! The client address of a request: the peer's, or the one that trusted proxies report.

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use infra::config::{Config, IpNet};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The client address of a request, as rate limits count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Address
where
    Arc<Config>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let config = Arc::<Config>::from_ref(state);
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let address = client(peer, &parts.headers, &config.trusted_proxies);
        Ok(Self(rate_limit_key(address)))
    }
}

/// Walks the chain of `X-Forwarded-For` from the nearest hop outward and stops at the first address that is not a
/// trusted proxy: everything beyond it may have been written by the client.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let mut hops = lines
        .into_iter()
        .rev()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.rsplit(','));
    let mut address = peer;
    while is_trusted(address) {
        match hops.next().and_then(parse_hop) {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

/// Some proxies add the port, and brackets around an IPv6 address.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    let without_port = || hop.parse().ok().map(|socket: SocketAddr| socket.ip());
    let without_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    hop.parse().ok().or_else(without_port).or_else(without_brackets)
}

/// A client with one IPv6 address usually has the whole /64: all of it counts as one.
pub fn rate_limit_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn client_of(peer: &str, forwarded: &[&'static str]) -> IpAddr {
        let trusted = ["10.0.0.0/8", "127.0.0.1/32"].map(|network| network.parse().expect("a network"));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", axum::http::HeaderValue::from_static(line));
        }
        client(ip(peer), &headers, &trusted)
    }

    #[test]
    fn header_from_an_untrusted_peer_is_ignored() {
        assert_eq!(client_of("8.8.8.8", &["1.2.3.4"]), ip("8.8.8.8"));
    }

    #[test]
    fn nearest_address_that_is_no_trusted_proxy_is_the_client() {
        assert_eq!(client_of("10.1.1.1", &["1.2.3.4, 5.6.7.8"]), ip("5.6.7.8"));
        assert_eq!(client_of("10.1.1.1", &["1.2.3.4, 5.6.7.8, 10.2.2.2"]), ip("5.6.7.8"));
        assert_eq!(
            client_of("127.0.0.1", &["1.2.3.4", "5.6.7.8:4711", "10.2.2.2"]),
            ip("5.6.7.8")
        );
    }

    #[test]
    fn clients_behind_two_proxies_that_add_ports_have_their_own_addresses() {
        let through = |client: &'static str| client_of("10.1.1.1", &[client]);
        for (forwarded, client) in [
            ("203.0.113.7:51234, 10.2.2.2:443", "203.0.113.7"),
            ("203.0.113.8:51234, 10.2.2.2:443", "203.0.113.8"),
            ("[2001:db8::7]:51234, 10.2.2.2", "2001:db8::7"),
            ("[2001:db8::8], 10.2.2.2", "2001:db8::8"),
            ("\"[2001:db8::9]:443\",10.2.2.2", "2001:db8::9"),
        ] {
            assert_eq!(through(forwarded), ip(client), "{forwarded}");
        }
    }

    #[test]
    fn unreadable_hop_leaves_the_last_proxy() {
        assert_eq!(client_of("10.1.1.1", &["1.2.3.4, nonsense"]), ip("10.1.1.1"));
        assert_eq!(client_of("10.1.1.1", &[]), ip("10.1.1.1"));
    }

    #[test]
    fn ipv6_addresses_of_one_network_share_a_rate_limit() {
        assert_eq!(
            rate_limit_key(ip("2001:db8:1:2::1")),
            rate_limit_key(ip("2001:db8:1:2:ffff::9"))
        );
        assert_ne!(
            rate_limit_key(ip("2001:db8:1:2::1")),
            rate_limit_key(ip("2001:db8:1:3::1"))
        );
    }
}
