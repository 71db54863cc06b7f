//! IoT Core: authorities of devices, and domains that devices connect to.

use aws_sdk_iot::types::{CaCertificate, DomainConfigurationSummary};

use crate::aws::access::{Page, listing};

listing! {
    /// Registered authorities in any state, without their certificates.
    ListCACertificates: CaCertificate = "iot:ListCACertificates",
    iot(token) => iot.list_ca_certificates().page_size(250).set_marker(token),
    page => Page::of(page.certificates, page.next_marker),
}

listing! {
    /// Domain configurations, by name.
    ListDomainConfigurations: DomainConfigurationSummary = "iot:ListDomainConfigurations",
    iot(token) => iot.list_domain_configurations().page_size(250).set_marker(token),
    page => Page::of(page.domain_configurations, page.next_marker),
}
