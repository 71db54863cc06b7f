//! Files and folders as they are found: bundles, binaries, keys, pipes, links, and what cannot be read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod lists;
mod manifests;
mod stores;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use howler_model::{CoverageStatus, Facts, Origin, Reason};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::{Limits, gather, present};
use crate::error::Error;
use crate::passwords::Passwords;

fn certificate(name: &str) -> rcgen::Certificate {
    CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&KeyPair::generate().unwrap()).unwrap()
}

fn pem(name: &str) -> String {
    certificate(name).pem()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn seen(path: &Path) -> Facts {
    gather(path, &Passwords::default(), &Limits::default())
}

/// Names covered, with the id of the resource without the folder.
fn found(facts: &Facts, root: &Path) -> Vec<String> {
    let root = format!("{}/", root.display());
    let line = |certificate: &howler_model::Certificate| {
        format!("{} {}", certificate.resource.id.replace(&root, ""), certificate.names.join(" "))
    };
    facts.certificates.iter().map(line).collect()
}

/// Each gap as `item code`, or its message where it has no code.
fn gaps(facts: &Facts, root: &Path) -> Vec<String> {
    let root = format!("{}/", root.display());
    let gaps = facts.scopes[0].gaps.iter();
    gaps.map(|gap| {
        assert_eq!(gap.unseen.action, "file:read");
        let code = gap.unseen.code.clone().unwrap_or_else(|| gap.unseen.message.clone());
        format!("{} {code}", gap.item.as_deref().unwrap().replace(&root, ""))
    })
    .collect()
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_file_is_one_scope_and_one_certificate() {
    let root = folder(&[("a.pem", pem("a.example").as_bytes())]);
    let path = root.path().join("a.pem");
    let facts = seen(&path);
    let certificate = &facts.certificates[0];
    assert_eq!((certificate.resource.kind, certificate.origin), ("certificate-file", Origin::File));
    assert_eq!(certificate.resource.id, path.display().to_string());
    assert_eq!(certificate.resource.name, "a.pem");
    assert_eq!(facts.scopes[0].scope.to_string(), format!("file {}", path.display()));
    assert_eq!((facts.scopes[0].status(), facts.scopes[0].facts), (CoverageStatus::Ok, 1));
}

#[test]
fn a_bundle_numbers_its_certificates_and_a_bad_block_hides_none() {
    let bad = "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n";
    let same = pem("a.example");
    let text = format!("{same}{bad}{same}{}", pem("b.example"));
    let root = folder(&[("bundle.txt", text.as_bytes())]);
    let facts = seen(&root.path().join("bundle.txt"));
    assert_eq!(
        found(&facts, root.path()),
        ["bundle.txt#1 a.example", "bundle.txt#3 a.example", "bundle.txt#4 b.example"]
    );
    assert_eq!(
        gaps(&facts, root.path()),
        ["bundle.txt#2 certificate block 2: the text in the block is not base64"]
    );
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Partial);
}

#[test]
fn der_is_known_by_its_content() {
    let der = certificate("d.example").der().to_vec();
    let root = folder(&[("d.crt", &der), ("no-extension", &der), ("cut.cer", &der[..der.len() - 9])]);
    let facts = seen(root.path());
    assert_eq!(found(&facts, root.path()), ["d.crt d.example", "no-extension d.example"]);
    assert_eq!(gaps(&facts, root.path()), ["cut.cer certificate block 1: the certificate is cut off"]);
}

#[test]
fn a_folder_passes_over_what_has_no_certificate() {
    let key = KeyPair::generate().unwrap();
    let root = folder(&[
        ("deep/er/ok.pem", pem("ok.example").as_bytes()),
        ("key.pem", key.serialize_pem().as_bytes()),
        ("key.der", &key.serialize_der()),
        ("notes.txt", b"nothing to see"),
        ("notes.crt", b"nothing to see"),
        ("image", &[0x89, 0x50, 0x4e, 0x47, 0, 0]),
    ]);
    let facts = seen(root.path());
    assert_eq!(found(&facts, root.path()), ["deep/er/ok.pem ok.example"]);
    assert_eq!(gaps(&facts, root.path()), Vec::<String>::new());
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Ok);
}

#[test]
fn a_folder_names_what_claims_a_certificate_and_shows_none() {
    let root = folder(&[
        ("empty.pem", b""),
        ("garbage.crt", &[0x30, 0x03, 0, 1, 2]),
        ("store.p12", &[0x30, 0x82, 0, 1, 2]),
        ("utf16.pem", &[0xff, 0xfe, b'h', 0]),
    ]);
    let facts = seen(root.path());
    assert_eq!(
        gaps(&facts, root.path()),
        ["empty.pem empty", "garbage.crt no-certificate", "store.p12 no-certificate"]
    );
    assert_eq!(facts.certificates, []);
}

