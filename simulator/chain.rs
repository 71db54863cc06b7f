//! Which calls can only be made once others of the same account are answered: no scan is shorter than that chain.

use std::collections::BTreeMap;

use crate::counters::Tally;

/// A prefix of actions, and the actions that have to be answered before, if they are asked at all; these may be asked
/// at the same time. The first row that fits an action counts.
#[rustfmt::skip] // a table
const AFTER: &[(&str, &[&str])] = &[
    ("organizations:", &[]), // the caller's own credentials are enough
    ("sts:AssumeRole", &["organizations:ListAccounts"]),
    // Those of the caller come first. Those of a member need its role, but nothing there needs to wait for them: the
    // regions that every account has are known from the caller, and whose role it was may be confirmed meanwhile.
    ("sts:GetCallerIdentity", &[]),
    ("ec2:DescribeRegions", &[]),
    ("iam:GetServerCertificate", &["iam:ListServerCertificates"]),
    ("iam:", &["sts:GetCallerIdentity", "sts:AssumeRole"]),
    ("acm:DescribeCertificate", &["acm:ListCertificates"]),
    ("elasticloadbalancing:DescribeListenerCertificates", &["elasticloadbalancing:DescribeListeners"]),
    ("elasticloadbalancing:DescribeRules", &["elasticloadbalancing:DescribeListeners"]),
    ("elasticloadbalancing:DescribeListeners", &["elasticloadbalancing:DescribeLoadBalancers"]),
    ("autoscaling:DescribeLifecycleHooks", &["autoscaling:DescribeAutoScalingGroups"]),
    ("cloudwatch:GetMetricData", &["servicequotas:ListServiceQuotas"]), // which name the metrics
    ("", &["sts:GetCallerIdentity", "ec2:DescribeRegions", "sts:AssumeRole"]),
];

/// More links than the table can make.
const LONGEST: usize = 12;

/// The seconds that follow one another at least: the pages of the last listing, and one call for each answer that it
/// needs, for a first page is enough to go on. Each call takes what the fastest of its action took.
pub(crate) fn longest(tallies: &BTreeMap<String, Tally>) -> f64 {
    let asked = tallies.iter().filter(|(_, tally)| tally.needed > 0);
    #[allow(clippy::cast_precision_loss)] // counts of pages fit
    let chains =
        asked.map(|(action, tally)| tally.pages as f64 * tally.fastest + before(action, tallies, LONGEST));
    chains.fold(0.0, f64::max)
}

/// The seconds until the answers are there that an action needs.
fn before(action: &str, tallies: &BTreeMap<String, Tally>, links: usize) -> f64 {
    let Some(links) = links.checked_sub(1) else { return 0.0 };
    let own = |name: &str| tallies.get(name).map_or(0.0, |tally| tally.fastest);
    let earlier = after(action).iter().map(|name| own(name) + before(name, tallies, links));
    earlier.fold(0.0, f64::max)
}

fn after(action: &str) -> &'static [&'static str] {
    AFTER.iter().find(|(prefix, _)| action.starts_with(prefix)).map_or(&[], |(_, earlier)| *earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many pages of each action, a page a second.
    fn tallies(asked: &[(&str, u64)]) -> BTreeMap<String, Tally> {
        let tally = |pages| Tally { calls: 1, needed: 1, pages, fastest: 1.0, ..Tally::default() };
        asked.iter().map(|(action, pages)| ((*action).to_owned(), tally(*pages))).collect()
    }

    #[track_caller]
    fn takes(asked: &[(&str, u64)], seconds: f64) {
        let longest = longest(&tallies(asked));
        assert!((longest - seconds).abs() < 1e-9, "{longest} s and not {seconds}");
    }

    #[test]
    fn identity_and_regions_are_asked_at_once_and_pages_one_after_another() {
        let own = [("sts:GetCallerIdentity", 1), ("ec2:DescribeRegions", 1), ("ec2:DescribeVpcs", 3)];
        takes(&own, 4.0);
        takes(&[own[0], own[2]], 4.0); // regions that are given need not be asked
        let member = [&own[..], &[("sts:AssumeRole", 1), ("organizations:ListAccounts", 2)]].concat();
        takes(&member, 5.0); // the first page of accounts, the role, and three pages at once
        takes(&[("organizations:ListAccounts", 50)], 50.0);
    }

    #[test]
    fn what_hangs_on_listeners_comes_last() {
        let balancing = [
            ("elasticloadbalancing:DescribeLoadBalancers", 2),
            ("elasticloadbalancing:DescribeListeners", 1),
            ("elasticloadbalancing:DescribeRules", 1),
        ];
        takes(&balancing, 3.0);
        takes(&[], 0.0);
    }

    #[test]
    fn each_call_takes_what_the_fastest_of_its_action_took() {
        let mut asked =
            tallies(&[("sts:GetCallerIdentity", 1), ("ec2:DescribeVpcs", 2), ("acm:ListTags", 1)]);
        asked.get_mut("acm:ListTags").unwrap().fastest = 5.0;
        assert!((longest(&asked) - 6.0).abs() < 1e-9);
        asked.get_mut("sts:GetCallerIdentity").unwrap().fastest = 0.5;
        assert!((longest(&asked) - 5.5).abs() < 1e-9);
    }

    #[test]
    fn no_row_hides_a_later_one_or_leads_in_a_circle() {
        for (number, (prefix, _)) in AFTER.iter().enumerate() {
            let first = AFTER.iter().position(|(earlier, _)| prefix.starts_with(earlier));
            assert_eq!(first, Some(number), "{prefix} is never reached");
        }
        let all: Vec<(&str, u64)> = AFTER.iter().map(|(prefix, _)| (*prefix, 1)).collect();
        #[allow(clippy::cast_precision_loss)]
        let most = LONGEST as f64;
        assert!(longest(&tallies(&all)) < most);
    }
}
