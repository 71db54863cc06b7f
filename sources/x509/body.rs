//! What one certificate says.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use howler_model::{Certificate, CertificateUsage, Origin, Resource, Role, Sha256, Validity};
use thiserror::Error;
use x509_parser::asn1_rs::FromDer;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::time::ASN1Time;

use super::der::{Element, Fields};
use super::{key, name};

/// Why bytes could not be read as a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ReadError {
    /// Not even the outer shape is there: something else, or cut off.
    #[error("not an X.509 certificate")]
    NotACertificate,
    /// The outer length says more than there is.
    #[error("the certificate is cut off")]
    Truncated,
    /// Something follows the certificate, so that it is not clear what was meant.
    #[error("{0} bytes after the end of the certificate")]
    TrailingBytes(usize),
    /// The text between the lines of a PEM block.
    #[error("the text in the block is not base64")]
    NotBase64,
    /// A PEM block that begins and does not end.
    #[error("the block has no end line")]
    NoEnd,
    /// A PKCS #7 bundle that holds none, or is not in DER.
    #[error("no certificates can be read in this PKCS #7 bundle: try `openssl pkcs7 -print_certs`")]
    Pkcs7,
    /// A PKCS #12 store that is encrypted, where nobody said with what.
    #[error("it is encrypted, and there is no password for it")]
    Encrypted,
    /// A PKCS #12 store that none of the passwords opens.
    #[error("none of the passwords opens it")]
    WrongPassword,
    /// A store whose encryption or encoding is not known here.
    #[error("{0}")]
    Unsupported(&'static str),
    /// Where a revocation list should be.
    #[error("not an X.509 revocation list, or cut off, or followed by something else")]
    NotARevocationList,
    /// Where the metadata of a SAML identity provider should be.
    #[error("not SAML metadata, or cut off")]
    NotMetadata,
    /// More blocks than any bundle has.
    #[error("more than {0} certificates in one file")]
    TooMany(usize),
}

/// The fields of a certificate that facts need. All texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    /// The fingerprint of the DER encoding.
    pub sha256: Sha256,
    /// The subject, if it can be read.
    pub subject: Option<String>,
    /// The issuer, if it can be read.
    pub issuer: Option<String>,
    /// DNS names and IP addresses; the common name only where there is no alternative-name extension.
    pub names: Vec<String>,
    /// The names are only the common name, which clients do not accept any more (RFC 9525).
    pub common_name_only: bool,
    /// The serial number in lower-case hexadecimal, with a sign if it is negative.
    pub serial: Option<String>,
    /// When it is valid; unknown with the reason if its end is not a date.
    pub validity: Validity,
    /// The key, as in `RSA-2048`, `EC-P-256`, `Ed25519`.
    pub key: Option<String>,
    /// The signature algorithm, as in `sha256WithRSAEncryption`.
    pub signature: Option<String>,
    /// Authority if it says so, or if it is of version 1 or 2 (which cannot say it) and names itself as issuer.
    pub role: Role,
    /// Subject and issuer are the same name.
    pub self_issued: bool,
}

/// Reads one certificate and nothing else from DER.
///
/// # Errors
/// If the shape is not that of a certificate, or if something follows it. A broken field is no error.
pub(crate) fn read(der: &[u8]) -> Result<Body, ReadError> {
    let (certificate, rest) = Element::first(der).ok_or_else(|| shapeless(der))?;
    let fields = Fields::of(&certificate).ok_or(ReadError::NotACertificate)?;
    match rest.len() {
        0 => Ok(Body::of(der, &fields)),
        trailing => Err(ReadError::TrailingBytes(trailing)),
    }
}

/// A sequence whose length has two or more octets looks like a certificate that was cut off.
fn shapeless(der: &[u8]) -> ReadError {
    match der {
        [0x30, 0x82..=0x84, ..] => ReadError::Truncated,
        _ => ReadError::NotACertificate,
    }
}

impl Body {
    fn of(der: &[u8], fields: &Fields<'_>) -> Self {
        let extensions: Vec<X509Extension<'_>> = fields
            .extensions
            .iter()
            .filter_map(|element| X509Extension::from_der(element.whole).ok())
            .map(|(_, e)| e)
            .collect();
        let self_issued = fields.issuer.whole == fields.subject.whole;
        let names = name::alternative_names(&extensions);
        Self {
            sha256: Sha256::of(der),
            subject: name::name_text(fields.subject.whole),
            issuer: name::name_text(fields.issuer.whole),
            common_name_only: names.is_none(),
            names: names.unwrap_or_else(|| name::common_names(fields.subject.whole)),
            serial: serial_text(fields.serial),
            validity: validity(&fields.not_before, &fields.not_after),
            key: fields.key.as_ref().and_then(|element| key::key_name(element.whole)),
            signature: key::signature_name(fields.signature.whole),
            role: role(&extensions, fields.extensions.is_empty() && self_issued),
            self_issued,
        }
    }

    /// What can be said of bytes that are not readable as a certificate: their fingerprint and the reason.
    #[must_use]
    pub(crate) fn unreadable(der: &[u8], error: &ReadError) -> Self {
        Self {
            sha256: Sha256::of(der),
            subject: None,
            issuer: None,
            names: Vec::new(),
            common_name_only: false,
            serial: None,
            validity: Validity::Unknown(error.to_string()),
            key: None,
            signature: None,
            role: Role::Leaf,
            self_issued: false,
        }
    }

    /// The certificate in its place.
    #[must_use]
    pub(crate) fn at(self, resource: Resource, origin: Origin, usage: CertificateUsage) -> Certificate {
        Certificate {
            resource,
            role: self.role,
            origin,
            validity: self.validity,
            subject: self.subject,
            issuer: self.issuer,
            names: self.names,
            serial: self.serial,
            sha256: Some(self.sha256),
            key: self.key,
            signature: self.signature,
            usage,
            renewal: None,
            alias: None,
        }
    }
}

fn role(extensions: &[X509Extension<'_>], old_root: bool) -> Role {
    let authority = extensions.iter().any(
        |extension| matches!(extension.parsed_extension(), ParsedExtension::BasicConstraints(basic) if basic.ca),
    );
    if authority || old_root { Role::Authority } else { Role::Leaf }
}

fn validity(not_before: &Element<'_>, not_after: &Element<'_>) -> Validity {
    match date(not_after) {
        Some(end) => Validity::between(date(not_before), end),
        None => Validity::Unknown(format!(
            "its end is not a date: {}",
            String::from_utf8_lossy(not_after.content)
        )),
    }
}

/// A time in either of the types that certificates use; none if it is no date.
pub(super) fn date(element: &Element<'_>) -> Option<DateTime<Utc>> {
    let (_, time) = ASN1Time::from_der(element.whole).ok()?;
    DateTime::from_timestamp(time.timestamp(), 0)
}

/// The number without padding, as its magnitude with a sign.
fn serial_text(complement: &[u8]) -> Option<String> {
    let negative = complement.first()? & 0x80 != 0;
    let magnitude = if negative { negated(complement) } else { complement.to_vec() };
    let start = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len().saturating_sub(1));
    let digits = HEXLOWER.encode(magnitude.get(start..)?);
    Some(if negative { format!("-{digits}") } else { digits })
}

/// Two's complement: inverted, plus one from the last byte on.
fn negated(complement: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = complement.iter().map(|byte| !byte).collect();
    for byte in bytes.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            break;
        }
    }
    bytes
}
