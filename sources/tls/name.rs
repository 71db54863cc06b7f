//! Whether a certificate covers the name that was asked for, judged apart from trust.

use std::net::IpAddr;

use howler_model::{Endpoint, NameMatch};
use rustls::pki_types::{CertificateDer, ServerName};
use webpki::{EndEntityCert, Error};

use crate::x509::Body;

/// The name to ask for and to expect, or none if it cannot be in a certificate.
pub(super) fn server_name(endpoint: &Endpoint) -> Option<ServerName<'static>> {
    ServerName::try_from(endpoint.name().to_owned()).ok()
}

/// The strict validator's verdict, or a comparison with the names as read where it cannot read the certificate.
pub(super) fn name_match(leaf: &CertificateDer<'_>, body: Option<&Body>, endpoint: &Endpoint) -> NameMatch {
    let strict = EndEntityCert::try_from(leaf).ok().zip(server_name(endpoint));
    match strict.map(|(certificate, name)| certificate.verify_is_valid_for_subject_name(&name)) {
        Some(Ok(())) => NameMatch::Covers,
        Some(Err(Error::CertNotValidForName(_))) => NameMatch::Differs,
        Some(Err(_)) | None => body.map_or(NameMatch::Unknown, |body| by_names(body, endpoint.name())),
    }
}

/// Clients do not look at common names any more (RFC 9525), so they cover nothing.
fn by_names(body: &Body, name: &str) -> NameMatch {
    let covers = !body.common_name_only && body.names.iter().any(|pattern| covers(pattern, name));
    if covers { NameMatch::Covers } else { NameMatch::Differs }
}

/// The same name or address, or a wildcard for the whole first label.
fn covers(pattern: &str, name: &str) -> bool {
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
    use crate::x509;

    #[test]
    fn a_common_name_covers_nothing() {
        let body = |listed: Vec<String>| {
            let mut params = rcgen::CertificateParams::new(listed).unwrap();
            params.distinguished_name.push(rcgen::DnType::CommonName, "a.example");
            let key = rcgen::KeyPair::generate().unwrap();
            x509::read(params.self_signed(&key).unwrap().der()).unwrap()
        };
        let (listed, common) = (body(vec!["a.example".to_owned()]), body(Vec::new()));
        assert_eq!(listed.names, common.names);
        assert_eq!(by_names(&listed, "a.example"), NameMatch::Covers);
        assert_eq!(by_names(&common, "a.example"), NameMatch::Differs);
    }

    #[test]
    fn names_are_compared_as_clients_do() {
        for (pattern, name) in [
            ("a.example", "A.example"),
            ("*.a.example", "b.a.example"),
            ("a.example", "a.example."),
            ("2001:db8::1", "2001:DB8:0::1"),
        ] {
            assert!(covers(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.a.example", "a.example"),
            ("*.a.example", "c.b.a.example"),
            ("*.example", "a.example"),
            ("*", "a"),
            ("10.0.0.1", "10.0.0.2"),
        ] {
            assert!(!covers(pattern, name), "{pattern} {name}");
        }
    }
}
