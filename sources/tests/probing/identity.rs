//! Certificates of every kind of key, made by OpenSSL.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

/// A certificate with its key, and OpenSSL's fingerprint of it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) sha256: String,
}

pub(crate) struct Identities {
    folder: TempDir,
    made: Vec<(&'static str, Identity)>,
}

/// Names of keys, and how OpenSSL is told to make them.
const KEYS: [(&str, &[&str]); 13] = [
    ("rsa-1024", &["rsa:1024"]),
    ("rsa-2048", &["rsa:2048"]),
    ("rsa-3072", &["rsa:3072"]),
    ("rsa-pss", &["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("p-256", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p-384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("p-521", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ("secp256k1", &["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"]),
    ("brainpool", &["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"]),
    ("ed25519", &["ed25519"]),
    ("ed448", &["ed448"]),
    ("another", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("sha-1", &["rsa:2048", "-sha1"]),
];

impl Identities {
    pub(crate) fn make() -> Self {
        let mut made = Self { folder: tempfile::tempdir().unwrap(), made: Vec::new() };
        for (name, options) in KEYS {
            made.request(name, options);
        }
        let parameters = made.path("dsa.parameters");
        openssl(&["dsaparam", "-out", text(&parameters), "1024"]);
        made.request("dsa", &[&format!("dsa:{}", text(&parameters))]);
        made.large("60-kb", 2_300);
        made.large("70-kb", 2_800);
        made
    }

    pub(crate) fn of(&self, name: &str) -> &Identity {
        &self.made.iter().find(|(known, _)| *known == name).expect(name).1
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn request(&mut self, name: &'static str, options: &[&str]) {
        let (certificate, key) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
        let fixed = ["req", "-x509", "-nodes", "-days", "9000", "-subj", "/CN=a.example", "-newkey"];
        let files = ["-keyout", text(&key), "-out", text(&certificate)];
        openssl(&[&fixed[..], options, &files].concat());
        self.keep(name, certificate, key);
    }

    /// One with so many names that it is as large as its name says.
    fn large(&mut self, name: &'static str, names: usize) {
        let names: Vec<String> = (0..names).map(|number| format!("host-{number:05}.large.example")).collect();
        let pair = KeyPair::generate().unwrap();
        let signed = CertificateParams::new(names).unwrap().self_signed(&pair).unwrap();
        let (certificate, key) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
        std::fs::write(&certificate, signed.pem()).unwrap();
        std::fs::write(&key, pair.serialize_pem()).unwrap();
        self.keep(name, certificate, key);
    }

    fn keep(&mut self, name: &'static str, certificate: PathBuf, key: PathBuf) {
        let said = openssl(&["x509", "-noout", "-fingerprint", "-sha256", "-in", text(&certificate)]);
        let (_, fingerprint) = said.trim().split_once('=').unwrap();
        let sha256 = fingerprint.replace(':', "").to_lowercase();
        self.made.push((name, Identity { certificate, key, sha256 }));
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn openssl(arguments: &[&str]) -> String {
    let ran = Command::new("openssl").args(arguments).stderr(Stdio::piped()).output().unwrap();
    assert!(ran.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}
