//! Which files of a folder are worth reading, and which of them owe a certificate.

use std::path::Path;

use howler_model::{Reason, Unseen};

use super::reader::Reader;
use super::{coded, manifest};

/// Text before the first block (`openssl x509 -text`) is shorter than this.
const HEAD: u64 = 16 << 10;
const TEXT_LABELS: [&str; 5] = [
    "-BEGIN CERTIFICATE-",
    "-BEGIN X509 CERTIFICATE-",
    "-BEGIN TRUSTED CERTIFICATE-",
    "-BEGIN PKCS7-",
    "-BEGIN X509 CRL-",
];

/// Whether a file looks like one with certificates, by its extension or its first bytes.
///
/// # Errors
/// If its first bytes cannot be read.
pub(super) fn looks_like_a_certificate(path: &Path, reader: &mut Reader) -> Result<bool, Unseen> {
    if owes_a_certificate(path) || may_have_a_certificate(path) || is_store(path) {
        return Ok(true);
    }
    let head = reader.head(path, HEAD)?;
    let binary = matches!(head.as_slice(), [0x30, 0x82, ..] | [0xfe, 0xed, 0xfe, 0xed, ..]);
    let text = String::from_utf8_lossy(&head);
    let labelled = || TEXT_LABELS.iter().any(|label| text.contains(label));
    Ok(binary || labelled() || manifest::looks_like_one(&text))
}

/// Whether the absence of a certificate is worth a gap: an empty file, a binary `.crt`, a store that cannot be read.
pub(super) fn claims_a_certificate(path: &Path, bytes: &[u8]) -> bool {
    let binary = std::str::from_utf8(bytes).is_err() || bytes.contains(&0);
    is_store(path) || bytes.is_empty() || (owes_a_certificate(path) && binary)
}

/// Why no certificate was found.
pub(super) fn nothing_found(path: &Path, bytes: &[u8]) -> Unseen {
    let (code, message) = match bytes.is_empty() {
        true => ("empty", "the file is empty"),
        false if is_store(path) => {
            ("no-certificate", "no certificate in it, and no PKCS #12 or Java key store")
        }
        false => ("no-certificate", "no certificate in it"),
    };
    coded(Reason::Malformed, code, message.to_owned())
}

fn owes_a_certificate(path: &Path) -> bool {
    has_extension(path, &["crt", "cer", "cert", "crl", "p7b", "p7c"])
}

/// Or a key.
fn may_have_a_certificate(path: &Path) -> bool {
    has_extension(path, &["pem", "der"])
}

fn is_store(path: &Path) -> bool {
    has_extension(path, &["p12", "pfx", "jks", "jceks"])
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| known.iter().any(|one| one.eq_ignore_ascii_case(extension)))
}
