//! A range of addresses in CIDR notation, as somebody allows it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::error::Error;

/// Addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether an address is in it. An IPv4 address is in no range of IPv6 addresses.
    pub(super) fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && beginning(address, self.prefix) == self.beginning()
    }

    fn beginning(self) -> u128 {
        beginning(self.first, self.prefix)
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The bits of an address before its host part.
fn beginning(address: IpAddr, prefix: u32) -> u128 {
    bits(address).checked_shr(width(address) - prefix).unwrap_or(0)
}

impl fmt::Display for Network {
    /// As it is read.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.first, self.prefix)
    }
}

impl FromStr for Network {
    type Err = Error;

    /// Reads `ADDRESS/BITS`. Bits beyond those are a mistake, not a short way to say it.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Network(text.to_owned());
        let (first, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let first: IpAddr = first.parse().map_err(|_| wrong())?;
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= width(first)).ok_or_else(wrong)?;
        let back = beginning(first, prefix).checked_shl(width(first) - prefix).unwrap_or(0);
        match back == bits(first) {
            true => Ok(Self { first, prefix }),
            false => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_their_networks() {
        let within = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        for (network, address) in [
            ("10.0.0.0/8", "10.255.0.1"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("0.0.0.0/0", "192.168.0.1"),
            ("fd00::/8", "fdff::1"),
            ("::/0", "::1"),
            ("::1/128", "::1"),
        ] {
            assert!(within(network, address), "{network} {address}");
        }
        for (network, address) in [
            ("10.0.0.0/8", "11.0.0.0"),
            ("10.0.0.1/32", "10.0.0.2"),
            ("::/0", "10.0.0.1"),
            ("fd00::/8", "fe00::"),
        ] {
            assert!(!within(network, address), "{network} {address}");
        }
    }

    #[test]
    fn networks_read_back_as_they_are_written() {
        for text in ["10.0.0.0/8", "fd00::/8", "::/0"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "10/8", "::/129", "::1/0", "a/8", "10.0.0.0/-1"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
