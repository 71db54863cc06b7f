//! Keys that are too short, and signatures by algorithms that are broken.

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, Measure, Role, Severity, Status, Thresholds, Verdict,
};

use crate::shared::{Placed, placed, worst_of_each};

/// Fewer bits of RSA are refused by current libraries (NIST SP 800-131A asks for as many).
const LEAST_RSA: u32 = 2048;
/// Fewer bits of an elliptic curve.
const LEAST_EC: u32 = 224;
/// Hashes that somebody can make two certificates with.
const BROKEN: [&str; 3] = ["md2", "md5", "sha1"];

pub(crate) static CHECK: Check = Check {
    id: "certificate-weak",
    title: "Certificate with a weak key or signature",
    why: "Current clients refuse RSA keys under 2048 bits, curves under 224 bits and signatures by MD5 or SHA-1, each \
          library from some update on: what works today stops without anybody touching the server. And what is weak can \
          be forged.",
    fix: "Make a new key (RSA of 2048 bits or more, or EC P-256) and have the certificate issued again with SHA-256. \
          Where an authority is weak, replace all that it signed.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(judge))
}

fn judge(place: Placed<'_>) -> Option<Verdict> {
    let certificate = place.certificate;
    let key = certificate.key.clone().filter(|key| is_weak_key(key));
    let signature = certificate.signature.clone().filter(|name| is_broken(name) && !is_root(certificate));
    let severity = if place.role == Role::Leaf { Severity::High } else { Severity::Medium };
    let is_weak = key.is_some() || signature.is_some();
    is_weak.then(|| place.verdict((Status::Fail, severity), Measure::Weak { key, signature }, None))
}

/// Nobody checks the signature of a root by itself: who trusts it has it.
fn is_root(certificate: &Certificate) -> bool {
    certificate.role != Role::Leaf
        && certificate.subject.is_some()
        && certificate.subject == certificate.issuer
}

/// By its name, as in `RSA-1024` or `EC-P-192`; names that say no size are not judged.
fn is_weak_key(key: &str) -> bool {
    let bits = |digits: &str| digits.parse::<u32>().ok();
    if let Some(size) = key.strip_prefix("RSA-").map(|rest| rest.strip_prefix("PSS-").unwrap_or(rest)) {
        return bits(size).is_some_and(|bits| bits < LEAST_RSA);
    }
    let curve = key.strip_prefix("EC-P-").or_else(|| key.strip_prefix("EC-secp"));
    let size = curve.map(|curve| curve.trim_end_matches(|letter: char| !letter.is_ascii_digit()));
    let size =
        size.map(|curve| curve.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default());
    key == "DSA" || size.and_then(bits).is_some_and(|bits| bits < LEAST_EC)
}

/// By its name, as certificates (`sha1WithRSAEncryption`) or ACM (`SHA1WITHRSA`) write it.
fn is_broken(signature: &str) -> bool {
    let name = signature.to_ascii_lowercase().replace("sha-1", "sha1");
    BROKEN.iter().any(|hash| {
        let rest = name.split_once(hash).map(|(_, rest)| rest);
        rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use howler_model::CertificateUsage;

    use super::*;
    use crate::shared::examples::{authority, certificate, judge as run};

    fn told(certificate: Certificate) -> Option<(Severity, Measure)> {
        let findings = run(&CHECK, &Facts { certificates: vec![certificate], ..Facts::default() });
        findings.first().map(|finding| (finding.verdict.severity, finding.verdict.measure.clone()))
    }

    #[test]
    fn keys_are_weak_by_their_bits() {
        for weak in ["RSA-512", "RSA-1024", "RSA-2047", "RSA-PSS-1024", "EC-P-192", "EC-secp192r1", "DSA"] {
            assert!(is_weak_key(weak), "{weak}");
        }
        for strong in [
            "RSA-2048",
            "RSA-3072",
            "RSA-PSS-2048",
            "RSA",
            "EC-P-224",
            "EC-P-256",
            "EC-P-521",
            "EC-secp256k1",
            "EC-secp384r1",
            "EC-brainpoolP256r1",
            "EC-explicit",
            "Ed25519",
            "ML-DSA-44",
            "",
        ] {
            assert!(!is_weak_key(strong), "{strong}");
        }
    }

    #[test]
    fn signatures_are_broken_by_their_hash() {
        for broken in [
            "sha1WithRSAEncryption",
            "md5WithRSAEncryption",
            "md2WithRSAEncryption",
            "ecdsa-with-SHA1",
            "SHA1WITHRSA",
        ] {
            assert!(is_broken(broken), "{broken}");
        }
        for good in
            ["sha256WithRSAEncryption", "SHA512WITHRSA", "ecdsa-with-SHA224", "rsassaPss", "Ed25519", ""]
        {
            assert!(!is_broken(good), "{good}");
        }
    }

    #[test]
    fn what_is_weak_of_it_is_told_and_use_decides_how_bad_it_is() {
        let text = |text: &str| Some(text.to_owned());
        let weak = Certificate {
            key: text("RSA-1024"),
            signature: text("sha256WithRSAEncryption"),
            ..certificate("c")
        };
        let measure = Measure::Weak { key: text("RSA-1024"), signature: None };
        assert_eq!(told(weak.clone()), Some((Severity::High, measure.clone())));
        let unused = Certificate { usage: CertificateUsage::Unused, ..weak };
        assert_eq!(told(unused), Some((Severity::Low, measure)));
        assert_eq!(told(certificate("c")), None, "neither is known");
    }

    #[test]
    fn nobody_checks_how_a_root_signed_itself() {
        let by = |issuer: &str, certificate| Certificate {
            subject: Some("CN=Root".into()),
            issuer: Some(issuer.into()),
            signature: Some("sha1WithRSAEncryption".into()),
            ..certificate
        };
        assert_eq!(told(by("CN=Root", authority("root"))), None);
        let measure = Measure::Weak { key: None, signature: Some("sha1WithRSAEncryption".into()) };
        assert_eq!(told(by("CN=Other", authority("ca"))), Some((Severity::Medium, measure.clone())));
        assert_eq!(told(by("CN=Root", certificate("leaf"))), Some((Severity::High, measure)));
    }
}
