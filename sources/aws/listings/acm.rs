//! ACM: certificates.

use aws_sdk_acm::types::{CertificateKeyPairOrigin, CertificateSummary, Filters, KeyAlgorithm};

use crate::aws::access::{Page, listing};

listing! {
    /// Certificates of every key type and of every origin: by itself AWS leaves out all but RSA-1024 and RSA-2048,
    /// and what ACME clients got.
    ListCertificates: CertificateSummary = "acm:ListCertificates",
    acm(token) => acm
        .list_certificates()
        .includes(every_key_type())
        .set_certificate_key_pair_origins(Some(every_origin()))
        .max_items(1000)
        .set_next_token(token),
    page => Page::of(page.certificate_summary_list, page.next_token),
}

fn every_key_type() -> Filters {
    let types = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
    Filters::builder().set_key_types(Some(types)).build()
}

fn every_origin() -> Vec<CertificateKeyPairOrigin> {
    CertificateKeyPairOrigin::values().iter().map(|name| CertificateKeyPairOrigin::from(*name)).collect()
}
