//! Network Firewall: configurations of TLS inspection.

use aws_sdk_networkfirewall::types::TlsInspectionConfigurationMetadata;

use crate::aws::access::{Page, listing};

listing! {
    /// Configurations by name and ARN.
    ListTLSInspectionConfigurations: TlsInspectionConfigurationMetadata =
        "network-firewall:ListTLSInspectionConfigurations",
    networkfirewall(token) => networkfirewall
        .list_tls_inspection_configurations()
        .max_results(100)
        .set_next_token(token),
    page => Page::of(page.tls_inspection_configurations, page.next_token),
}
