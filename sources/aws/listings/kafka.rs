//! MSK: clusters, provisioned and serverless.

use aws_sdk_kafka::types::Cluster;

use crate::aws::access::{Page, listing};

listing! {
    /// Clusters in any state.
    ListClustersV2: Cluster = "kafka:ListClustersV2",
    kafka(token) => kafka.list_clusters_v2().max_results(100).set_next_token(token),
    page => Page::of(page.cluster_info_list, page.next_token),
}
