//! Which names a certificate covers (RFC 9525 section 6.3).

use std::net::IpAddr;

use howler_model::Certificate;

/// Whether a certificate covers a name or an address.
pub(crate) fn covers(certificate: &Certificate, name: &str) -> bool {
    certificate.names.iter().any(|pattern| matches(pattern, name))
}

/// The same name or address, or a wildcard for the whole first label. A wildcard name is covered by the same wildcard.
fn matches(pattern: &str, name: &str) -> bool {
    if let Ok(address) = name.parse::<IpAddr>() {
        return pattern.parse() == Ok(address);
    }
    let name = name.trim_end_matches('.');
    match (pattern.strip_prefix("*."), name.split_once('.')) {
        (Some(parent), Some((_, rest))) => parent.contains('.') && parent.eq_ignore_ascii_case(rest),
        _ => pattern.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::certificate;

    #[test]
    fn a_wildcard_covers_one_label_and_no_more() {
        let wild =
            Certificate { names: vec!["*.example.com".into(), "192.0.2.1".into()], ..certificate("c") };
        for name in ["www.example.com", "WWW.Example.COM", "www.example.com.", "*.example.com", "192.0.2.1"] {
            assert!(covers(&wild, name), "{name}");
        }
        for name in ["example.com", "a.b.example.com", "*.b.example.com", "www.example.org", "192.0.2.2", ""]
        {
            assert!(!covers(&wild, name), "{name}");
        }
        let names = |names: &[&str]| Certificate {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ..certificate("c")
        };
        assert!(!covers(&names(&["*.com"]), "example.com"), "nobody may have all names under com");
        assert!(!covers(&names(&["w*.example.com"]), "www.example.com"), "a part of a label is no wildcard");
        assert!(!covers(&names(&["www.example.com"]), "*.example.com"));
        assert!(!covers(&names(&[]), "www.example.com"));
    }
}
