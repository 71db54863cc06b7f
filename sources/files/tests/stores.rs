//! Stores as openssl and keytool make them, in every encryption that they know. scripts/prepare brings both.

use std::fs;
use std::path::Path;
use std::process::Command;

use howler_model::Facts;
use tempfile::TempDir;

use super::{Limits, Passwords, folder, found, gaps, gather};

/// Runs a tool in a folder; whether it could do what it was asked.
fn run(folder: &Path, line: &str) -> bool {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .current_dir(folder)
        .env("P", "s3cret-Pässword")
        .env("EMPTY", "")
        .output()
        .is_ok_and(|it| it.status.success())
}

fn with_key() -> TempDir {
    let root = folder(&[]);
    let issue = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
    assert!(run(root.path(), &format!("{issue} -subj /CN=leaf.example -keyout key -out leaf")));
    assert!(run(root.path(), &format!("{issue} -subj /CN=ca.example -keyout ca-key -out ca")));
    root
}

fn opened(path: &Path, passwords: &[&str]) -> Facts {
    let passwords = Passwords::new(passwords.iter().map(ToString::to_string));
    gather(path, &passwords, &Limits::default())
}

/// Writes `store.p12` with more words for openssl.
fn export(root: &TempDir, more: &str) -> bool {
    let line = "openssl pkcs12 -export -inkey key -in leaf -certfile ca -out store.p12 -passout env:P";
    run(root.path(), &format!("{line} {more}"))
}

#[test]
fn every_encryption_of_openssl_is_read_with_the_password_and_told_without() {
    let root = with_key();
    let path = root.path().join("store.p12");
    let modern = ["", "-macalg sha512", "-certpbe AES-128-CBC -keypbe AES-192-CBC", "-certpbe AES-192-CBC"];
    let hashes = ["hmacWithSHA1", "hmacWithSHA384", "hmacWithSHA512"]
        .map(|hash| format!("-iter 3000 -certpbe AES-256-CBC -macalg sha256 -v2prf {hash}"));
    let older = [
        "-legacy",
        "-legacy -descert",
        "-legacy -certpbe PBE-SHA1-RC2-128",
        "-legacy -certpbe PBE-SHA1-3DES",
    ];
    let mut read = 0;
    for more in modern.into_iter().map(str::to_owned).chain(hashes).chain(older.map(str::to_owned)) {
        if !export(&root, &more) {
            continue; // an option that this openssl does not have for this command
        }
        read += 1;
        let names = found(&opened(&path, &["wrong", "s3cret-Pässword"]), root.path());
        assert_eq!(names, ["store.p12#1 leaf.example", "store.p12#2 ca.example"], "{more}");
        assert_eq!(gaps(&opened(&path, &[]), root.path()), ["store.p12 encrypted"], "{more}");
        assert_eq!(gaps(&opened(&path, &["wrong"]), root.path()), ["store.p12 wrong-password"], "{more}");
    }
    assert!(read >= 8, "openssl made only {read} kinds of store");
}

#[test]
fn what_is_not_encrypted_needs_no_password() {
    let root = with_key();
    let path = root.path().join("store.p12");
    assert!(export(&root, "-certpbe NONE"));
    assert_eq!(opened(&path, &[]).certificates.len(), 2);
    for more in ["", "-legacy"] {
        assert!(export(&root, &format!("-passout env:EMPTY {more}")));
        assert_eq!(opened(&path, &[]).certificates.len(), 2, "{more}");
    }
}

#[test]
fn a_password_is_in_no_gap_and_no_debug_text() {
    let root = with_key();
    assert!(export(&root, ""));
    let passwords = Passwords::new(["m4rker".to_owned()]);
    assert_eq!(format!("{passwords:?}"), "Passwords(1)");
    let facts = gather(root.path(), &passwords, &Limits::default());
    assert!(!facts.scopes[0].gaps.is_empty() && !format!("{facts:?}").contains("m4rker"));
}

#[test]
fn a_store_that_asks_for_endless_work_is_refused_at_once() {
    let root = with_key();
    assert!(export(&root, "-iter 1999999"));
    let began = std::time::Instant::now();
    assert_eq!(
        gaps(&opened(&root.path().join("store.p12"), &["x"]), root.path()),
        ["store.p12 unsupported-format"]
    );
    assert!(began.elapsed().as_secs() < 2);
}

#[test]
fn a_java_store_is_read_without_a_password() {
    let root = with_key();
    let import = "keytool -importcert -noprompt -file ca -storepass changeit";
    let pair = "keytool -genkeypair -alias web -keyalg EC -dname CN=web.example -storepass changeit -keypass changeit";
    for kind in ["JKS", "JCEKS"] {
        let store = format!("-storetype {kind} -keystore {kind}.jks");
        assert!(
            run(root.path(), &format!("{pair} {store}"))
                && run(root.path(), &format!("{import} -alias root {store}"))
        );
        let mut names = found(&opened(&root.path().join(format!("{kind}.jks")), &[]), root.path());
        names.sort();
        assert_eq!(names, [format!("{kind}.jks#root ca.example"), format!("{kind}.jks#web web.example")]);
    }
    assert!(run(root.path(), &format!("{pair} -storetype PKCS12 -keystore java.p12")));
    let names = found(&opened(&root.path().join("java.p12"), &["changeit"]), root.path());
    assert_eq!(names, ["java.p12 web.example"], "Java's own kind of PKCS #12");
}

#[test]
fn a_cut_java_store_gives_what_is_before_the_cut() {
    let root = with_key();
    let (der, mut store) = (root.path().join("ca.der"), b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x02".to_vec());
    assert!(run(root.path(), "openssl x509 -in ca -outform der -out ca.der"));
    let der = fs::read(der).unwrap();
    for alias in [b"one", b"two"] {
        store.extend(b"\0\0\0\x02\0\x03".iter().chain(alias).chain(&[0; 8]).chain(b"\0\x05X.509"));
        store.extend(u32::try_from(der.len()).unwrap().to_be_bytes().iter().chain(&der));
    }
    fs::write(root.path().join("whole.jks"), &store).unwrap();
    fs::write(root.path().join("cut.jks"), &store[..store.len() - 1]).unwrap();
    let facts = opened(root.path(), &[]);
    let stores: Vec<_> = found(&facts, root.path()).into_iter().filter(|line| line.contains("jks")).collect();
    assert_eq!(stores, ["cut.jks#one ca.example", "whole.jks#one ca.example", "whole.jks#two ca.example"]);
    assert_eq!(gaps(&facts, root.path()), ["cut.jks#2 the certificate is cut off"]);
}

#[test]
fn a_bundle_of_pkcs7_is_read_in_binary_and_in_text() {
    let root = with_key();
    for (name, form) in [("b.p7b", "der"), ("b.txt", "pem")] {
        assert!(run(
            root.path(),
            &format!("openssl crl2pkcs7 -nocrl -certfile leaf -certfile ca -outform {form} -out {name}")
        ));
        let names = found(&opened(&root.path().join(name), &[]), root.path());
        assert_eq!(names, [format!("{name}#1 leaf.example"), format!("{name}#2 ca.example")]);
    }
    assert!(run(root.path(), "openssl crl2pkcs7 -nocrl -outform der -out none.p7b"));
    let facts = opened(&root.path().join("none.p7b"), &[]);
    assert!(gaps(&facts, root.path())[0].contains("PKCS #7"), "{facts:?}");
}
