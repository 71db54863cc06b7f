//! Certificates and revocation lists of known dates, as services answer with them.

use chrono::{DateTime, TimeDelta, Utc};
use howler_simulator::certificate;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod,
    KeyPair, SerialNumber, date_time_ymd,
};

use crate::simulated::now;

/// A time so many days from now.
pub(crate) fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

/// A certificate that has been valid for 30 days and ends in so many.
pub(crate) fn pem(name: &str, end: i64) -> String {
    certificate::pem(name, &[name], days(-30), days(end)).unwrap().body
}

/// The same without lines around it and without line ends.
pub(crate) fn base64(name: &str, end: i64) -> String {
    pem(name, end).lines().filter(|line| !line.starts_with('-')).collect()
}

/// A text as it stands in JSON, without the quotes around it.
pub(crate) fn json(text: &str) -> String {
    text.replace('\n', "\\n")
}

/// A revocation list of October 2026, due again on 20 November.
pub(crate) fn crl() -> String {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "ca.example");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 10, 1),
        next_update: date_time_ymd(2026, 11, 20),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = Issuer::new(authority, KeyPair::generate().unwrap());
    params.signed_by(&issuer).unwrap().pem().unwrap()
}
