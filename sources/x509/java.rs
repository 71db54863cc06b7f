//! Java key stores (JKS and JCEKS): their certificates are not encrypted, so that no password is needed.
//!
//! The digest at the end, which a password goes into, is not verified.

use super::body::ReadError;

const MAGIC: [&[u8]; 2] = [&[0xfe, 0xed, 0xfe, 0xed], &[0xce, 0xce, 0xce, 0xce]];
const KEY: u32 = 1;
const CERTIFICATE: u32 = 2;
/// More certificates than any store has.
const MOST: usize = 10_000;

/// A certificate of a store: the alias of its entry, and its DER encoding.
pub(super) type Stored = (String, Vec<u8>);

/// The certificates of a store up to the first thing that cannot be read, and what that was; none if it is no store.
pub(super) fn certificates(bytes: &[u8]) -> Option<(Vec<Stored>, Option<ReadError>)> {
    let rest = MAGIC.iter().find_map(|magic| bytes.strip_prefix(*magic))?;
    let mut found = Vec::new();
    let end = Reader(rest).store(&mut found);
    Some((found, end.err()))
}

/// What is left of a store. Numbers have their most significant byte first.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn store(&mut self, found: &mut Vec<Stored>) -> Result<(), ReadError> {
        let version = self.number()?;
        for _ in 0..self.number()? {
            let kind = self.number()?;
            let alias = self.text()?;
            self.take(8)?; // when it was made
            match kind {
                KEY => self.chain(version, &alias, found)?,
                CERTIFICATE => found.push((alias, self.certificate(version)?)),
                _ => return Err(ReadError::Unsupported("a secret key hides what follows it in this store")),
            }
            if found.len() > MOST {
                return Err(ReadError::TooMany(MOST));
            }
        }
        Ok(())
    }

    /// The chain of a key, which itself is passed over.
    fn chain(&mut self, version: u32, alias: &str, found: &mut Vec<Stored>) -> Result<(), ReadError> {
        self.bytes()?;
        for _ in 0..self.number()? {
            found.push((alias.to_owned(), self.certificate(version)?));
            if found.len() > MOST {
                return Err(ReadError::TooMany(MOST));
            }
        }
        Ok(())
    }

    fn certificate(&mut self, version: u32) -> Result<Vec<u8>, ReadError> {
        if version >= 2 {
            self.text()?; // X.509
        }
        self.bytes().map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Result<String, ReadError> {
        let length = self.take(2)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let length = usize::try_from(self.number()?).map_err(|_| ReadError::Truncated)?;
        self.take(length)
    }

    fn number(&mut self) -> Result<u32, ReadError> {
        Ok(self.take(4)?.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ReadError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }
}
