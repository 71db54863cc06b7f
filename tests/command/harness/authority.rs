//! A certification authority of the tests, and what it signs.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

pub(crate) struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in files as servers want them.
pub(crate) struct Leaf {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Authority of the tests")
    }

    pub(crate) fn named(name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder, issuer: Issuer::new(params, key) }
    }

    /// The file to trust.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The folder of all files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Signs a certificate that ends so many days from now, having lived for 90.
    pub(crate) fn sign(&self, name: &str, days: i64) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let signed = params(name, days).signed_by(&key, &self.issuer).unwrap();
        self.write(name, &signed.pem(), &key)
    }

    /// A certificate that signed itself.
    pub(crate) fn self_signed(&self, name: &str, days: i64) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let signed = params(name, days).self_signed(&key).unwrap();
        self.write(name, &signed.pem(), &key)
    }

    fn write(&self, name: &str, pem: &str, key: &KeyPair) -> Leaf {
        let at = |suffix: &str| self.folder.path().join(format!("{name}.{suffix}"));
        let leaf = Leaf { certificate: at("pem"), key: at("key") };
        fs::write(&leaf.certificate, pem).unwrap();
        fs::write(&leaf.key, key.serialize_pem()).unwrap();
        leaf
    }
}

fn params(name: &str, days: i64) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let not_after = Utc::now() + TimeDelta::days(days);
    let date = |at: DateTime<Utc>| rcgen::date_time_ymd(at.year(), at.month() as u8, at.day() as u8);
    (params.not_before, params.not_after) = (date(not_after - TimeDelta::days(90)), date(not_after));
    params
}
