//! Where a probe may connect to, so that a name in somebody's zone cannot point it at metadata services.
//!
//! Judged on the resolved address right before connecting to exactly that address: a second look-up could differ.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use super::network::Network;

/// Which private, loopback, documentation and benchmark addresses may be asked; public ones always may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Private {
    /// All: for endpoints that the user named.
    Any,
    /// Those of these networks: for endpoints that were found in data that others can write (DNS zones, load
    /// balancers).
    Within(Vec<Network>),
}

impl Default for Private {
    /// None.
    fn default() -> Self {
        Self::Within(Vec::new())
    }
}

impl Private {
    fn covers(&self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Within(networks) => networks.iter().any(|network| network.contains(address)),
        }
    }
}

/// Why an address is not probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refused {
    /// Link-local (metadata services), multicast, broadcast, unspecified.
    #[error("link-local, multicast and unspecified addresses are never probed")]
    Never,
    /// Private, loopback, documentation or benchmark address that nobody allowed.
    #[error("a private address that was found, not named: it is probed only if its network is allowed")]
    NotAllowed,
}

/// Whether an address may be probed.
///
/// # Errors
/// The rule that forbids it.
pub(super) fn address_policy(address: IpAddr, private: &Private) -> Result<(), Refused> {
    let address = unwrapped(address);
    if never(address) {
        return Err(Refused::Never);
    }
    match inside(address) && !private.covers(address) {
        true => Err(Refused::NotAllowed),
        false => Ok(()),
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052, RFC 8215), 6to4, Teredo.
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        [0x64, 0xff9b, 1, .., high, low] => embedded(high, low),
        [0x2001, 0, .., high, low] => embedded(!high, !low),
        _ => address,
    }
}

fn never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.octets().first() == Some(&0)
        }
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6.is_multicast()
                || v6.is_unspecified()
                || within(v6, Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32)
        }
    }
}

fn inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (18..20).contains(&b);
            let assigned = within(v4.to_ipv6_mapped(), Ipv4Addr::new(192, 0, 0, 0).to_ipv6_mapped(), 120);
            let special = shared || benchmark || assigned || a >= 240;
            special || v4.is_private() || v4.is_loopback() || v4.is_documentation()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unique_local()
                || within(v6, Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32)
                || within(v6, Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10)
        }
    }
}

fn within(address: Ipv6Addr, network: Ipv6Addr, prefix: u32) -> bool {
    let host = 128 - prefix;
    address.to_bits() >> host == network.to_bits() >> host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(address: &str, private: &Private) -> Result<(), Refused> {
        address_policy(address.parse().unwrap(), private)
    }

    #[test]
    fn metadata_and_its_disguises_are_never_probed() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "64:ff9b:1::a9fe:a9fe",
            "2001:0:1:2:3:4:5601:5601",
        ] {
            assert_eq!(policy(address, &Private::Any), Err(Refused::Never), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_probed_only_when_named_or_allowed() {
        for address in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "127.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "fc00::1",
            "192.0.0.8",
            "240.0.0.1",
            "2001:db8::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
        ] {
            assert_eq!(policy(address, &Private::Any), Ok(()), "{address}");
            assert_eq!(policy(address, &Private::default()), Err(Refused::NotAllowed), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_probed() {
        for address in ["8.8.8.8", "100.128.0.1", "198.20.0.1", "2606:4700::1", "2002:808:808::1"] {
            assert_eq!(policy(address, &Private::default()), Ok(()), "{address}");
        }
    }

    #[test]
    fn an_allowed_network_is_probed_in_every_disguise_and_metadata_never_is() {
        let within = |networks: &[&str]| {
            Private::Within(networks.iter().map(|network| network.parse().unwrap()).collect())
        };
        let ours = within(&["10.1.0.0/16", "fd00::/8"]);
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd00::1", "8.8.8.8"] {
            assert_eq!(policy(address, &ours), Ok(()), "{address}");
        }
        assert_eq!(policy("10.2.0.1", &ours), Err(Refused::NotAllowed));
        let all = within(&["0.0.0.0/0", "::/0"]);
        for address in ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0"] {
            assert_eq!(policy(address, &all), Err(Refused::Never), "{address}");
        }
    }
}
