//! Transfer Family: servers, and the certificates that were imported for AS2.

use aws_sdk_transfer::types::{ListedCertificate, ListedServer};

use crate::aws::access::{Page, listing};

listing! {
    /// Servers in any state.
    ListServers: ListedServer = "transfer:ListServers",
    transfer(token) => transfer.list_servers().max_results(1000).set_next_token(token),
    page => Page { items: page.servers, next: page.next_token },
}

listing! {
    /// Certificates in any state, those of partners among them.
    ListCertificates: ListedCertificate = "transfer:ListCertificates",
    transfer(token) => transfer.list_certificates().max_results(1000).set_next_token(token),
    page => Page { items: page.certificates, next: page.next_token },
}
