//! Where a request comes from: the peer's address, or what a trusted proxy says.

use crate::state::AppState;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where a request comes from, as rate limits count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub IpAddr);

impl FromRequestParts<AppState> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let told = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok());
        let address = if state.config.trust_proxy {
            told.and_then(last).unwrap_or(peer)
        } else {
            peer
        };
        Ok(Self(counted(address)))
    }
}

/// The last address in the list is the one that our own proxy saw; those before it anybody may have written.
fn last(list: &str) -> Option<IpAddr> {
    list.rsplit(',').next()?.trim().parse().ok()
}

/// Whoever has one IPv6 address has 2^64 of them: they count as one.
fn counted(address: IpAddr) -> IpAddr {
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

    #[test]
    fn only_the_last_forwarded_address_is_our_proxys_word() {
        assert_eq!(last("1.2.3.4, 5.6.7.8"), Some("5.6.7.8".parse().expect("an address")));
        assert_eq!(last("nonsense"), None);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let (a, b) = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9");
        assert_eq!(
            counted(a.parse().expect("an address")),
            counted(b.parse().expect("an address"))
        );
        assert_ne!(
            counted(a.parse().expect("an address")),
            counted("2001:db8:1:3::1".parse().expect("an address"))
        );
    }
}
