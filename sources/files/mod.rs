//! Certificates and revocation lists in files and folders, known by what is in them: text, binary, bundles, stores,
//! manifests.
//!
//! Only regular files are opened, links inside a folder are not followed, and no file may be larger than a limit.

mod candidate;
mod contents;
mod leaves;
mod manifest;
mod reader;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use howler_model::{CertificateUsage, Facts, Origin, Reason, Resource, Role, Scope, Service, Unseen};
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;
use crate::passwords::Passwords;
use crate::source::Gathered;
use crate::x509::Body;
use contents::Part;
use reader::Reader;

const ACTION: &str = "file:read";

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Time for one file.
    pub(crate) file_time: Duration,
    /// Files and folders under one folder.
    pub(crate) entries: usize,
    /// Time for one folder. A file that is being read when it ends is read to its end.
    pub(crate) time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let [file_time, time] = [10, 1_800].map(Duration::from_secs);
        Self { file_bytes: 16 << 20, file_time, entries: 1_000_000, time }
    }
}

impl Limits {
    /// Why a folder is not read further, if it is not.
    fn end(&self, entries: usize, time: Duration) -> Option<Unseen> {
        if entries == self.entries {
            let message = format!("more than {entries} entries in one folder");
            return Some(coded(Reason::Skipped, "too-many-files", message));
        }
        let late = || format!("the rest of the folder was not read: {} s are over", self.time.as_secs());
        (time > self.time).then(|| coded(Reason::Timeout, "too-slow", late()))
    }
}

/// Whether there is something at a path that was asked for by name.
///
/// # Errors
/// [`Error::NoSuchPath`] if there is not, or if that cannot be known.
pub fn present(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(()),
        Err(reason) => Err(Error::NoSuchPath { path: path.to_owned(), reason }),
    }
}

/// The certificates in a file, or in all files under a folder that look like certificates. Blocks the thread.
#[must_use]
pub(crate) fn gather(path: &Path, passwords: &Passwords, limits: &Limits) -> Facts {
    let scope = Scope::outside(path.display().to_string(), Service::FILE);
    let reader = Reader::new(limits.file_time);
    let mut reading = Reading { passwords, limits, scope, reader, gathered: Gathered::default() };
    match std::fs::metadata(path) {
        Err(error) => reading.gathered.miss(Some(&text(path)), unseen(&error)),
        Ok(metadata) if metadata.is_dir() => reading.folder(path),
        Ok(_) => reading.named_file(path),
    }
    reading.gathered.into_facts(reading.scope)
}

/// What is read, within which limits, and what came of it.
struct Reading<'a> {
    passwords: &'a Passwords,
    limits: &'a Limits,
    scope: Scope,
    reader: Reader,
    gathered: Gathered,
}

impl Reading<'_> {
    /// A file that was asked for by name has a certificate, or there is a gap.
    fn named_file(&mut self, path: &Path) {
        let parts = self.reader.all(path, self.limits.file_bytes).and_then(|bytes| {
            let parts = contents::parts(&bytes, self.passwords);
            if parts.is_empty() { Err(candidate::nothing_found(path, &bytes)) } else { Ok(parts) }
        });
        self.note(path, parts);
    }

    fn folder(&mut self, root: &Path) {
        self.gathered.answered += 1; // the listing itself
        let began = Instant::now();
        let mut links = Vec::new();
        for (count, entry) in
            WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter().enumerate()
        {
            if let Some(end) = self.limits.end(count, began.elapsed()).or_else(|| self.reader.end()) {
                return self.gathered.miss(Some(&text(root)), end);
            }
            match entry {
                Err(error) => self.gathered.miss(error.path().map(text).as_deref(), unwalkable(&error)),
                Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                    links.extend(leading_out(root, &entry))
                }
                Ok(entry) if entry.file_type().is_file() => self.file_in_folder(entry.path()),
                Ok(_) => {} // folders come by themselves; pipes, sockets and devices are never opened
            }
        }
        if let Some(first) = links.first() {
            self.gathered.miss(Some(&text(first)), not_followed(links.len()));
        }
    }

    /// A file in a folder without a certificate is passed over, unless it claims to have one.
    fn file_in_folder(&mut self, path: &Path) {
        let parts =
            candidate::looks_like_a_certificate(path, &mut self.reader).and_then(|likely| match likely {
                false => Ok(Vec::new()),
                true => {
                    let bytes = self.reader.all(path, self.limits.file_bytes)?;
                    let parts = contents::parts(&bytes, self.passwords);
                    if parts.is_empty() && candidate::claims_a_certificate(path, &bytes) {
                        return Err(candidate::nothing_found(path, &bytes));
                    }
                    Ok(parts)
                }
            });
        self.note(path, parts);
    }

    /// The certificates of one file as facts, what is there in place of others as gaps.
    fn note(&mut self, path: &Path, parts: Result<Vec<Part>, Unseen>) {
        let parts = match parts {
            Ok(parts) => parts,
            Err(unseen) => return self.gathered.miss(Some(&text(path)), unseen),
        };
        for part in parts {
            let id = format!("{}{}", text(path), part.place);
            match part.body {
                Ok(body) => self.keep(path, id, body),
                Err(unseen) => self.gathered.miss(Some(&id), unseen),
            }
        }
    }

    fn keep(&mut self, path: &Path, id: String, body: Body) {
        let name = path.file_name().map_or_else(|| text(path), |name| name.to_string_lossy().into_owned());
        let kind = match body.role {
            Role::RevocationList => "revocation-list-file",
            _ => "certificate-file",
        };
        let resource = Resource { scope: self.scope.clone(), kind, id, name };
        self.gathered.answered += 1;
        self.gathered.facts.certificates.push(body.at(resource, Origin::File, CertificateUsage::Unknown));
    }
}

/// A link whose target is not under the folder, so that the walk does not come to it.
fn leading_out(root: &Path, link: &DirEntry) -> Option<PathBuf> {
    let target = std::fs::canonicalize(link.path()).ok()?;
    let root = std::fs::canonicalize(root).ok()?;
    (!target.starts_with(root)).then(|| link.path().to_owned())
}

fn not_followed(links: usize) -> Unseen {
    let message =
        format!("{links} links lead out of the folder and were not followed, the first is named here");
    coded(Reason::Skipped, "link-not-followed", message)
}

fn unwalkable(error: &walkdir::Error) -> Unseen {
    error.io_error().map_or_else(|| coded(Reason::Failed, "walk", error.to_string()), unseen)
}

fn unseen(error: &std::io::Error) -> Unseen {
    let (reason, code) = match error.kind() {
        std::io::ErrorKind::PermissionDenied => (Reason::Denied, "permission-denied"),
        std::io::ErrorKind::NotFound => (Reason::Failed, "not-found"),
        _ => (Reason::Failed, "read-failed"),
    };
    coded(reason, code, error.to_string())
}

fn coded(reason: Reason, code: &str, message: String) -> Unseen {
    Unseen { code: Some(code.to_owned()), ..Unseen::new(reason, ACTION, message) }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
