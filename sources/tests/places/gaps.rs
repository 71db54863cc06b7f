//! What could not be seen, as tests compare it.

use howler_model::{Facts, Reason};

/// The gaps of all scopes: the item, the class and the action.
pub(crate) fn gaps(facts: &Facts) -> Vec<(Option<&str>, Reason, &str)> {
    let gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps);
    gaps.map(|gap| (gap.item.as_deref(), gap.unseen.reason, gap.unseen.action.as_str())).collect()
}
