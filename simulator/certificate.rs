//! Real certificates, issued by a simulated authority. The same order gives the same bytes.

use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use time::OffsetDateTime;

use crate::digest::Digest;

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A date outside of the years that certificates know.
    #[error("{0} is no date that a certificate can hold")]
    Date(DateTime<Utc>),
    /// A name or key that the encoder refuses.
    #[error("cannot make the certificate: {0}")]
    Encoding(#[from] rcgen::Error),
}

/// The public key of a certificate: the seven types of ACM, and one whose private key is known.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    Rsa1024,
    Rsa2048,
    Rsa3072,
    Rsa4096,
    EcPrime256v1,
    EcSecp384r1,
    EcSecp521r1,
    /// A fixed Ed25519 key, for servers of tests. ACM has no such type.
    #[default]
    Simulated,
}

impl Key {
    /// The seven key types of ACM.
    pub const ACM: [Self; 7] = [
        Self::Rsa1024,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::EcPrime256v1,
        Self::EcSecp384r1,
        Self::EcSecp521r1,
    ];

    /// The name in `Includes.keyTypes`, such as `EC_prime256v1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa1024 => "RSA_1024",
            Self::Rsa2048 => "RSA_2048",
            Self::Rsa3072 => "RSA_3072",
            Self::Rsa4096 => "RSA_4096",
            Self::EcPrime256v1 => "EC_prime256v1",
            Self::EcSecp384r1 => "EC_secp384r1",
            Self::EcSecp521r1 => "EC_secp521r1",
            Self::Simulated => "ED25519",
        }
    }

    /// The public half; the private halves of all but the simulated key were thrown away.
    fn public(self) -> Option<Public> {
        let (bytes, algorithm): (&[u8], _) = match self {
            Self::Rsa1024 => (include_bytes!("keys/rsa_1024.der"), &PKCS_RSA_SHA256),
            Self::Rsa2048 => (include_bytes!("keys/rsa_2048.der"), &PKCS_RSA_SHA256),
            Self::Rsa3072 => (include_bytes!("keys/rsa_3072.der"), &PKCS_RSA_SHA256),
            Self::Rsa4096 => (include_bytes!("keys/rsa_4096.der"), &PKCS_RSA_SHA256),
            Self::EcPrime256v1 => (include_bytes!("keys/ec_prime256v1.der"), &PKCS_ECDSA_P256_SHA256),
            Self::EcSecp384r1 => (include_bytes!("keys/ec_secp384r1.der"), &PKCS_ECDSA_P384_SHA384),
            Self::EcSecp521r1 => (include_bytes!("keys/ec_secp521r1.der"), &PKCS_ECDSA_P521_SHA512),
            Self::Simulated => return None,
        };
        Some(Public { bytes, algorithm })
    }
}

struct Public {
    bytes: &'static [u8],
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for Public {
    fn der_bytes(&self) -> &[u8] {
        self.bytes
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// What a certificate shall say.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The common name of the subject.
    pub common_name: String,
    /// DNS names.
    pub names: Vec<String>,
    /// The first instant of validity.
    pub not_before: DateTime<Utc>,
    /// The last instant of validity.
    pub not_after: DateTime<Utc>,
    /// The public key.
    pub key: Key,
    /// When the issuing authority itself expires; the year 2045 if not given.
    pub issuer_not_after: Option<DateTime<Utc>>,
}

/// A certificate with what belongs to it, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate.
    pub body: String,
    /// Its issuing authority, then the root.
    pub chain: String,
    /// The private key of [`Key::Simulated`].
    pub private_key: Option<String>,
}

/// A certificate with the simulated key, its chain and its private key.
///
/// # Errors
/// [`Error`] if a date or a name cannot be encoded.
pub fn pem(
    common_name: &str,
    names: &[&str],
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
) -> Result<Issued, Error> {
    issue(&Order {
        common_name: common_name.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        not_before,
        not_after,
        key: Key::Simulated,
        issuer_not_after: None,
    })
}

/// The certificate that an order describes.
///
/// # Errors
/// [`Error`] if a date or a name cannot be encoded.
pub fn issue(order: &Order) -> Result<Issued, Error> {
    let (leaf_key, authority_key, root_key) = (fixed_key(1)?, fixed_key(2)?, fixed_key(3)?);
    let root = authority("Howler Simulated Root", None)?;
    let authority = authority("Howler Simulated Authority", order.issuer_not_after)?;
    let root_pem = root.self_signed(&root_key)?.pem();
    let authority_pem = authority.signed_by(&authority_key, &Issuer::from_params(&root, &root_key))?.pem();
    let issuer = Issuer::from_params(&authority, &authority_key);
    let leaf = leaf(order)?;
    let body = match order.key.public() {
        Some(public) => leaf.signed_by(&public, &issuer)?.pem(),
        None => leaf.signed_by(&leaf_key, &issuer)?.pem(),
    };
    let private_key = (order.key == Key::Simulated).then(|| leaf_key.serialize_pem());
    Ok(Issued { body, chain: format!("{authority_pem}{root_pem}"), private_key })
}

/// The self-signed certificate of an authority, in PEM.
///
/// # Errors
/// [`Error`] if a date or the name cannot be encoded.
pub fn root(name: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Result<String, Error> {
    let mut root = authority(name, Some(not_after))?;
    root.not_before = date(not_before)?;
    Ok(root.self_signed(&fixed_key(4)?)?.pem())
}

fn leaf(order: &Order) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(order.names.clone())?;
    params.distinguished_name.push(DnType::CommonName, order.common_name.as_str());
    params.not_before = date(order.not_before)?;
    params.not_after = date(order.not_after)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let not_after = order.not_after.timestamp().to_be_bytes();
    let digest = Digest::new().add(&order.common_name).add(not_after).add(order.key.name());
    params.serial_number = Some(serial(digest));
    Ok(params)
}

fn authority(name: &str, not_after: Option<DateTime<Utc>>) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = not_after.map_or(Ok(rcgen::date_time_ymd(2045, 1, 1)), date)?;
    params.serial_number = Some(serial(Digest::new().add(name)));
    Ok(params)
}

/// A positive serial number of eight bytes.
fn serial(digest: Digest) -> SerialNumber {
    SerialNumber::from(digest.finish() >> 1 | 1 << 62)
}

fn date(time: DateTime<Utc>) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::from_unix_timestamp(time.timestamp()).map_err(|_| Error::Date(time))
}

/// An Ed25519 key whose seed is one byte repeated; everybody knows it, nobody may trust it.
fn fixed_key(seed: u8) -> Result<KeyPair, rcgen::Error> {
    let mut pkcs8 = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    pkcs8.extend([seed; 32]);
    KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_ED25519)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_order_gives_the_same_bytes_for_every_key() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for key in [Key::ACM.as_slice(), &[Key::Simulated]].concat() {
            let order = Order {
                common_name: "shop.example.com".to_owned(),
                names: vec!["shop.example.com".to_owned()],
                not_before: at(1_700_000_000),
                not_after: at(1_800_000_000),
                key,
                issuer_not_after: None,
            };
            let issued = issue(&order).unwrap();
            assert_eq!(issue(&order).unwrap(), issued);
            assert_eq!(issued.chain.matches("BEGIN CERTIFICATE").count(), 2);
            assert_eq!(issued.private_key.is_some(), key == Key::Simulated);
        }
    }
}
