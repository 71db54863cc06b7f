//! The certificates in bytes of any kind, known by what is in them: text, DER, a bundle, a store. Revocation lists
//! stand among them, since their ends are missed as easily.

use thiserror::Error;

use super::body::{Body, ReadError, read};
use super::crl::{Crl, revocation_lists};
use super::pem::{BlockError, certificates_in_pem};
use super::{java, pkcs7, pkcs12};
use crate::passwords::Passwords;

/// One certificate among others, or what is there in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// What it is called there, if things have names there.
    pub label: Option<String>,
    /// What it says.
    pub body: Result<Body, Fault>,
}

/// Why a certificate, or all of a store, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// One of the blocks of a text.
    #[error(transparent)]
    Block(BlockError),
    /// A store, or something in it.
    #[error("{0}")]
    Store(ReadError),
}

impl Fault {
    /// What is wrong, wherever it is.
    pub(crate) fn cause(&self) -> &ReadError {
        match self {
            Self::Block(block) => &block.error,
            Self::Store(error) => error,
        }
    }
}

/// The certificates in bytes in their order, each read or with its fault; empty only if nothing looks like one.
pub(crate) fn certificates(bytes: &[u8], passwords: &Passwords) -> Vec<Stored> {
    if let Some((found, end)) = java::certificates(bytes) {
        return in_java(found, end);
    }
    match bytes.first() {
        Some(0x30) => in_der(bytes, passwords),
        _ => in_text(bytes),
    }
}

fn in_text(bytes: &[u8]) -> Vec<Stored> {
    let certificates = certificates_in_pem(bytes).into_iter().map(|body| body.map_err(Fault::Block));
    let mut stored = unnamed(certificates);
    stored.extend(lists(bytes));
    stored
}

/// The revocation lists after the certificates, by names of their own: those of certificates are numbers.
fn lists(bytes: &[u8]) -> impl Iterator<Item = Stored> {
    let stored = |(index, list): (usize, Result<Crl, ReadError>)| Stored {
        label: Some(if index == 0 { "crl".to_owned() } else { format!("crl/{}", index + 1) }),
        body: list.map(Body::from).map_err(Fault::Store),
    };
    revocation_lists(bytes).into_iter().enumerate().map(stored)
}

fn in_der(bytes: &[u8], passwords: &Passwords) -> Vec<Stored> {
    if let Some(found) = pkcs12::certificates(bytes, passwords) {
        return unnamed(found.into_iter().map(|der| read(&der.map_err(Fault::Store)?).map_err(Fault::Store)));
    }
    match pkcs7::certificates(bytes) {
        Some(found) if found.is_empty() => unnamed([Err(Fault::Store(ReadError::Pkcs7))]),
        Some(found) => unnamed(found.into_iter().map(|der| read(der).map_err(Fault::Store))),
        None => match read(bytes) {
            Err(ReadError::NotACertificate) => lists(bytes).collect(),
            body => unnamed([body.map_err(|error| Fault::Block(BlockError { number: 1, error }))]),
        },
    }
}

fn unnamed(bodies: impl IntoIterator<Item = Result<Body, Fault>>) -> Vec<Stored> {
    bodies.into_iter().map(|body| Stored { label: None, body }).collect()
}

/// By alias, and those of a chain by their place in it.
fn in_java(found: Vec<java::Stored>, end: Option<ReadError>) -> Vec<Stored> {
    let (mut last, mut place) = (String::new(), 0);
    let mut stored: Vec<Stored> = Vec::new();
    for (alias, der) in found {
        place = if alias == last { place + 1 } else { 1 };
        let label = if place == 1 { alias.clone() } else { format!("{alias}/{place}") };
        stored.push(Stored { label: Some(label), body: read(&der).map_err(Fault::Store) });
        last = alias;
    }
    stored.extend(end.map(|error| Stored { label: None, body: Err(Fault::Store(error)) }));
    stored
}
