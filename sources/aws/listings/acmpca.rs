//! ACM Private CA: certificate authorities.

use aws_sdk_acmpca::types::{CertificateAuthority, ResourceOwner};

use crate::aws::access::{Page, listing};

listing! {
    /// Authorities of the account, in any state.
    ListOwnAuthorities: CertificateAuthority = "acm-pca:ListCertificateAuthorities",
    acmpca(token) => acmpca
        .list_certificate_authorities()
        .resource_owner(ResourceOwner::SelfValue)
        .max_results(1000)
        .set_next_token(token),
    page => Page::of(page.certificate_authorities, page.next_token),
}

listing! {
    /// Authorities that other accounts share with this one.
    ListSharedAuthorities: CertificateAuthority = "acm-pca:ListCertificateAuthorities",
    acmpca(token) => acmpca
        .list_certificate_authorities()
        .resource_owner(ResourceOwner::OtherAccounts)
        .max_results(1000)
        .set_next_token(token),
    page => Page::of(page.certificate_authorities, page.next_token),
}
