//! Listeners and others that use a certificate which is not there any more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use howler_model::{
    AccountId, Check, CoverageStatus, FactKind, Facts, Grain, Measure, Region, Resource, Scope, Service,
    Severity, Status, Thresholds, Verdict,
};

use crate::shared::Kept;

/// What a classic load balancer says in place of a certificate that was deleted.
const INVALID: &str = "Invalid-Certificate";

pub(crate) static CHECK: Check = Check {
    id: "certificate-dangling",
    title: "Certificate that is used and does not exist",
    why: "The certificate was deleted and what uses it still names it. It may go on with the copy that it has until it is \
          changed or restarted, then it cannot serve TLS at all; and nobody renews what is not there.",
    fix: "Attach a certificate that exists (`aws elbv2 modify-listener --certificates`, `aws elb \
          set-load-balancer-listener-ssl-certificate`), or delete the listener if nothing comes there any more.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding],
    verdicts,
};

/// A certificate that is there and has expired is told by `certificate-expiry`.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let (kept, seen) = (Kept::of(&facts.certificates), Seen::of(facts));
    let mut users = BTreeMap::<&Resource, BTreeSet<&String>>::new();
    for binding in &facts.bindings {
        let is_gone = kept.named(&binding.certificate).is_none()
            && seen.would_show(&binding.certificate, &binding.user);
        if is_gone {
            users.entry(&binding.user).or_default().insert(&binding.certificate);
        }
    }
    users.into_iter().map(|(user, gone)| verdict(user, gone)).collect()
}

fn verdict(user: &Resource, gone: BTreeSet<&String>) -> Verdict {
    Verdict {
        resource: user.clone(),
        status: Status::Fail,
        severity: Severity::High,
        measure: Measure::Dangling(gone.into_iter().cloned().collect()),
        deadline: None,
        affects: Vec::new(),
    }
}

/// Where certificates were all seen.
struct Seen<'a> {
    /// Scopes without a gap.
    whole: BTreeSet<&'a Scope>,
    /// Accounts, and kinds of certificate that were told of them. Where none was, those who tell of them may not have been
    /// asked, and the scope be whole by others.
    told: BTreeSet<(&'a AccountId, &'static str)>,
}

impl<'a> Seen<'a> {
    fn of(facts: &'a Facts) -> Self {
        let whole =
            facts.scopes.iter().filter(|scope| scope.answered > 0 && scope.status() == CoverageStatus::Ok);
        let kept = facts.certificates.iter().map(|certificate| &certificate.resource);
        Self {
            whole: whole.map(|scope| &scope.scope).collect(),
            told: kept.filter_map(|resource| Some((resource.scope.account()?, resource.kind))).collect(),
        }
    }

    /// Whether the certificate would have been seen, were it there.
    fn would_show(&self, name: &str, user: &Resource) -> bool {
        let is_whole = |(scope, kind): (Scope, &'static str)| {
            let told = scope.account().is_some_and(|account| self.told.contains(&(account, kind)));
            told && self.whole.contains(&scope)
        };
        name == INVALID || home(name, user).is_some_and(is_whole)
    }
}

