//! Other limits for some certificates than those of their role.

use chrono::TimeDelta;
use wildmatch::WildMatch;

use crate::{AccountId, Certificate, CertificateTier, Region, Resource, Role};

/// Limits for the certificates that all of its conditions hold for; a condition without values holds for any.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exception {
    /// The role is one of these.
    pub roles: Vec<Role>,
    /// A name of the certificate is like one of these: patterns with `*` and `?`, in lower case.
    pub domains: Vec<WildMatch>,
    /// It is in one of these accounts.
    pub accounts: Vec<AccountId>,
    /// It is in one of these regions.
    pub regions: Vec<Region>,
    /// It, or what uses it, has one of these tags: a key, and a value if not any will do.
    pub tags: Vec<(String, Option<String>)>,
    /// Limits as time left.
    pub left: Lines<TimeDelta>,
    /// Limits as percent of the lifetime that are left. Where the lifetime is not known, they say nothing.
    pub percent: Lines<f64>,
}

/// The limits that are said; the others are as usual. Where time and percent are said, the earlier one holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines<Left> {
    /// As in [`CertificateTier::notice`].
    pub notice: Option<Left>,
    /// As in [`CertificateTier::warn`].
    pub warn: Option<Left>,
    /// As in [`CertificateTier::critical`].
    pub critical: Option<Left>,
}

/// A certificate in its place, as exceptions look at it.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// What it does there.
    pub role: Role,
    /// What the verdict is about.
    pub resource: &'a Resource,
    /// The tags of it and of all that uses it: keys and values. Untrusted text.
    pub tags: Vec<&'a (String, String)>,
}

impl Exception {
    /// Whether it is about a certificate.
    #[must_use]
    pub fn matches(&self, judged: &Judged<'_>) -> bool {
        let scope = &judged.resource.scope;
        any(&self.roles, |role| *role == judged.role)
            && any(&self.accounts, |account| scope.account() == Some(account))
            && any(&self.regions, |region| scope.region() == Some(region))
            && any(&self.domains, |pattern| is_named(judged.certificate, pattern))
            && any(&self.tags, |wanted| judged.tags.iter().any(|tag| is_wanted(tag, wanted)))
    }

    /// The tier with the limits that it says. One that is earlier than the limit before it moves that one.
    #[must_use]
    pub fn apply(&self, usual: CertificateTier, lifetime: Option<TimeDelta>) -> CertificateTier {
        let line = |left: Option<TimeDelta>, percent: Option<f64>| {
            let share = percent.zip(lifetime).map(|(percent, lifetime)| share(lifetime, percent));
            left.into_iter().chain(share).max()
        };
        let warn = line(self.left.warn, self.percent.warn);
        let critical = line(self.left.critical, self.percent.critical);
        let notice = line(self.left.notice, self.percent.notice).or(usual.notice);
        let (warn, critical) = match (warn, critical) {
            (None, Some(critical)) => (usual.warn.max(critical), critical),
            (Some(warn), None) => (warn, usual.critical.min(warn)),
            (warn, critical) => (warn.unwrap_or(usual.warn), critical.unwrap_or(usual.critical)),
        };
        CertificateTier { notice, warn, critical }
    }
}

fn any<T>(values: &[T], holds: impl Fn(&T) -> bool) -> bool {
    values.is_empty() || values.iter().any(holds)
}

fn is_named(certificate: &Certificate, pattern: &WildMatch) -> bool {
    certificate.names.iter().any(|name| pattern.matches(&name.to_ascii_lowercase()))
}

fn is_wanted(tag: &(String, String), (key, value): &(String, Option<String>)) -> bool {
    tag.0 == *key && value.as_ref().is_none_or(|value| *value == tag.1)
}

