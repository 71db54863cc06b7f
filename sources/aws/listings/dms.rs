//! DMS: certificates that were imported, and the endpoints that use them.

use aws_sdk_databasemigration::types::{Certificate, Endpoint};

use crate::aws::access::{Page, listing};

listing! {
    /// Certificates with their bodies.
    DescribeCertificates: Certificate = "dms:DescribeCertificates",
    dms(token) => dms.describe_certificates().max_records(100).set_marker(token),
    page => Page::of(page.certificates, page.marker),
}

listing! {
    /// Endpoints: where data comes from and goes to.
    DescribeEndpoints: Endpoint = "dms:DescribeEndpoints",
    dms(token) => dms.describe_endpoints().max_records(100).set_marker(token),
    page => Page::of(page.endpoints, page.marker),
}
