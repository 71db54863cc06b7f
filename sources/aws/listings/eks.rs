//! EKS: clusters by name.

use crate::aws::access::{Page, listing};

listing! {
    /// The names of the clusters.
    ListClusters: String = "eks:ListClusters",
    eks(token) => eks.list_clusters().max_results(100).set_next_token(token),
    page => Page::of(page.clusters, page.next_token),
}
