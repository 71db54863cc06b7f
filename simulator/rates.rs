//! How fast AWS lets itself be asked: one row a token bucket, with where it is published.
//!
//! A bucket belongs to one account and, services without regions apart, to one region.

/// A token bucket: what it holds, and how many tokens a second come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    pub(crate) burst: f32,
    pub(crate) per_second: f32,
}

/// Which actions take from a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sharing {
    /// Each action has its own.
    Each,
    /// All actions with the prefix share one.
    All,
}

use Sharing::{All, Each};

/// Prefix of actions, sharing, burst, tokens a second, source. The first row that fits an action counts. Where only
/// a rate is published, a second's worth of it may come at once.
#[rustfmt::skip] // a table
const ROWS: &[(&str, Sharing, f32, f32, &str)] = &[
    ("ec2:DescribeMovingAddresses", Each, 1.0, 1.0, "EC2 API throttling: resource-intensive actions"),
    ("ec2:DescribeInstanceTopology", Each, 1.0, 1.0, "EC2 API throttling"),
    ("ec2:DescribeHostReservations", Each, 5.0, 2.0, "EC2 API throttling"),
    ("ec2:DescribeSpotFleetRequests", Each, 50.0, 3.0, "EC2 API throttling"),
    ("ec2:DescribeSpotFleetInstances", Each, 100.0, 5.0, "EC2 API throttling"),
    ("ec2:DescribeSecurityGroupReferences", Each, 20.0, 5.0, "EC2 API throttling"),
    ("ec2:DescribeStaleSecurityGroups", Each, 20.0, 5.0, "EC2 API throttling"),
    ("ec2:DescribeReservedInstancesOfferings", Each, 10.0, 10.0, "EC2 API throttling"),
    ("ec2:", Each, 100.0, 20.0, "EC2 API throttling: non-mutating actions"),
    ("elasticloadbalancing:", All, 40.0, 10.0, "Elastic Load Balancing API throttling: all actions of v2"),
    ("servicequotas:List", Each, 10.0, 10.0, "Service Quotas L-65470577, L-71DCD22A, L-E3924FE5: 10/s and a burst of 10"),
    ("servicequotas:", Each, 5.0, 5.0, "Service Quotas: 5/s and a burst of 5"),
    ("acm:ListCertificates", Each, 1.0, 1.0, "ACM API rate quotas as quoted in 2022; uncertain, may be higher today"),
    ("acm:ExportCertificate", Each, 5.0, 5.0, "ACM API rate quotas"),
    ("acm:", Each, 10.0, 10.0, "ACM API rate quotas"),
    ("route53:", All, 5.0, 5.0, "Route 53 quotas: five requests a second for each account"),
    ("tag:", Each, 15.0, 15.0, "Resource Groups Tagging API quotas: GetResources"),
    ("cloudwatch:GetMetricData", Each, 50.0, 50.0, "CloudWatch quotas"),
    ("cloudwatch:DescribeAlarms", Each, 9.0, 9.0, "CloudWatch quotas"),
    ("sts:", All, 600.0, 600.0, "IAM and STS quotas: 600/s for all actions together"),
    ("iam:", Each, 30.0, 15.0, "unpublished; what scanners in the field found to work"),
    ("", Each, 20.0, 20.0, "unpublished; a guess"),
];

/// The name of the bucket that an action takes from, and its rate.
pub(crate) fn bucket(action: &str) -> (&str, Rate) {
    let row = ROWS.iter().find(|(prefix, ..)| action.starts_with(prefix));
    let (prefix, sharing, burst, per_second, _) = row.unwrap_or(&("", Each, 20.0, 20.0, ""));
    let name = if *sharing == All { prefix } else { action };
    (name, Rate { burst: *burst, per_second: *per_second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancing_shares_one_bucket_and_ec2_does_not() {
        let listeners = bucket("elasticloadbalancing:DescribeListeners");
        assert_eq!(listeners, bucket("elasticloadbalancing:DescribeRules"));
        assert_eq!(listeners.1, Rate { burst: 40.0, per_second: 10.0 });
        assert_ne!(bucket("ec2:DescribeVpcs").0, bucket("ec2:DescribeSubnets").0);
    }

    #[test]
    fn the_name_of_a_bucket_leads_to_the_same_bucket() {
        for (prefix, ..) in ROWS {
            let action = format!("{prefix}DescribeAnything");
            let of_action = bucket(&action);
            assert_eq!(bucket(of_action.0), of_action, "{prefix}");
        }
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for (number, (prefix, _, burst, per_second, source)) in ROWS.iter().enumerate() {
            let first = ROWS.iter().position(|(earlier, ..)| prefix.starts_with(earlier));
            assert_eq!(first, Some(number), "{prefix} is never reached");
            assert!(*burst >= 1.0 && *per_second > 0.0 && !source.is_empty(), "{prefix}");
        }
    }
}
