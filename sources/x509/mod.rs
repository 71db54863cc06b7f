//! Reading certificates: what they say, field by field, with no verdict on it.
//!
//! Inventory must read what strict validators refuse, so each field is read on its own: a month 13 costs the
//! dates, not the certificate.

mod body;
mod crl;
mod der;
mod java;
mod key;
mod name;
mod pem;
mod pkcs12;
mod pkcs7;
mod saml;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use body::{Body, ReadError, read};
pub(crate) use crl::{Crl, revocation_list, revocation_lists};
pub(crate) use pem::{certificates_in_pem, encodings_in_pem};
pub(crate) use saml::signing_certificates;
pub(crate) use stored::{Fault, Stored, certificates};
