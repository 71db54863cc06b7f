//! What a prefix list weighs where a rule or a route refers to it: all entries that it may have, not one.

use std::sync::Arc;

use aws_sdk_ec2::types::ManagedPrefixList;
use howler_model::{Reason, Unseen};

/// The lists that the account can see, or why none: only what refers to one is unknown then.
pub(super) type Lists = Result<Arc<[ManagedPrefixList]>, Unseen>;

/// Lists of AWS itself, which may be listed without their size: the end of the name, and the weight that AWS documents.
const WEIGHTS: [(&str, usize); 8] = [
    (".cloudfront.origin-facing", 55),
    (".dynamodb", 1),
    (".ec2-instance-connect", 2),
    (".groundstation", 5),
    (".route53-healthchecks", 25),
    (".s3", 1),
    (".s3express", 6),
    (".vpc-lattice", 10),
];

/// The list of an id, if the account can see it.
pub(super) fn find<'a>(id: &str, lists: &'a Lists) -> Option<&'a ManagedPrefixList> {
    lists.as_ref().ok()?.iter().find(|list| list.prefix_list_id() == Some(id))
}

/// The entries that a reference counts as; unknown where neither the list nor AWS's documentation says so.
pub(super) fn weight(id: &str, lists: &Lists) -> Result<usize, Unseen> {
    lists.as_ref().map_err(Unseen::clone)?;
    let list = find(id, lists);
    let own = list.and_then(|list| usize::try_from(list.max_entries()?).ok()).filter(|entries| *entries > 0);
    let unseen = || {
        let message = format!("the size of prefix list {id} is not listed");
        Unseen::new(Reason::NoData, "ec2:DescribeManagedPrefixLists", message)
    };
    own.or_else(|| list.and_then(documented)).ok_or_else(unseen)
}

fn documented(list: &ManagedPrefixList) -> Option<usize> {
    let name = list.prefix_list_name().filter(|name| name.starts_with("com.amazonaws."))?;
    WEIGHTS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_weighs_what_it_says_or_what_aws_documents() {
        let list = |id: &str, name: &str, entries| {
            let list = ManagedPrefixList::builder().prefix_list_id(id).prefix_list_name(name);
            list.set_max_entries(entries).build()
        };
        let lists = Ok(Arc::from([
            list("pl-1", "offices", Some(20)),
            list("pl-2", "com.amazonaws.global.cloudfront.origin-facing", None),
            list("pl-3", "com.amazonaws.eu-west-1.ipv6.vpc-lattice", Some(0)),
            list("pl-4", "com.amazonaws.eu-west-1.s3", None),
            list("pl-5", "com.amazonaws.eu-west-1.brand-new", None),
            list("pl-6", "ours.s3", None),
        ]));
        let weights = ["pl-1", "pl-2", "pl-3", "pl-4"].map(|id| weight(id, &lists));
        assert_eq!(weights, [Ok(20), Ok(55), Ok(10), Ok(1)]);
        for id in ["pl-5", "pl-6", "pl-9"] {
            assert_eq!(weight(id, &lists).unwrap_err().reason, Reason::NoData, "{id}");
        }
    }
}