/// Where a certificate of ACM or IAM lies and what it is there, by its name; none for others, and for those of other
/// accounts.
fn home(name: &str, user: &Resource) -> Option<(Scope, &'static str)> {
    let own = user.scope.account()?;
    let acm = |partition, region| {
        (Scope::aws(partition, own.clone(), region, Service::named("acm")), "acm-certificate")
    };
    let iam = |partition| {
        (Scope::aws(partition, own.clone(), Region::GLOBAL, Service::named("iam")), "iam-server-certificate")
    };
    match name.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "acm", region, account, _] if account == own.as_str() => {
            Some(acm(partition.parse().ok()?, region.parse().ok()?))
        }
        ["arn", partition, "iam", "", account, _] if account == own.as_str() => {
            Some(iam(partition.parse().ok()?))
        }
        // The id of a server certificate, by which CloudFront knows it.
        [id] if id.starts_with("ASCA") => Some(iam(user.scope.partition()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{Gap, Partition, Reason, ScopeCoverage, Unseen};

    use super::*;
    use crate::shared::examples::{binding, certificate, judge as run, lasting, scope};

    const GONE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/gone";
    const GONE_IAM: &str = "arn:aws:iam::123456789012:server-certificate/gone";

    fn iam() -> Scope {
        let account = "123456789012".parse().unwrap();
        Scope::aws(Partition::Aws, account, Region::GLOBAL, Service::named("iam"))
    }

    fn seen(scope: Scope, gaps: Vec<Reason>) -> ScopeCoverage {
        let gap = |reason| Gap { scope: scope.clone(), item: None, unseen: Unseen::new(reason, "a:B", "no") };
        let gaps = gaps.into_iter().map(gap).collect();
        ScopeCoverage { scope, facts: 1, answered: 1, gaps }
    }

    /// An account in which both services tell of a certificate.
    fn facts(name: &str) -> Facts {
        let mut uploaded = certificate("arn:aws:iam::123456789012:server-certificate/there");
        uploaded.resource.scope = iam();
        uploaded.resource.kind = "iam-server-certificate";
        uploaded.alias = Some("ASCATHERE".into());
        Facts {
            certificates: vec![certificate("arn:aws:acm:eu-west-1:123456789012:certificate/there"), uploaded],
            bindings: vec![binding(name, "arn:listener")],
            scopes: vec![seen(scope("acm"), vec![]), seen(iam(), vec![])],
            ..Facts::default()
        }
    }

    fn gone(facts: &Facts) -> Vec<String> {
        let findings = run(&CHECK, facts);
        assert!(findings.len() < 2);
        match findings.first().map(|finding| finding.verdict.measure.clone()) {
            Some(Measure::Dangling(names)) => names,
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_is_not_where_all_was_seen_is_gone() {
        for name in [GONE, GONE_IAM, "ASCAGONE", INVALID] {
            assert_eq!(gone(&facts(name)), [name]);
        }
        let there = "arn:aws:acm:eu-west-1:123456789012:certificate/there";
        for name in [there, "arn:aws:iam::123456789012:server-certificate/there", "ASCATHERE"] {
            assert!(gone(&facts(name)).is_empty(), "{name}");
        }
        let mut expired = facts(there);
        expired.certificates[0].validity = lasting(chrono::TimeDelta::days(90), chrono::TimeDelta::days(-1));
        assert!(gone(&expired).is_empty(), "it is there, and its end is told elsewhere");
    }

    #[test]
    fn what_may_lie_where_nobody_looked_is_not_gone() {
        for name in [
            "arn:aws:acm:us-east-1:123456789012:certificate/gone",
            "arn:aws:acm:eu-west-1:999999999999:certificate/gone",
            "arn:aws:iam::999999999999:server-certificate/gone",
            "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/gone",
            "rds-ca-rsa2048-g1",
            "",
        ] {
            assert!(gone(&facts(name)).is_empty(), "{name}");
        }
        for reason in [Reason::Denied, Reason::Throttled] {
            let scopes = vec![seen(scope("acm"), vec![reason]), seen(iam(), vec![reason])];
            for name in [GONE, GONE_IAM] {
                let blind = Facts { scopes: scopes.clone(), ..facts(name) };
                assert!(gone(&blind).is_empty(), "{name} {reason:?}");
            }
        }
        let untold = Facts { certificates: vec![], ..facts(GONE) };
        assert!(gone(&untold).is_empty(), "nobody told of certificates");
        assert_eq!(gone(&Facts { bindings: vec![binding(INVALID, "l")], ..Facts::default() }), [INVALID]);
    }

    #[test]
    fn a_user_is_one_finding_with_all_that_is_gone() {
        let bindings = vec![binding(GONE_IAM, "arn:listener"), binding(GONE, "arn:listener")];
        assert_eq!(gone(&Facts { bindings, ..facts(GONE) }), [GONE, GONE_IAM]);
    }
}
