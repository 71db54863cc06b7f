//! ACM: certificates.

use aws_sdk_acm::types::{CertificateSummary, Filters, KeyAlgorithm};

use crate::aws::access::{Page, listing};

listing! {
    /// Certificates of every key type; without the list, AWS leaves out all but RSA-1024 and RSA-2048.
    ListCertificates: CertificateSummary = "acm:ListCertificates",
    acm(token) => acm.list_certificates().includes(everything()).max_items(1000).set_next_token(token),
    page => Page::of(page.certificate_summary_list, page.next_token),
}

fn everything() -> Filters {
    let types = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
    Filters::builder().set_key_types(Some(types)).build()
}
