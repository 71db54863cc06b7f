//! Certificates in text, as people keep them: bundles with comments, indented, with a byte order mark, cut, glued.
//!
//! Only certificate blocks are decoded: of keys not a byte is kept.

use std::borrow::Cow;

use data_encoding::BASE64_MIME_PERMISSIVE;
use thiserror::Error;

use super::body::{Body, ReadError, read};
use super::der::Element;
use super::pkcs7;

/// No bundle that means it has more; a file of nothing but begin lines would.
const MOST_BLOCKS: usize = 10_000;
const BEGIN: &str = "-BEGIN ";
const END: &str = "-END ";

/// One certificate block that could not be read. DER is one block.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("certificate block {number}: {error}")]
pub(crate) struct BlockError {
    /// Which of the certificate blocks, counted from 1.
    pub number: usize,
    /// What is wrong with it.
    pub error: ReadError,
}

/// The certificates of a PEM text in order, each read or with its error, so that a bad one hides no other.
///
/// Empty only if nothing in the text looks like a certificate; keys, requests and revocation lists are passed over.
#[must_use]
pub(crate) fn certificates_in_pem(text: &[u8]) -> Vec<Result<Body, BlockError>> {
    let body = |(index, der): (usize, Result<Vec<u8>, BlockError>)| {
        read(&der?).map_err(|error| BlockError { number: index + 1, error })
    };
    encodings_in_pem(text).into_iter().enumerate().map(body).collect()
}

/// The same as [`certificates_in_pem`], not yet read: one DER encoding for each certificate block.
pub(crate) fn encodings_in_pem(text: &[u8]) -> Vec<Result<Vec<u8>, BlockError>> {
    let text = decoded(text);
    let mut found = contents(&text, certificates_of_block);
    if found.is_empty() && !text.contains(BEGIN) {
        found.extend(bare(&text));
    }
    let numbered = |(index, result): (usize, Result<Vec<u8>, ReadError>)| {
        result.map_err(|error| BlockError { number: index + 1, error })
    };
    found.into_iter().enumerate().map(numbered).collect()
}

/// One DER encoding for each revocation list of a PEM text.
pub(super) fn lists_in_pem(text: &[u8]) -> Vec<Result<Vec<u8>, ReadError>> {
    contents(&decoded(text), list_of_block)
}

/// What the blocks of a text hold, as far as it is asked for.
fn contents<'a, I>(text: &'a str, of_block: fn(&'a str) -> I) -> Vec<Result<Vec<u8>, ReadError>>
where
    I: IntoIterator<Item = Result<Vec<u8>, ReadError>>,
{
    let blocks = text.split(BEGIN).skip(1).flat_map(of_block);
    let mut found: Vec<_> = blocks.take(MOST_BLOCKS + 1).collect();
    if let Some(beyond) = found.get_mut(MOST_BLOCKS) {
        *beyond = Err(ReadError::TooMany(MOST_BLOCKS));
    }
    found
}

/// UTF-8, or UTF-16 where a byte order mark says so.
fn decoded(text: &[u8]) -> Cow<'_, str> {
    let (units, from): (_, fn([u8; 2]) -> u16) = match text {
        [0xff, 0xfe, units @ ..] => (units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => (units, u16::from_be_bytes),
        _ => return String::from_utf8_lossy(text),
    };
    let units = units.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(from));
    Cow::Owned(String::from_utf16_lossy(&units.collect::<Vec<_>>()))
}

/// What a block of a PEM text holds, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Certificate,
    Trusted,
    Bundle,
}

impl Kind {
    fn of(label: &str) -> Option<Self> {
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(Self::Certificate),
            "TRUSTED CERTIFICATE" => Some(Self::Trusted),
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Some(Self::Bundle),
            _ => None,
        }
    }
}

/// What stands between one `-BEGIN ` and the next, if its label says certificate.
fn certificates_of_block(block: &str) -> Vec<Result<Vec<u8>, ReadError>> {
    let (label, rest) = labelled(block);
    let Some(kind) = Kind::of(label) else { return Vec::new() };
    match (kind, encoding(rest)) {
        (Kind::Trusted, encoding) => vec![encoding.map(without_trust_settings)],
        (Kind::Bundle, Ok(bundle)) => certificates_of_bundle(&bundle),
        (_, encoding) => vec![encoding],
    }
}

fn list_of_block(block: &str) -> Option<Result<Vec<u8>, ReadError>> {
    let (label, rest) = labelled(block);
    (label == "X509 CRL").then(|| encoding(rest))
}

/// The label of a block and what follows it.
fn labelled(block: &str) -> (&str, &str) {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '#';
    let (label, rest) = block.split_at(block.find(|c| !letter(c)).unwrap_or(block.len()));
    (label.trim(), rest)
}

/// What stands between the label of a block and its end line.
fn encoding(rest: &str) -> Result<Vec<u8>, ReadError> {
    let (content, _) = rest.split_once(END).ok_or(ReadError::NoEnd)?;
    der(content.trim_matches('-'))
}

fn certificates_of_bundle(bundle: &[u8]) -> Vec<Result<Vec<u8>, ReadError>> {
    match pkcs7::certificates(bundle) {
        Some(found) if !found.is_empty() => found.into_iter().map(|der| Ok(der.to_vec())).collect(),
        _ => vec![Err(ReadError::Pkcs7)],
    }
}

/// OpenSSL writes its trust settings right behind the certificate.
fn without_trust_settings(mut encoding: Vec<u8>) -> Vec<u8> {
    if let Some((certificate, _)) = Element::first(&encoding) {
        encoding.truncate(certificate.whole.len());
    }
    encoding
}

/// A text that is nothing but the base64 of a certificate.
fn bare(text: &str) -> Option<Result<Vec<u8>, ReadError>> {
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with("MI") {
        return None;
    }
    let encoding = der(text).ok()?;
    (read(&encoding) != Err(ReadError::NotACertificate)).then_some(Ok(encoding))
}

/// Base64 with any line ends and indents, encapsulated headers (`Name: value`), and padding or not.
pub(super) fn der(text: &str) -> Result<Vec<u8>, ReadError> {
    let text = text.replace("\\r", "\n").replace("\\n", "\n");
    let lines = text.lines().filter(|line| !line.contains(':'));
    let ink = |letter: &char| !letter.is_whitespace() && *letter != '\u{feff}';
    let mut letters: String = lines.flat_map(str::chars).filter(ink).collect();
    letters.truncate(letters.trim_end_matches('=').len());
    while !letters.len().is_multiple_of(4) {
        letters.push('=');
    }
    BASE64_MIME_PERMISSIVE.decode(letters.as_bytes()).map_err(|_| ReadError::NotBase64)
}
