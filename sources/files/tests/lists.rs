//! Revocation lists as openssl makes them, alone and among certificates.

use std::fs;
use std::process::Command;

use howler_model::{Role, Validity};
use tempfile::TempDir;

use super::{folder, found, gaps, pem, seen};

/// A folder in which openssl has made a revocation list for 30 days as text and as DER.
fn with_lists() -> TempDir {
    let root = folder(&[
        ("index", b""),
        ("number", b"01\n"),
        ("ca.cnf", b"[ca]\ndefault_ca = a\n[a]\ndatabase = index\ncrlnumber = number\ndefault_md = sha256\n"),
    ]);
    let run = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let done = Command::new("openssl").args(words).current_dir(root.path()).output().unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    };
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ca.example -keyout k -out c");
    run("ca -config ca.cnf -gencrl -keyfile k -cert c -crldays 30 -out list.pem");
    run("crl -in list.pem -outform DER -out list.crl");
    for left_over in ["index", "number", "number.old", "ca.cnf", "k", "c"] {
        let _ = fs::remove_file(root.path().join(left_over));
    }
    root
}

#[test]
fn lists_of_openssl_are_read_from_text_and_from_der() {
    let root = with_lists();
    let facts = seen(root.path());
    assert_eq!(gaps(&facts, root.path()), [""; 0]);
    let [der, text] = facts.certificates.as_slice() else { panic!("{facts:?}") };
    assert!(der.resource.id.ends_with("/list.crl") && text.resource.id.ends_with("/list.pem"));
    assert_eq!((der.role, der.resource.kind), (Role::RevocationList, "revocation-list-file"));
    assert_eq!((der.sha256, &der.validity), (text.sha256, &text.validity));
    assert_eq!(der.issuer.as_deref(), Some("CN=ca.example"));
    let Validity::Until { not_before: Some(update), not_after } = der.validity else { panic!("{der:?}") };
    assert_eq!((not_after - update).num_days(), 30);
}

#[test]
fn a_list_among_certificates_has_a_name_of_its_own() {
    let root = with_lists();
    let list = fs::read_to_string(root.path().join("list.pem")).unwrap();
    let bundle = format!("{list}{}{}{list}", pem("a.example"), pem("b.example"));
    fs::write(root.path().join("bundle"), bundle).unwrap();
    let facts = seen(&root.path().join("bundle"));
    let expected = ["bundle#1 a.example", "bundle#2 b.example", "bundle#crl ", "bundle#crl/2 "];
    assert_eq!(found(&facts, root.path()), expected);
}

#[test]
fn a_list_that_cannot_be_read_is_a_gap() {
    let root = with_lists();
    let der = fs::read(root.path().join("list.crl")).unwrap();
    let broken = folder(&[
        ("cut.crl", &der[..der.len() - 1]),
        ("broken.txt", b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n"),
    ]);
    let told = gaps(&seen(broken.path()), broken.path());
    let words = "not an X.509 revocation list, or cut off, or followed by something else";
    assert_eq!(told, [format!("broken.txt {words}"), "cut.crl no-certificate".to_owned()]);
}
