//! The oldest protocol that predefined security policies of load balancers allow, as AWS documents them by name.

/// How names of policies begin, and the oldest protocol that they allow.
const POLICIES: [(&str, &str); 17] = [
    ("ELBSecurityPolicy-TLS13-1-3-", "TLSv1.3"),
    ("ELBSecurityPolicy-TLS13-1-2-", "TLSv1.2"),
    ("ELBSecurityPolicy-TLS13-1-1-", "TLSv1.1"),
    ("ELBSecurityPolicy-TLS13-1-0-", "TLSv1.0"),
    ("ELBSecurityPolicy-FS-1-2-", "TLSv1.2"),
    ("ELBSecurityPolicy-FS-1-1-", "TLSv1.1"),
    ("ELBSecurityPolicy-FS-2018-", "TLSv1.0"),
    ("ELBSecurityPolicy-TLS-1-2-", "TLSv1.2"),
    ("ELBSecurityPolicy-TLS-1-1-", "TLSv1.1"),
    ("ELBSecurityPolicy-TLS-1-0-", "TLSv1.0"),
    ("ELBSecurityPolicy-2016-", "TLSv1.0"),
    ("ELBSecurityPolicy-2015-", "TLSv1.0"),
    ("ELBSecurityPolicy-2014-10", "TLSv1.0"),
    ("ELBSecurityPolicy-2014-01", "SSLv3"),
    ("ELBSecurityPolicy-2011-", "SSLv3"),
    // Those of Lightsail.
    ("TLS-FS-Res-1-2-", "TLSv1.2"),
    ("TLS-2016-", "TLSv1.0"),
];

/// The oldest protocol that a policy allows, if it is one that AWS documents.
pub(crate) fn oldest_of(policy: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(name, _)| policy.starts_with(name)).map(|(_, oldest)| *oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_policy_tells_its_oldest_protocol() {
        for (policy, oldest) in [
            ("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", "TLSv1.3"),
            ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "TLSv1.2"),
            ("ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04", "TLSv1.2"),
            ("ELBSecurityPolicy-TLS13-1-1-2021-06", "TLSv1.1"),
            ("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", "TLSv1.0"),
            ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "TLSv1.2"),
            ("ELBSecurityPolicy-TLS-1-1-2017-01", "TLSv1.1"),
            ("ELBSecurityPolicy-TLS-1-0-2015-04", "TLSv1.0"),
            ("ELBSecurityPolicy-FS-1-2-Res-2020-10", "TLSv1.2"),
            ("ELBSecurityPolicy-FS-1-1-2019-08", "TLSv1.1"),
            ("ELBSecurityPolicy-FS-2018-06", "TLSv1.0"),
            ("ELBSecurityPolicy-2016-08", "TLSv1.0"),
            ("ELBSecurityPolicy-2014-10", "TLSv1.0"),
            ("ELBSecurityPolicy-2014-01", "SSLv3"),
            ("ELBSecurityPolicy-2011-08", "SSLv3"),
            ("TLS-FS-Res-1-2-2019-08", "TLSv1.2"),
            ("TLS-2016-08", "TLSv1.0"),
        ] {
            assert_eq!(oldest_of(policy), Some(oldest), "{policy}");
        }
    }

    #[test]
    fn nothing_is_known_of_other_policies() {
        for policy in ["", "my-policy", "ELBSecurityPolicy-2031-01", "ELBSecurityPolicy-TLS14-1-4-2031-01"] {
            assert_eq!(oldest_of(policy), None, "{policy}");
        }
    }
}
