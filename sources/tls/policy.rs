//! Where a probe may connect to, so that a name in somebody's zone cannot point it at metadata services.
//!
//! Judged on the resolved address right before connecting to exactly that address: a second look-up could differ.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// Who wants an address to be probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedBy {
    /// The user named it: private and loopback addresses are meant.
    User,
    /// It was found in data that others can write (DNS zones, load balancers).
    #[allow(dead_code, reason = "the rule stands before the first source that discovers endpoints")]
    Discovery,
}

/// Why an address is not probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refused {
    /// Link-local (metadata services), multicast, broadcast, unspecified.
    #[error("link-local, multicast and unspecified addresses are never probed")]
    Never,
    /// Private, loopback, documentation or benchmark address that nobody named.
    #[error("private addresses are probed only when they are named")]
    NotNamed,
}

/// Whether an address may be probed.
///
/// # Errors
/// The rule that forbids it.
pub(super) fn address_policy(address: IpAddr, asked_by: AskedBy) -> Result<(), Refused> {
    let address = unwrapped(address);
    if never(address) {
        return Err(Refused::Never);
    }
    match asked_by {
        AskedBy::Discovery if inside(address) => Err(Refused::NotNamed),
        _ => Ok(()),
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64, 6to4.
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
            v4.is_private() || v4.is_loopback() || v4.is_documentation() || shared || benchmark || a >= 240
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unique_local()
                || within(v6, Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32)
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

    fn policy(address: &str, asked_by: AskedBy) -> Result<(), Refused> {
        address_policy(address.parse().unwrap(), asked_by)
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
        ] {
            assert_eq!(policy(address, AskedBy::User), Err(Refused::Never), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_probed_only_when_named() {
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
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(policy(address, AskedBy::User), Ok(()), "{address}");
            assert_eq!(policy(address, AskedBy::Discovery), Err(Refused::NotNamed), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_probed() {
        for address in ["8.8.8.8", "100.128.0.1", "198.20.0.1", "2606:4700::1", "2002:808:808::1"] {
            assert_eq!(policy(address, AskedBy::Discovery), Ok(()), "{address}");
        }
    }
}
