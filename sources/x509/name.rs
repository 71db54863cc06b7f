//! Names as text: subjects and issuers in any string type, and the names that a certificate covers.
//!
//! All of it is untrusted text; reports escape it.

use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER;
use x509_parser::asn1_rs::{Any, FromDer, Tag};
use x509_parser::extensions::{GeneralName, ParsedExtension, SubjectAlternativeName, X509Extension};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::oid_registry::{OID_X509_COMMON_NAME, OID_X509_EXT_SUBJECT_ALT_NAME};
use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name};

/// A distinguished name as `C=DE, O=Example, CN=example.com`, in the order of the certificate; none if unreadable.
pub(super) fn name_text(name: &[u8]) -> Option<String> {
    let (_, name) = X509Name::from_der(name).ok()?;
    Some(name.iter_rdn().map(relative_text).collect::<Vec<_>>().join(", "))
}

/// The common names of a subject.
pub(super) fn common_names(subject: &[u8]) -> Vec<String> {
    let Ok((_, name)) = X509Name::from_der(subject) else {
        return Vec::new();
    };
    name.iter_by_oid(&OID_X509_COMMON_NAME).map(|attribute| value_text(attribute.attr_value())).collect()
}

/// The DNS names and IP addresses of all alternative-name extensions, or none if there is no such extension.
pub(super) fn alternative_names(extensions: &[X509Extension<'_>]) -> Option<Vec<String>> {
    let mut names: Option<Vec<String>> = None;
    for extension in extensions {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(found) => {
                names.get_or_insert_default().extend(covered(found))
            }
            _ if extension.oid == OID_X509_EXT_SUBJECT_ALT_NAME => {
                names.get_or_insert_default();
            }
            _ => {}
        }
    }
    names
}

fn covered(names: &SubjectAlternativeName<'_>) -> Vec<String> {
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => Some(address_text(octets)),
        GeneralName::Invalid(Tag(2), octets) => Some(String::from_utf8_lossy(octets).into_owned()),
        _ => None,
    };
    names.general_names.iter().filter_map(text).collect()
}

fn address_text(octets: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Ipv4Addr::from(v4).to_string();
    }
    match <[u8; 16]>::try_from(octets) {
        Ok(v6) => Ipv6Addr::from(v6).to_string(),
        Err(_) => format!("#{}", HEXLOWER.encode(octets)),
    }
}

fn relative_text(name: &RelativeDistinguishedName<'_>) -> String {
    name.iter().map(attribute_text).collect::<Vec<_>>().join(" + ")
}

fn attribute_text(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type();
    let kind = oid2abbrev(oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned);
    let mut text = format!("{kind}=");
    for letter in value_text(attribute.attr_value()).chars() {
        if matches!(letter, ',' | '+' | '\\') {
            text.push('\\'); // or one value could pose as two attributes
        }
        text.push(letter);
    }
    text
}

/// A value by its string type; what is not UTF-8 where it should be gets replacement characters.
fn value_text(value: &Any<'_>) -> String {
    match value.header.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            String::from_utf8_lossy(value.data).into_owned()
        }
        Tag::T61String => value.data.iter().copied().map(char::from).collect(),
        Tag::BmpString => {
            let units = value.data.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
            String::from_utf16_lossy(&units.map(u16::from_be_bytes).collect::<Vec<_>>())
        }
        Tag::UniversalString => {
            let units = value.data.chunks_exact(4).filter_map(|four| four.try_into().ok());
            let letter = |unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
            units.map(u32::from_be_bytes).map(letter).collect()
        }
        _ => format!("#{}", HEXLOWER.encode(value.data)),
    }
}
