//! Who sent a request: the other end of its connection or, behind a trusted proxy, the address that the proxy names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::{IpNet, Ipv4Net};

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// The proxies in these networks.
    #[must_use]
    pub fn new(networks: &[IpNet]) -> Self {
        Self(networks.iter().copied().map(canonical).collect())
    }

    /// The sender of a request: the rightmost address that belongs to no trusted proxy. What stands to the left of it may
    /// be made up. An IPv4 address that is mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub fn sender(&self, connection: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        let peer = connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        let mut sender = peer.to_canonical();
        let named = headers.get_all(X_FORWARDED_FOR);
        // A list may be in one header or in several; the last address is the nearest.
        let named = named.rev().flat_map(|value| {
            let text = value.to_str().unwrap_or_default();
            text.rsplit(',').map(address)
        });
        for named in named {
            if !self.trusts(sender) {
                break;
            }
            let Some(named) = named else { break };
            sender = named;
        }
        sender
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address in a part of the header, which may have a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_start_matches('[').trim_end_matches(']').parse();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    alone.ok().or_else(with_port).map(|it| it.to_canonical())
}

/// The network, as IPv4 when it is mapped into IPv6.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else {
        return network;
    };
    let ip = mapped.addr().to_ipv4_mapped();
    let length = mapped.prefix_len().checked_sub(96);
    let four = ip.zip(length);
    let four = four.and_then(|(ip, length)| Ipv4Net::new(ip, length).ok());
    four.map_or(network, IpNet::V4)
}

/// The addresses that one sender has for itself: an IPv6 network of 64 bits counts as one.
#[must_use]
pub fn network_of(sender: IpAddr) -> IpAddr {
    match sender {
        IpAddr::V4(_) => sender,
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn sender(connection: &str, forwarded: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "::ffff:192.168.1.0/120", "fd00::/8"];
        let networks = networks.map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for &value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let connection = SocketAddr::new(connection.parse().unwrap(), 4711);
        TrustedProxies::new(&networks)
            .sender(Some(connection), &headers)
            .to_string()
    }

    #[test]
    fn sender_is_the_rightmost_address_that_is_no_trusted_proxy() {
        for (connection, forwarded, expected) in [
            ("203.0.113.9", &["1.1.1.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("192.168.1.7", &["::ffff:203.0.113.9"], "203.0.113.9"),
            (
                "10.0.0.1",
                &["6.6.6.6, 203.0.113.9, 10.2.2.2"],
                "203.0.113.9",
            ),
            (
                "10.0.0.1",
                &["6.6.6.6", "203.0.113.9", "10.2.2.2"],
                "203.0.113.9",
            ),
            ("fd00::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(sender(connection, forwarded), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one_sender() {
        let network = |text: &str| network_of(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
    }
}
