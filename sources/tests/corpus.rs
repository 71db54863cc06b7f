//! Odd public certificates (the vectors of Python's cryptography project) are read as openssl reads them, and neither
//! they nor broken copies of them end the process. `scripts/prepare` installs them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use howler_model::{Certificate, Facts, Validity};
use howler_sources::{Gather, Passwords, SOURCES};

const FORM: [&str; 6] = ["-noout", "-serial", "-dates", "-fingerprint", "-sha256", "-dateopt"];

fn corpus() -> PathBuf {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/lib");
    let pythons = fs::read_dir(venv).into_iter().flatten().flatten();
    let mut vectors = pythons.map(|python| python.path().join("site-packages/cryptography_vectors"));
    vectors.find(|path| path.is_dir()).expect("the vectors are not installed: run scripts/prepare")
}

fn gather(path: &Path) -> Facts {
    let source = SOURCES.iter().find(|source| source.id == "paths").unwrap();
    let Gather::Path(gather) = source.gather else { panic!("paths are not asked by path") };
    gather(path, &Passwords::new(["password".to_owned()]))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

/// Each certificate block of a text, or the whole of anything else.
fn pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    const END: &str = "-----END CERTIFICATE-----";
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![bytes.to_vec()] };
    let block = |rest: &str| {
        rest.split_once(END).map(|(inside, _)| format!("-----BEGIN CERTIFICATE-----{inside}{END}\n"))
    };
    text.split("-----BEGIN CERTIFICATE-----").skip(1).filter_map(block).map(String::into_bytes).collect()
}

/// Serial, dates and fingerprint as openssl sees them, if it reads the bytes as a certificate.
fn by_openssl(bytes: &[u8]) -> Option<String> {
    let mut command = Command::new("openssl");
    command
        .arg("x509")
        .args(FORM)
        .arg("iso_8601")
        .args(["-inform", if bytes.first() == Some(&0x30) { "DER" } else { "PEM" }]);
    let mut openssl =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let _ = openssl.stdin.take().unwrap().write_all(bytes); // it may have seen enough
    let output = openssl.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let endless = said.contains("notAfter=Bad time value") || said.contains("notAfter=9999-12-31 23:59:59Z");
    let kept = |line: &&str| !(endless && line.starts_with("notBefore"));
    let lines = said.lines().filter(kept).map(|line| format!("{line}\n"));
    output.status.success().then(|| lines.collect())
}

/// The same lines as those of openssl.
/// openssl's words where a date is not one; where the end is unknown or never, no start is kept, and none is compared.
fn by_us(certificate: &Certificate) -> String {
    let hex = certificate.sha256.unwrap().to_string().to_uppercase();
    let pairs: Vec<&str> = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
    let serial = certificate.serial.as_deref().unwrap().to_uppercase();
    let (sign, digits) = serial.strip_prefix('-').map_or(("", serial.as_str()), |digits| ("-", digits));
    let odd = if digits.len() % 2 == 1 { "0" } else { "" };
    let date = |date: chrono::DateTime<chrono::Utc>| date.format("%Y-%m-%d %H:%M:%SZ").to_string();
    let dates = match &certificate.validity {
        Validity::Until { not_before: Some(start), not_after } => {
            format!("notBefore={}\nnotAfter={}", date(*start), date(*not_after))
        }
        Validity::NoExpiry => "notAfter=9999-12-31 23:59:59Z".to_owned(),
        Validity::Unknown(_) => "notAfter=Bad time value".to_owned(),
        other => format!("{other:?}"),
    };
    format!("serial={sign}{odd}{digits}\n{dates}\nsha256 Fingerprint={}\n", pairs.join(":"))
}

/// The certificates in a PKCS #12 store as openssl takes them out of it.
fn stored(path: &Path) -> Vec<Vec<u8>> {
    let words = ["pkcs12", "-nokeys", "-legacy", "-passin", "pass:password", "-in"];
    let output = Command::new("openssl").args(words).arg(path).stderr(Stdio::null()).output().unwrap();
    pieces(String::from_utf8_lossy(&output.stdout).as_bytes())
}

/// All pieces of the corpus that openssl reads, once each, with what it says of each certificate in them.
fn read_by_openssl() -> Vec<(Vec<u8>, Vec<String>)> {
    let mut paths = Vec::new();
    files(&corpus(), &mut paths);
    let is =
        |path: &Path, ends: &[&str]| path.extension().is_some_and(|it| ends.iter().any(|end| it == *end));
    let texts =
        paths.iter().filter(|path| is(path, &["pem", "der", "crt"])).map(|path| fs::read(path).unwrap());
    let unique: BTreeSet<Vec<u8>> = texts.flat_map(|bytes| pieces(&bytes)).collect();
    let plain = unique.into_iter().filter_map(|piece| by_openssl(&piece).map(|said| (piece, vec![said])));
    let stores = paths.iter().filter(|path| is(path, &["p12"])).map(|path| {
        let said = stored(path).iter().filter_map(|piece| by_openssl(piece)).collect();
        (fs::read(path).unwrap(), said)
    });
    plain.chain(stores).filter(|(_, said): &(_, Vec<String>)| !said.is_empty()).collect()
}

#[test]
fn odd_certificates_are_read_as_openssl_reads_them_and_broken_ones_end_nothing() {
    let (folder, corpus) = (tempfile::tempdir().unwrap(), read_by_openssl());
    let path = folder.path().join("one.pem");
    let (mut differ, mut compared) = (Vec::new(), 0);
    for (piece, expected) in &corpus {
        fs::write(&path, piece).unwrap();
        let facts = gather(&path);
        let mut read: Vec<String> = facts.certificates.iter().map(by_us).collect();
        let mut expected = expected.clone();
        read.sort();
        expected.sort();
        compared += expected.len();
        if read != expected {
            differ.push(format!("{expected:?} {read:?} {:?}", facts.scopes[0].gaps));
        }
    }
    println!(
        "{compared} certificates in {} files compared with openssl, {} files differ",
        corpus.len(),
        differ.len()
    );
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(compared >= 800, "only {compared} certificates");
    mutants(&corpus, &path);
}

/// Flipped, cut: each is a certificate or a gap, and never nothing.
fn mutants(corpus: &[(Vec<u8>, Vec<String>)], path: &Path) {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..600 {
        let mut mutant = corpus[random.usize(..corpus.len())].0.clone();
        match random.bool() {
            true => mutant.truncate(random.usize(..mutant.len())),
            false => (0..3).for_each(|_| {
                let at = random.usize(..mutant.len());
                mutant[at] ^= 1 << random.u8(..8);
            }),
        }
        fs::write(path, &mutant).unwrap();
        let facts = gather(path);
        assert!(
            facts.certificates.len() + facts.scopes[0].gaps.len() > 0,
            "{}",
            String::from_utf8_lossy(&mutant)
        );
    }
}
