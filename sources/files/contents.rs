//! The bytes of a file, within a limit, and the certificates in them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use howler_model::{Reason, Unseen};

use super::{ACTION, coded, manifest, unseen};
use crate::passwords::Passwords;
use crate::x509::{self, Body, Fault, ReadError, Stored};

/// `-----BEGIN ` in base64, as far as it does not depend on what follows.
const PEM_IN_BASE64: &str = "LS0tLS1CRUdJTi";

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

/// A certificate in a file, or what is there in its place.
#[derive(Debug)]
pub(super) struct Part {
    /// Where in the file, if it has several: `#2`, `#alias`, `#Secret/prod/web/data/tls.crt`.
    pub(super) place: String,
    /// What it says, or why it cannot be read.
    pub(super) body: Result<Body, Unseen>,
}

/// The parts of a file, known by what is in it; empty only if nothing looks like a certificate.
pub(super) fn parts(bytes: &[u8], passwords: &Passwords) -> Vec<Part> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| manifest::looks_like_one(text));
    let parts = text.map(|text| in_manifest(text, passwords)).unwrap_or_default();
    match parts.is_empty() {
        true => placed("", x509::certificates(bytes, passwords)),
        false => parts,
    }
}

/// The parts of a manifest. One that cannot be read to its end is a part too, unless nothing in it is base64 of a PEM
/// text: then it may be anything, and whatever stands in it in plain text is found without its help.
fn in_manifest(text: &str, passwords: &Passwords) -> Vec<Part> {
    let (entries, broken) = manifest::entries(text, passwords);
    let mut parts: Vec<Part> = entries.into_iter().flat_map(in_entry).collect();
    if let Some(reason) = broken.filter(|_| !parts.is_empty() || text.contains(PEM_IN_BASE64)) {
        let unseen = coded(Reason::Malformed, "manifest", format!("the rest is not a manifest: {reason}"));
        parts.push(Part { place: String::new(), body: Err(unseen) });
    }
    parts
}

fn in_entry(entry: manifest::Entry) -> Vec<Part> {
    let place = format!("#{}", entry.place);
    if entry.found.is_empty() {
        let unseen = coded(Reason::Malformed, "no-certificate", "no certificate in this value".to_owned());
        return vec![Part { place, body: Err(unseen) }];
    }
    placed(&place, entry.found)
}

/// Each with its place: the only one of a file or value needs no further name.
fn placed(place: &str, found: Vec<Stored>) -> Vec<Part> {
    let one = found.len() == 1;
    let part = |(index, stored): (usize, Stored)| {
        let label = stored.label.unwrap_or_else(|| (index + 1).to_string());
        let place = if one { place.to_owned() } else { format!("{place}#{label}") };
        Part { place, body: stored.body.map_err(|fault| unreadable(&fault)) }
    };
    found.into_iter().enumerate().map(part).collect()
}

fn unreadable(fault: &Fault) -> Unseen {
    let (reason, code) = match fault.cause() {
        ReadError::Encrypted => (Reason::Skipped, "encrypted"),
        ReadError::WrongPassword => (Reason::Failed, "wrong-password"),
        ReadError::Unsupported(_) => (Reason::Skipped, "unsupported-format"),
        _ => return Unseen::new(Reason::Malformed, ACTION, fault.to_string()),
    };
    coded(reason, code, fault.to_string())
}
