//! How fast AWS lets itself be asked: one static table, with where each rate is published.
//!
//! A bucket belongs to one account and, global services apart, to one region. Rates are those of a fresh account;
//! an account may have higher ones, and other tools share them: see [`super::pace`] for how both are met.

/// A token bucket as AWS publishes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// Calls that may come at once.
    pub(super) burst: f64,
    /// Calls a second after that.
    pub(super) per_second: f64,
    /// The most calls a second that are ever tried: the published rate, or more where none is published.
    pub(super) most: f64,
}

/// A published rate: never to be passed.
const fn published(burst: f64, per_second: f64) -> Rate {
    Rate { burst, per_second, most: per_second }
}

/// Nothing is published: begin here, and find out.
const fn unpublished(burst: f64, per_second: f64) -> Rate {
    Rate { burst, per_second, most: 20.0 }
}

/// Which actions take from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Each action has its own.
    Each,
    /// All actions with the prefix share one.
    All,
}

/// The first row whose prefix fits an action says its rate.
const RATES: &[(&str, Sharing, Rate)] = &[
    // EC2 API throttling: non-mutating actions, a bucket for each.
    ("ec2:", Sharing::Each, published(100.0, 20.0)),
    // Elastic Load Balancing API throttling: all actions of the v2 API together.
    ("elasticloadbalancing:", Sharing::All, published(40.0, 10.0)),
    // Service Quotas endpoints and quotas: rate quotas L-65470577, L-71DCD22A.
    ("servicequotas:List", Sharing::Each, published(10.0, 10.0)),
    ("servicequotas:", Sharing::Each, published(5.0, 5.0)),
    // ACM quotas: API rate quotas. ListCertificates was 1/s when it was last quoted; newer accounts have more.
    ("acm:ListCertificates", Sharing::Each, unpublished(5.0, 1.0)),
    ("acm:", Sharing::Each, published(10.0, 10.0)),
    // API Gateway quotas, creating and managing APIs: total operations.
    ("apigateway:", Sharing::All, published(40.0, 10.0)),
    // Resource Groups Tagging API quotas: GetResources.
    ("tag:", Sharing::Each, published(15.0, 15.0)),
    // CloudWatch quotas: GetMetricData.
    ("cloudwatch:GetMetricData", Sharing::Each, published(50.0, 50.0)),
    // IAM and STS quotas: all of STS together.
    ("sts:", Sharing::All, published(600.0, 600.0)),
    // IAM publishes none; 15/s is what others found to work for the busiest of its actions.
    ("iam:", Sharing::Each, unpublished(30.0, 15.0)),
    // Route 53 quotas: five requests a second for an account, whatever is asked.
    ("route53:", Sharing::All, published(5.0, 5.0)),
    // Organizations publishes none and refuses calls at the same time: it is asked one call after another.
    ("organizations:", Sharing::All, unpublished(10.0, 5.0)),
    // IAM Roles Anywhere quotas: combined rates of trust anchor, CRL and subject requests, of each one a second.
    ("rolesanywhere:", Sharing::Each, published(1.0, 1.0)),
    // Nothing is published for Auto Scaling and the rest.
    ("", Sharing::Each, unpublished(10.0, 5.0)),
];

/// The name of the bucket that an action takes from, and its rate.
pub(super) fn rate_of(action: &'static str) -> (&'static str, Rate) {
    let fits = |(prefix, ..): &&(&str, Sharing, Rate)| action.starts_with(prefix);
    match RATES.iter().find(fits) {
        Some((prefix, Sharing::All, rate)) => (prefix, *rate),
        Some((_, Sharing::Each, rate)) => (action, *rate),
        None => (action, unpublished(10.0, 5.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancing_shares_a_bucket_and_ec2_does_not() {
        let listeners = rate_of("elasticloadbalancing:DescribeListeners");
        assert_eq!(listeners, rate_of("elasticloadbalancing:DescribeRules"));
        assert_ne!(rate_of("ec2:DescribeVpcs").0, rate_of("ec2:DescribeSubnets").0);
        assert_eq!(rate_of("servicequotas:ListServiceQuotas").1.per_second, 10.0);
        assert_eq!(rate_of("servicequotas:GetServiceQuota").1.per_second, 5.0);
    }

    #[test]
    fn every_rate_is_positive_and_never_above_its_most() {
        for (prefix, _, rate) in RATES {
            assert!(rate.burst > 0.0 && rate.per_second > 0.0 && rate.most >= rate.per_second, "{prefix}");
        }
    }
}
