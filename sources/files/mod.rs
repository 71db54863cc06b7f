//! Certificates in files and folders: PEM and DER, known by what is in them.
//!
//! Only regular files are opened, links inside a folder are not followed, and no file may be larger than a limit.

mod candidate;
mod contents;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use howler_model::{CertificateUsage, Facts, Origin, Reason, Resource, Scope, Service, Unseen};
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;
use crate::source::Gathered;
use crate::x509::{BlockError, Body};

const ACTION: &str = "file:read";

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Files and folders under one folder.
    pub(crate) entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, entries: 1_000_000 }
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
pub(crate) fn gather(path: &Path, limits: &Limits) -> Facts {
    let scope = Scope::outside(path.display().to_string(), Service::FILE);
    let mut gathered = Gathered::default();
    match std::fs::metadata(path) {
        Err(error) => gathered.miss(Some(&text(path)), unseen(&error)),
        Ok(metadata) if metadata.is_dir() => folder(path, limits, &scope, &mut gathered),
        Ok(_) => named_file(path, limits, &scope, &mut gathered),
    }
    gathered.into_facts(scope)
}

/// A file that was asked for by name has a certificate, or there is a gap.
fn named_file(path: &Path, limits: &Limits, scope: &Scope, gathered: &mut Gathered) {
    match contents::read(path, limits.file_bytes) {
        Err(unseen) => gathered.miss(Some(&text(path)), unseen),
        Ok(bytes) => match contents::certificates(&bytes) {
            found if found.is_empty() => {
                gathered.miss(Some(&text(path)), candidate::nothing_found(path, &bytes))
            }
            found => keep(path, found, scope, gathered),
        },
    }
}

fn folder(root: &Path, limits: &Limits, scope: &Scope, gathered: &mut Gathered) {
    gathered.answered += 1; // the listing itself
    let mut links = Vec::new();
    for (count, entry) in WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter().enumerate() {
        if count == limits.entries {
            return gathered.miss(Some(&text(root)), too_many(limits.entries));
        }
        match entry {
            Err(error) => gathered.miss(error.path().map(text).as_deref(), unwalkable(&error)),
            Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                links.extend(leading_out(root, &entry))
            }
            Ok(entry) if entry.file_type().is_file() => file_in_folder(entry.path(), limits, scope, gathered),
            Ok(_) => {} // folders come by themselves; pipes, sockets and devices are never opened
        }
    }
    if let Some(first) = links.first() {
        gathered.miss(Some(&text(first)), not_followed(links.len()));
    }
}

/// A file in a folder without a certificate is passed over, unless it claims to have one.
fn file_in_folder(path: &Path, limits: &Limits, scope: &Scope, gathered: &mut Gathered) {
    let found = candidate::looks_like_a_certificate(path).and_then(|likely| match likely {
        false => Ok(Vec::new()),
        true => {
            let bytes = contents::read(path, limits.file_bytes)?;
            let found = contents::certificates(&bytes);
            if found.is_empty() && candidate::claims_a_certificate(path, &bytes) {
                return Err(candidate::nothing_found(path, &bytes));
            }
            Ok(found)
        }
    });
    match found {
        Ok(found) => keep(path, found, scope, gathered),
        Err(unseen) => gathered.miss(Some(&text(path)), unseen),
    }
}

/// The certificates of one file as facts, its bad blocks as gaps.
fn keep(path: &Path, found: Vec<Result<Body, BlockError>>, scope: &Scope, gathered: &mut Gathered) {
    let one = found.len() == 1;
    for (index, result) in found.into_iter().enumerate() {
        match result {
            Ok(body) => {
                let id = if one { text(path) } else { format!("{}#{}", text(path), index + 1) };
                let name =
                    path.file_name().map_or_else(|| text(path), |name| name.to_string_lossy().into_owned());
                let resource = Resource { scope: scope.clone(), kind: "certificate-file", id, name };
                gathered.answered += 1;
                gathered.facts.certificates.push(body.at(resource, Origin::File, CertificateUsage::Unknown));
            }
            Err(error) => {
                gathered.miss(Some(&text(path)), Unseen::new(Reason::Malformed, ACTION, error.to_string()));
            }
        }
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

fn too_many(entries: usize) -> Unseen {
    coded(Reason::Skipped, "too-many-files", format!("more than {entries} entries in one folder"))
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
