//! Quotas of ACM.

use aws_sdk_acm::types::{CertificateKeyPairOrigin, CertificateSummary, CertificateType};
use howler_model::{FactKind, Reason, Service, Unseen};

use super::access::Listing;
use super::listings::acm::ListCertificates;
use super::quota::{self, Counted, Row, row, seen, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("acm");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "acm-quotas",
    title: "ACM certificates and their domain names against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// The table. Certificates of the last 365 days have quotas too, but deleted ones count there and are not listed.
const ROWS: &[Row] = &[
    row!("L-F141DD1D", "ACM certificates", "certificate", [ListCertificates], |certificates| {
        whole(certificates.iter().filter(|certificate| counts(certificate)).count())
    }),
    row!("L-D2CB7DE9", "Imported certificates", "certificate", [ListCertificates], |certificates| {
        whole(certificates.iter().filter(|certificate| is_imported(certificate)).count())
    }),
    row!("L-FB94F0B0", "Domain names per ACM certificate", "name", [ListCertificates], |certificates| {
        names_of_each(&certificates)
    }),
];

/// Every status and key type counts; what a private CA signed or an ACME client got does not.
fn counts(certificate: &CertificateSummary) -> bool {
    certificate.r#type() != Some(&CertificateType::Private) && !is_acme(certificate)
}

fn is_imported(certificate: &CertificateSummary) -> bool {
    certificate.r#type() == Some(&CertificateType::Imported)
}

fn is_acme(certificate: &CertificateSummary) -> bool {
    certificate.certificate_key_pair_origin() == Some(&CertificateKeyPairOrigin::Acme)
}

/// The names of each certificate that ACM was asked to issue; the others were made elsewhere, with as many names as
/// their issuers allow.
fn names_of_each(certificates: &[CertificateSummary]) -> Counted {
    let requested =
        certificates.iter().filter(|certificate| !is_imported(certificate) && !is_acme(certificate));
    seen(requested.filter_map(|certificate| Some((certificate.certificate_arn.clone()?, names(certificate)))))
}

/// ACM lists the first names only and says when there are more.
fn names(certificate: &CertificateSummary) -> Result<usize, Unseen> {
    let listed = certificate.subject_alternative_name_summaries().len();
    match certificate.has_additional_subject_alternative_names() {
        Some(true) => {
            let words = format!("ACM lists the first {listed} names only");
            Err(Unseen::new(Reason::NoData, ListCertificates::ACTION, words))
        }
        _ => Ok(listed),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::types::builders::CertificateSummaryBuilder;

    use super::*;

    fn of(kind: CertificateType) -> CertificateSummaryBuilder {
        CertificateSummary::builder()
            .certificate_arn(format!("arn:{}", kind.as_str()))
            .r#type(kind)
            .set_subject_alternative_name_summaries(Some(vec![
                "a.example".to_owned(),
                "b.example".to_owned(),
            ]))
    }

    #[test]
    fn what_a_private_authority_signed_or_acme_got_does_not_count() {
        let acme =
            of(CertificateType::AmazonIssued).certificate_key_pair_origin(CertificateKeyPairOrigin::Acme);
        assert!(counts(&of(CertificateType::AmazonIssued).build()));
        assert!(counts(&of(CertificateType::Imported).build()));
        assert!(!counts(&of(CertificateType::Private).build()));
        assert!(!counts(&acme.build()));
        assert!(is_imported(&of(CertificateType::Imported).build()));
        assert!(!is_imported(&of(CertificateType::AmazonIssued).build()));
    }

    #[test]
    fn names_are_counted_where_acm_issued_and_listed_all() {
        let cut_off = of(CertificateType::Private).has_additional_subject_alternative_names(true).build();
        let acme = of(CertificateType::AmazonIssued)
            .certificate_arn("arn:acme")
            .certificate_key_pair_origin(CertificateKeyPairOrigin::Acme);
        let certificates = [
            of(CertificateType::AmazonIssued).has_additional_subject_alternative_names(false).build(),
            of(CertificateType::Imported).build(),
            acme.build(),
            cut_off,
        ];
        let Counted::Each(counts) = names_of_each(&certificates) else { panic!("not for each") };
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["arn:AMAZON_ISSUED", "arn:PRIVATE"]);
        assert_eq!(counts["arn:AMAZON_ISSUED"], Ok(2.0));
        assert_eq!(counts["arn:PRIVATE"].as_ref().unwrap_err().reason, Reason::NoData);
    }
}
