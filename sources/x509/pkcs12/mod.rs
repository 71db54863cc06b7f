//! PKCS #12 stores (RFC 7292): the certificates in them. Keys stay as they are, encrypted or not.
//!
//! The integrity code over the whole store is not verified: a store that was changed still holds certificates, and
//! what is decrypted with a wrong password has no shape.

mod cipher;
mod derive;
mod scheme;

use super::body::ReadError;
use super::der::Element;
use crate::passwords::Passwords;
use scheme::Scheme;

/// 1.2.840.113549.1.7.1, where a store keeps what is not encrypted.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// 1.2.840.113549.1.7.6, where it keeps what is encrypted with a password.
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// 1.2.840.113549.1.12.10.1.3, a bag with a certificate.
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
/// 1.2.840.113549.1.12.10.1.6, a bag of bags.
const NESTED_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 6];

/// More parts than any store has: mostly there are two, certificates and keys.
const MOST_SAFES: usize = 8;
/// Bags in bags in bags.
const DEEPEST: usize = 4;
const SHAPELESS: ReadError = ReadError::Unsupported("the PKCS #12 store has another shape than DER gives it");

/// A certificate of a store, as DER, or why a part of the store cannot be read.
pub(super) type Stored = Result<Vec<u8>, ReadError>;

/// The certificates of a store; none if the bytes are no store.
pub(super) fn certificates(bytes: &[u8], passwords: &Passwords) -> Option<Vec<Stored>> {
    let (store, _) = Element::first(bytes)?;
    let mut fields = store.sequence()?;
    if fields.next()?.number()? != 3 {
        return None;
    }
    let (kind, content) = content_info(&fields.next()?)?;
    let safes = match kind == DATA {
        true => content.and_then(|content| Element::first(content.octets()?)).map(|(safes, _)| safes),
        false => {
            return Some(vec![Err(ReadError::Unsupported("a PKCS #12 store that is signed is not read"))]);
        }
    };
    let Some(safes) = safes.as_ref().and_then(Element::sequence) else {
        return Some(vec![Err(SHAPELESS)]);
    };
    Some(all(safes, passwords))
}

fn all<'a>(safes: impl Iterator<Item = Element<'a>>, passwords: &Passwords) -> Vec<Stored> {
    let mut found = Vec::new();
    for (count, safe) in safes.enumerate() {
        if count == MOST_SAFES {
            found.push(Err(ReadError::TooMany(MOST_SAFES)));
            break;
        }
        match bags(&safe, passwords) {
            Ok(certificates) => found.extend(certificates.into_iter().map(Ok)),
            Err(error) => found.push(Err(error)),
        }
    }
    found
}

/// What a piece of content is, and the content.
fn content_info<'a>(info: &Element<'a>) -> Option<(&'a [u8], Option<Element<'a>>)> {
    let mut fields = info.sequence()?;
    let kind = fields.next()?.identifier()?;
    Some((kind, fields.next().and_then(|content| content.inside(0))))
}

/// The certificates in one part of a store.
fn bags(safe: &Element<'_>, passwords: &Passwords) -> Result<Vec<Vec<u8>>, ReadError> {
    match content_info(safe) {
        Some((DATA, Some(content))) => content.octets().and_then(in_bags).ok_or(SHAPELESS),
        Some((ENCRYPTED_DATA, Some(content))) => encrypted(&content, passwords),
        Some(_) => Err(ReadError::Unsupported("a PKCS #12 store that is encrypted for a key is not read")),
        None => Err(SHAPELESS),
    }
}

/// What one of the passwords makes readable. A store may have been made with none, which is tried first.
fn encrypted(content: &Element<'_>, passwords: &Passwords) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut fields = content.elements().into_iter().skip(1).flat_map(|info| info.elements()).skip(1);
    let (scheme, secret) = (fields.next(), fields.next().filter(|field| field.is_context(0)));
    let (Some(scheme), Some(secret)) = (scheme, secret) else { return Err(SHAPELESS) };
    let scheme = Scheme::of(&scheme)?;
    let opened = |password: Option<&str>| in_bags(&scheme.decrypt(secret.content, password)?);
    let found = [None, Some("")].into_iter().chain(passwords.iter().map(Some)).find_map(opened);
    found.ok_or(match passwords.is_empty() {
        true => ReadError::Encrypted,
        false => ReadError::WrongPassword,
    })
}

fn in_bags(bags: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (bags, rest) = Element::first(bags)?;
    let mut found = Vec::new();
    collect(&bags, DEEPEST, &mut found)?;
    rest.is_empty().then_some(found)
}

/// Collects the certificates of bags; none if something is not a bag.
fn collect(bags: &Element<'_>, deepest: usize, found: &mut Vec<Vec<u8>>) -> Option<()> {
    for bag in bags.sequence()? {
        let mut fields = bag.sequence()?;
        let kind = fields.next()?.identifier()?;
        let value = fields.next()?.inside(0)?;
        match kind {
            CERTIFICATE_BAG => found.extend(certificate(&value)),
            NESTED_BAG => collect(&value, deepest.checked_sub(1)?, found)?,
            _ => {} // keys, revocation lists, secrets
        }
    }
    Some(())
}

fn certificate(bag: &Element<'_>) -> Option<Vec<u8>> {
    let mut fields = bag.sequence()?.skip(1);
    Some(fields.next()?.inside(0)?.octets()?.to_vec())
}
