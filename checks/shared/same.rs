//! Whether two facts are about one certificate.

use chrono::{DateTime, Utc};
use howler_model::{Certificate, Validity};

/// Whether it is the same certificate in two places; none if that cannot be told.
///
/// The fingerprints decide. Where one is not known the serial numbers do: two that differ are two certificates; equal
/// ones are one certificate if they end in the same second or name the same issuer. ACM names issuers in its own
/// words, so that other words prove nothing.
pub(crate) fn same(one: &Certificate, other: &Certificate) -> Option<bool> {
    if let (Some(one), Some(other)) = (one.sha256, other.sha256) {
        return Some(one == other);
    }
    if one.serial.as_ref()? != other.serial.as_ref()? {
        return Some(false);
    }
    match (end(one), end(other)) {
        (Some(one), Some(other)) => Some(one == other),
        _ => (one.issuer.is_some() && one.issuer == other.issuer).then_some(true),
    }
}

/// The last valid second, if there is one that is known.
pub(crate) fn end(certificate: &Certificate) -> Option<DateTime<Utc>> {
    match certificate.validity {
        Validity::Until { not_after, .. } => Some(not_after),
        _ => None,
    }
}

/// The first valid second, if it is known.
pub(crate) fn start(certificate: &Certificate) -> Option<DateTime<Utc>> {
    match certificate.validity {
        Validity::Until { not_before, .. } => not_before,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::Sha256;

    use super::*;
    use crate::shared::examples::{certificate, lasting};

    fn numbered(serial: &str) -> Certificate {
        Certificate { serial: Some(serial.into()), ..certificate("c") }
    }

    #[test]
    fn fingerprints_decide_where_both_are_known() {
        let of = |der: &[u8]| Certificate { sha256: Some(Sha256::of(der)), ..numbered("1") };
        assert_eq!(same(&of(b"a"), &of(b"a")), Some(true));
        assert_eq!(same(&of(b"a"), &of(b"b")), Some(false));
        assert_eq!(same(&of(b"a"), &numbered("1")), Some(true));
        assert_eq!(same(&of(b"a"), &numbered("2")), Some(false));
    }

    #[test]
    fn a_serial_number_alone_is_not_enough() {
        let other_end =
            Certificate { validity: lasting(TimeDelta::days(90), TimeDelta::days(59)), ..numbered("1") };
        assert_eq!(same(&numbered("1"), &other_end), Some(false));
        let endless = Certificate { validity: Validity::NoExpiry, ..numbered("1") };
        assert_eq!(same(&numbered("1"), &endless), None);
        let by = |certificate: &Certificate| Certificate { issuer: Some("CA".into()), ..certificate.clone() };
        assert_eq!(same(&by(&numbered("1")), &by(&endless)), Some(true));
        assert_eq!(same(&certificate("c"), &numbered("1")), None);
        assert_eq!(same(&certificate("c"), &certificate("c")), None, "nothing is known of either");
    }
}
