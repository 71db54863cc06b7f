//! OpenSearch: the names of domains.

use crate::aws::access::{Page, listing};

listing! {
    /// The names of all domains in a region; they come in one page.
    ListDomainNames: String = "es:ListDomainNames",
    opensearch(_token) => opensearch.list_domain_names(),
    page => Page {
        items: page.domain_names.into_iter().flatten().filter_map(|domain| domain.domain_name).collect(),
        next: None,
    },
}
