//! Which calls can only be made once others of the same account are answered: no scan is shorter than that chain.

use std::collections::BTreeMap;

use crate::counters::Tally;

/// A prefix of actions, and the action whose answer they need. The first row that fits an action counts.
#[rustfmt::skip] // a table
const AFTER: &[(&str, &str)] = &[
    ("organizations:", "sts:GetCallerIdentity"),
    ("sts:AssumeRole", "organizations:ListAccounts"),
    ("sts:GetCallerIdentity", "sts:AssumeRole"), // who the role leads to is made sure of
    ("ec2:DescribeRegions", "sts:GetCallerIdentity"),
    ("iam:GetServerCertificate", "iam:ListServerCertificates"),
    ("iam:", "sts:GetCallerIdentity"),
    ("acm:DescribeCertificate", "acm:ListCertificates"),
    ("elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeListeners"),
    ("elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeListeners"),
    ("elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancers"),
    ("autoscaling:DescribeLifecycleHooks", "autoscaling:DescribeAutoScalingGroups"),
    ("", "ec2:DescribeRegions"),
];

/// More links than the table can make.
const LONGEST: usize = 12;

/// How many calls follow one another at least: the pages of the last listing, and one call for each answer that
/// it needs, for a first page is enough to go on.
pub(crate) fn longest(tallies: &BTreeMap<String, Tally>) -> u64 {
    let asked = tallies.iter().filter(|(_, tally)| tally.needed > 0);
    asked.map(|(action, tally)| tally.pages + before(action, tallies)).max().unwrap_or_default()
}

fn before(action: &str, tallies: &BTreeMap<String, Tally>) -> u64 {
    let earlier = std::iter::successors(after(action), |action| after(action)).take(LONGEST);
    let mut seen = vec![action];
    let mut count = 0;
    for name in earlier {
        if seen.contains(&name) {
            break;
        }
        seen.push(name);
        count += u64::from(tallies.get(name).is_some_and(|tally| tally.needed > 0));
    }
    count
}

fn after(action: &str) -> Option<&'static str> {
    AFTER.iter().find(|(prefix, _)| action.starts_with(prefix)).map(|(_, earlier)| *earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(asked: &[(&str, u64)]) -> BTreeMap<String, Tally> {
        let tally = |pages| Tally { calls: 1, needed: 1, pages, ..Tally::default() };
        asked.iter().map(|(action, pages)| ((*action).to_owned(), tally(*pages))).collect()
    }

    #[test]
    fn pages_follow_one_another_after_what_they_need() {
        let own = [("sts:GetCallerIdentity", 1), ("ec2:DescribeRegions", 1), ("ec2:DescribeVpcs", 3)];
        assert_eq!(longest(&tallies(&own)), 5);
        let role = [&own[..], &[("sts:AssumeRole", 1)]].concat();
        assert_eq!(longest(&tallies(&role)), 6);
    }

    #[test]
    fn what_hangs_on_listeners_comes_last() {
        let balancing = [
            ("elasticloadbalancing:DescribeLoadBalancers", 2),
            ("elasticloadbalancing:DescribeListeners", 1),
            ("elasticloadbalancing:DescribeRules", 1),
        ];
        assert_eq!(longest(&tallies(&balancing)), 3);
        assert_eq!(longest(&BTreeMap::new()), 0);
    }
}
