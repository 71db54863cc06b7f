//! The bytes of a file, within a limit, and the certificates in them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use howler_model::{Reason, Unseen};

use super::{coded, unseen};
use crate::x509::{self, BlockError, Body, ReadError};

/// All bytes of a regular file of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unseen> {
    let bytes = head(path, most.saturating_add(1))?;
    if bytes.len() as u64 > most {
        return Err(coded(Reason::Skipped, "too-large", format!("larger than {most} bytes")));
    }
    Ok(bytes)
}

/// The first bytes of a regular file. Nothing else is opened: a pipe would block, a device might do anything.
pub(super) fn head(path: &Path, most: u64) -> Result<Vec<u8>, Unseen> {
    let metadata = std::fs::metadata(path).map_err(|error| unseen(&error))?;
    if !metadata.is_file() {
        return Err(coded(Reason::Skipped, "not-a-file", "neither a regular file nor a folder".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| unseen(&error))
}

/// The certificates in bytes that are DER or text, or none if they are something else.
pub(super) fn certificates(bytes: &[u8]) -> Vec<Result<Body, BlockError>> {
    match bytes.first() {
        Some(0x30) => match x509::read(bytes) {
            Err(ReadError::NotACertificate) => Vec::new(),
            result => vec![result.map_err(|error| BlockError { number: 1, error })],
        },
        _ => x509::certificates_in_pem(bytes),
    }
}