/// So many percent of a lifetime, in whole seconds.
fn share(lifetime: TimeDelta, percent: f64) -> TimeDelta {
    let seconds = lifetime.num_seconds() as f64 * percent / 100.0;
    // A float becomes an integer by saturation.
    TimeDelta::try_seconds(seconds as i64).unwrap_or(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, Partition, Scope, Service, Thresholds, Validity};

    fn certificate() -> Certificate {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), Service::named("acm"));
        let resource =
            Resource { scope, kind: "acm-certificate", id: "arn:c".into(), name: "pay.example.com".into() };
        let start = chrono::DateTime::UNIX_EPOCH;
        let not_after = start + TimeDelta::days(200);
        let validity = Validity::Until { not_before: Some(start), not_after };
        Certificate {
            names: vec!["Pay.Example.com".into(), "*.shop.example.com".into()],
            ..Certificate::dated(resource, Role::Leaf, Origin::AcmIssued, validity)
        }
    }

    fn matches(exception: &Exception, tags: &[(&str, &str)]) -> bool {
        let certificate = certificate();
        let tags: Vec<_> = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        exception.matches(&Judged {
            certificate: &certificate,
            role: Role::Leaf,
            resource: &certificate.resource,
            tags: tags.iter().collect(),
        })
    }

    #[test]
    fn every_condition_has_to_hold_with_any_of_its_values() {
        let domains = |patterns: &[&str]| patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
        let good = Exception {
            roles: vec![Role::Authority, Role::Leaf],
            domains: domains(&["x.example.org", "pay.*"]),
            accounts: vec!["123456789012".parse().unwrap()],
            regions: vec!["eu-west-1".parse().unwrap()],
            tags: vec![("stage".into(), Some("prod".into()))],
            ..Exception::default()
        };
        assert!(matches(&good, &[("stage", "prod")]));
        assert!(!matches(&good, &[("stage", "test")]) && !matches(&good, &[("prod", "stage")]));
        let tags = vec![("stage".into(), None)];
        assert!(matches(&Exception { tags, ..good.clone() }, &[("stage", "test")]));
        for bad in [
            Exception { roles: vec![Role::Database], ..good.clone() },
            Exception { domains: domains(&["*.example.org"]), ..good.clone() },
            Exception { accounts: vec!["123456789013".parse().unwrap()], ..good.clone() },
            Exception { regions: vec!["us-east-1".parse().unwrap()], ..good.clone() },
        ] {
            assert!(!matches(&bad, &[("stage", "prod")]), "{bad:?}");
        }
    }

    #[test]
    fn limits_that_are_not_said_are_as_usual_and_stay_in_order() {
        let usual = CertificateTier::days(30, 7);
        let of = |warn: Option<i64>, critical: Option<i64>| {
            let left = Lines {
                notice: None,
                warn: warn.map(TimeDelta::days),
                critical: critical.map(TimeDelta::days),
            };
            Exception { left, ..Exception::default() }.apply(usual, None)
        };
        assert_eq!(of(None, None), usual);
        assert_eq!(of(Some(60), None), CertificateTier::days(60, 7));
        assert_eq!(of(Some(3), None), CertificateTier::days(3, 3));
        assert_eq!(of(None, Some(45)), CertificateTier::days(45, 45));
        assert_eq!(of(Some(10), Some(1)), CertificateTier::days(10, 1));
    }

    #[test]
    fn percent_is_of_the_lifetime_and_the_earlier_of_both_holds() {
        let percent = Lines { notice: Some(80.0), warn: Some(50.0), critical: Some(10.0) };
        let left = Lines { critical: Some(TimeDelta::days(30)), ..Lines::default() };
        let exception = Exception { percent, left, ..Exception::default() };
        let usual = CertificateTier::days(30, 7);
        let told = exception.apply(usual, Some(TimeDelta::days(200)));
        assert_eq!(told, CertificateTier::days(100, 30).noticed(160));
        assert_eq!(exception.apply(usual, None), CertificateTier::days(30, 30), "no lifetime, no percent");
        assert_eq!(share(TimeDelta::MAX, 100.0), TimeDelta::MAX, "no overflow");
    }

    #[test]
    fn the_last_one_that_matches_holds() {
        let of = |roles: Vec<Role>, warn: i64| Exception {
            roles,
            left: Lines { warn: Some(TimeDelta::days(warn)), ..Lines::default() },
            ..Exception::default()
        };
        let exceptions = vec![of(vec![], 50), of(vec![Role::Leaf], 40), of(vec![Role::Database], 20)];
        let thresholds = Thresholds { exceptions, ..Thresholds::default() };
        let certificate = certificate();
        let judged = Judged {
            certificate: &certificate,
            role: Role::Leaf,
            resource: &certificate.resource,
            tags: vec![],
        };
        assert_eq!(thresholds.certificate(&judged).warn, TimeDelta::days(40));
    }
}
