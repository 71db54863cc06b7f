//! RDS: database servers of Aurora, DocumentDB and Neptune among them, proxies, and the authorities of a region.

use aws_sdk_rds::types::{Certificate, DbCluster, DbInstance, DbProxy};

use crate::aws::access::{Page, listing};

/// The most that one page holds.
const PAGE: i32 = 100;

listing! {
    /// Instances of every engine.
    DescribeDBInstances: DbInstance = "rds:DescribeDBInstances",
    rds(token) => rds.describe_db_instances().max_records(PAGE).set_marker(token),
    page => Page::of(page.db_instances, page.marker),
}

listing! {
    /// Clusters of every engine.
    DescribeDBClusters: DbCluster = "rds:DescribeDBClusters",
    rds(token) => rds.describe_db_clusters().max_records(PAGE).set_marker(token),
    page => Page::of(page.db_clusters, page.marker),
}

listing! {
    /// Proxies.
    DescribeDBProxies: DbProxy = "rds:DescribeDBProxies",
    rds(token) => rds.describe_db_proxies().max_records(PAGE).set_marker(token),
    page => Page::of(page.db_proxies, page.marker),
}

listing! {
    /// The authorities that sign the certificates of database servers here.
    DescribeCertificates: Certificate = "rds:DescribeCertificates",
    rds(token) => rds.describe_certificates().max_records(PAGE).set_marker(token),
    page => Page::of(page.certificates, page.marker),
}
