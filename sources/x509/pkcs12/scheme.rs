//! How a part of a store is encrypted: PBES2 (RFC 8018 section 6.2) or the older schemes of RFC 7292 appendix C.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};

use super::cipher::Cipher;
use super::derive::{Purpose, derive};
use crate::x509::body::ReadError;
use crate::x509::der::Element;

/// More rounds than any tool makes by itself (OpenSSL: 2,048, Java: 10,000); a hostile store could name four thousand million.
const MOST_ROUNDS: u32 = 1_000_000;
const MOST_SALT: usize = 1024;

/// 1.2.840.113549.1.5.13
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
/// 1.2.840.113549.1.5.12
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
/// 1.2.840.113549.1.12.1, and the number of an older scheme.
const OLDER: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];
/// 1.2.840.113549.2, and the number of a hash.
const HASHES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2];
/// 1.2.840.113549.3.7
const TRIPLE_DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];
/// 2.16.840.1.101.3.4.1, and the number of a size and mode of AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 3, 4, 1];

const UNKNOWN: ReadError = ReadError::Unsupported("it is encrypted in a way that is not known here");
const TOO_SLOW: ReadError = ReadError::Unsupported("its encryption asks for more rounds than any tool makes");

/// A scheme with everything but the password.
pub(super) struct Scheme<'a> {
    cipher: Cipher,
    salt: &'a [u8],
    rounds: NonZeroU32,
    key: Key<'a>,
}

/// How a key is made.
enum Key<'a> {
    Pbkdf2 { hash: pbkdf2::Algorithm, initial_value: &'a [u8] },
    Older,
}

impl<'a> Scheme<'a> {
    /// The scheme that an algorithm identifier names.
    ///
    /// # Errors
    /// One that is not known, or so slow that nobody means it.
    pub(super) fn of(algorithm: &Element<'a>) -> Result<Self, ReadError> {
        let mut fields = algorithm.elements().into_iter();
        let name = fields.next().and_then(|name| name.identifier()).ok_or(UNKNOWN)?;
        let settings = fields.next().ok_or(UNKNOWN)?;
        let scheme = match name.strip_prefix(OLDER) {
            Some([number]) => Self::older(*number, &settings),
            _ if name == PBES2 => Self::pbes2(&settings),
            _ => None,
        };
        let scheme = scheme.ok_or(UNKNOWN)?;
        let slow = scheme.rounds.get() > MOST_ROUNDS || scheme.salt.len() > MOST_SALT;
        if slow { Err(TOO_SLOW) } else { Ok(scheme) }
    }

    fn older(number: u8, settings: &Element<'a>) -> Option<Self> {
        let cipher = match number {
            3 => Cipher::TripleDes,
            5 => Cipher::Rc2(16),
            6 => Cipher::Rc2(5),
            _ => return None, // RC4, and two keys of DES: no tool has made these
        };
        let mut fields = settings.sequence()?;
        let salt = fields.next()?.octets()?;
        Some(Self { cipher, salt, rounds: NonZeroU32::new(fields.next()?.number()?)?, key: Key::Older })
    }

    fn pbes2(settings: &Element<'a>) -> Option<Self> {
        let mut fields = settings.sequence()?;
        let (mut derivation, mut encryption) = (fields.next()?.sequence()?, fields.next()?.sequence()?);
        if derivation.next()?.identifier()? != PBKDF2 {
            return None;
        }
        let mut derivation = derivation.next()?.sequence()?;
        let salt = derivation.next()?.octets()?;
        let rounds = NonZeroU32::new(derivation.next()?.number()?)?;
        let hash = match derivation.find_map(|field| field.sequence()?.next()?.identifier()) {
            Some(name) => hash(name)?,
            None => PBKDF2_HMAC_SHA1,
        };
        let cipher = cipher(encryption.next()?.identifier()?)?;
        let initial_value = encryption.next()?.octets()?;
        Some(Self { cipher, salt, rounds, key: Key::Pbkdf2 { hash, initial_value } })
    }

    /// What stands in the text, or none if the password is another one.
    pub(super) fn decrypt(&self, text: &[u8], password: Option<&str>) -> Option<Vec<u8>> {
        let length = self.cipher.key_length();
        match &self.key {
            Key::Pbkdf2 { hash, initial_value } => {
                let mut key = vec![0; length];
                pbkdf2::derive(*hash, self.rounds, self.salt, password?.as_bytes(), &mut key);
                self.cipher.decrypt(text, &key, initial_value)
            }
            Key::Older => {
                let derive =
                    |purpose, length| derive(purpose, password, self.salt, self.rounds.get(), length);
                let (key, initial_value) = (derive(Purpose::Key, length), derive(Purpose::InitialValue, 8));
                self.cipher.decrypt(text, &key, &initial_value)
            }
        }
    }
}

fn hash(name: &[u8]) -> Option<pbkdf2::Algorithm> {
    match name.strip_prefix(HASHES)? {
        [7] => Some(PBKDF2_HMAC_SHA1),
        [9] => Some(PBKDF2_HMAC_SHA256),
        [10] => Some(PBKDF2_HMAC_SHA384),
        [11] => Some(PBKDF2_HMAC_SHA512),
        _ => None,
    }
}

fn cipher(name: &[u8]) -> Option<Cipher> {
    match name.strip_prefix(AES) {
        Some([2]) => Some(Cipher::Aes(16)),
        Some([22]) => Some(Cipher::Aes(24)),
        Some([42]) => Some(Cipher::Aes(32)),
        _ => (name == TRIPLE_DES).then_some(Cipher::TripleDes),
    }
}