#[test]
fn a_file_named_without_a_certificate_is_a_gap() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let root = folder(&[("key.pem", key.as_bytes()), ("notes.txt", b"hello")]);
    for name in ["key.pem", "notes.txt"] {
        let facts = seen(&root.path().join(name));
        assert_eq!(gaps(&facts, root.path()), [format!("{name} no-certificate")]);
        assert_eq!(facts.scopes[0].status(), CoverageStatus::Error);
    }
}

#[test]
fn links_are_not_followed_in_a_folder_and_those_that_lead_out_are_told() {
    let outside = folder(&[("out.pem", pem("out.example").as_bytes())]);
    let root = folder(&[("real/in.pem", pem("in.example").as_bytes())]);
    symlink(root.path(), root.path().join("real/loop")).unwrap();
    symlink("real/in.pem", root.path().join("again.pem")).unwrap();
    symlink("nowhere", root.path().join("dangling.pem")).unwrap();
    assert_eq!(gaps(&seen(root.path()), root.path()), Vec::<String>::new());
    symlink(outside.path().join("out.pem"), root.path().join("out.pem")).unwrap();
    symlink(outside.path(), root.path().join("out")).unwrap();
    let facts = seen(root.path());
    assert_eq!(found(&facts, root.path()), ["real/in.pem in.example"]);
    assert_eq!(gaps(&facts, root.path()), ["out link-not-followed"]);
    assert!(facts.scopes[0].gaps[0].unseen.message.starts_with("2 links"));
    let named = seen(&root.path().join("out.pem"));
    assert_eq!(named.certificates.len(), 1, "a link that is named is followed");
}

#[test]
fn pipes_are_never_opened() {
    let root = folder(&[("a.pem", pem("a.example").as_bytes())]);
    let path = root.path().join("pipe.pem");
    pipe(&path);
    assert_eq!(found(&seen(root.path()), root.path()), ["a.pem a.example"]);
    assert_eq!(gaps(&seen(&path), root.path()), ["pipe.pem not-a-file"]);
    assert_eq!(gaps(&seen(Path::new("/dev/zero")), Path::new("/dev")), ["zero not-a-file"]);
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let text = pem("a.example");
    let root = folder(&[("a.pem", text.as_bytes())]);
    let exact = Limits { file_bytes: text.len() as u64, ..Limits::default() };
    assert_eq!(gather(root.path(), &Passwords::default(), &exact).certificates.len(), 1);
    let facts =
        gather(root.path(), &Passwords::default(), &Limits { file_bytes: exact.file_bytes - 1, ..exact });
    assert_eq!(gaps(&facts, root.path()), ["a.pem too-large"]);
}

#[test]
fn more_entries_than_the_limit_are_told() {
    let root = folder(&[("a.pem", pem("a.example").as_bytes()), ("b.pem", pem("b.example").as_bytes())]);
    let facts = gather(root.path(), &Passwords::default(), &Limits { entries: 2, ..Limits::default() });
    assert_eq!(found(&facts, root.path()), ["a.pem a.example"]);
    assert_eq!(facts.scopes[0].gaps[0].unseen.code.as_deref(), Some("too-many-files"));
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    use std::os::unix::fs::PermissionsExt;
    let root = folder(&[("locked.pem", pem("a.example").as_bytes()), ("b.pem", pem("b.example").as_bytes())]);
    let locked = root.path().join("locked.pem");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let facts = seen(root.path());
    assert!(found(&facts, root.path()).contains(&"b.pem b.example".to_owned()));
    if fs::File::open(&locked).is_err() {
        // Root reads it all the same.
        assert_eq!(gaps(&facts, root.path()), ["locked.pem permission-denied"]);
        assert_eq!(facts.scopes[0].gaps[0].unseen.reason, Reason::Denied);
    }
    if cfg!(target_os = "linux") {
        let facts = seen(Path::new("/proc/self/mem")); // a regular file whose first page is never mapped
        assert_eq!(gaps(&facts, Path::new("/proc/self")), ["mem read-failed"]);
    }
}

#[test]
fn a_missing_path_is_an_error_when_asked_for_and_a_gap_when_it_goes_away() {
    let root = folder(&[]);
    let path = root.path().join("gone.pem");
    assert!(present(root.path()).is_ok());
    assert!(matches!(present(&path), Err(Error::NoSuchPath { .. })));
    assert_eq!(gaps(&seen(&path), root.path()), ["gone.pem not-found"]);
}
